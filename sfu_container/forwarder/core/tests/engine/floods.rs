use std::time::Duration;

use parley_forwarder_core::{DropReason, Path, Transport};

use crate::simulation::{VP8, World, binding_request, rtp_packet, vp8_payload};

#[test]
fn strangers_get_no_answer_and_disturb_nobody() {
    let mut world = World::new();
    let (ann, bob) = (world.join("ann"), world.join("bob"));
    world.publish("ann", "camera", "0", &VP8, &[(None, 100)]);
    world.add_slot("bob", "slot", &VP8, 900);
    world.route("slot", "camera", 720);
    for number in 0..50_u16 {
        for stranger in 0..1_000_u16 {
            let remote = ([198, 51, 100, (stranger % 250) as u8], 1_000 + stranger).into();
            let path = Path { transport: Transport::Udp, local: 0, remote };
            let datagram = match stranger % 4 {
                0 => binding_request("nobody", "password"),
                1 => binding_request("ufrag-ann", "wrong"),
                2 => rtp_packet(100, &VP8, number, 0, &[], &[0; 50]),
                _ => vec![22, 254, 253, 0],
            };
            world.deliver_up(&path, datagram);
        }
        assert!(world.outbox.sent.iter().all(|(path, _)| *path == bob || *path == ann));
        let payload = vp8_payload(number, 0, (number == 0).then_some(720), 100);
        world.send(&ann, &rtp_packet(100, &VP8, number, u32::from(number) * 3_000, &[], &payload));
        world.advance(Duration::from_millis(20));
    }
    assert_eq!(world.client(&bob).of(900).len(), 50);
    assert_eq!(world.dropped(DropReason::UnknownUfrag), 12_500);
    assert_eq!(world.dropped(DropReason::BadIntegrity), 12_500);
    assert_eq!(world.dropped(DropReason::UnknownSource), 25_000);
    assert_eq!(world.engine.stats().peers, 2);
}

#[test]
fn media_from_a_connected_address_with_a_wrong_key_is_dropped() {
    let mut world = World::new();
    let ann = world.join("ann");
    world.publish("ann", "camera", "0", &VP8, &[(None, 100)]);
    let forged = rtp_packet(100, &VP8, 1, 0, &[], &vp8_payload(0, 0, Some(720), 100));
    world.deliver_up(&ann, forged);
    assert_eq!(world.dropped(DropReason::BadSrtp), 1);
    assert_eq!(world.engine.peer_stats("ann", world.now).unwrap().received.packets, 0);
}
