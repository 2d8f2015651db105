use std::time::Duration;

use parley_forwarder_core::negotiated::Codec;

use crate::simulation::{VP8, World, rtp_packet, vp8_payload};

/// Five seconds of video at 30 pictures a second, each of three packets.
#[test]
fn at_ten_percent_loss_both_ways_everything_arrives_by_retransmission() {
    for seed in 1..=5 {
        let mut world = World::with_loss(0.1, seed);
        let ann = world.join("ann");
        let bob = world.join("bob");
        world.publish("ann", "camera", "0", &VP8, &[(None, 100)]);
        world.add_slot("bob", "slot", &VP8, 900);
        world.route("slot", "camera", 720);
        world.network.set_loss(0.0);
        world.send(&ann, &rtp_packet(100, &VP8, 65_400, 0, &[], &vp8_payload(0, 0, Some(720), 50)));
        world.advance(Duration::from_millis(10));
        world.network.set_loss(0.1);
        let mut number = 65_400_u16;
        for picture in 1..150_u16 {
            for part in 0..3_u8 {
                number = number.wrapping_add(1);
                let mut payload = vp8_payload(picture, 0, None, 400);
                if part > 0 {
                    payload[0] = 0x80;
                }
                world.send(&ann, &rtp_packet(100, &VP8, number, u32::from(picture) * 3_000, &[], &payload));
            }
            world.advance(Duration::from_millis(33));
        }
        world.network.set_loss(0.0);
        world.send(&ann, &rtp_packet(100, &VP8, number.wrapping_add(1), 450_000, &[], &vp8_payload(150, 0, None, 50)));
        world.advance(Duration::from_secs(1));

        assert!(!world.client(&ann).asked_for.is_empty());
        let bob = world.client(&bob);
        assert!(bob.repetitions > 0);
        assert!(bob.gaps(900).is_empty(), "seed {seed}");
        assert_eq!(bob.of(900).len(), 449, "seed {seed}");
        let pictures =
            bob.of(900).into_iter().map(|received| u16::from_be_bytes([received.payload[2], received.payload[3]]));
        let steps: Vec<u16> = pictures.collect();
        let is_continuous = |pair: &[u16]| (pair[1].wrapping_sub(pair[0]) & 0x7fff) <= 1;
        assert!(steps.windows(2).all(is_continuous), "seed {seed}");
    }
}

#[test]
fn a_receiver_without_rtx_gets_the_same_packet_again() {
    let mut world = World::new();
    let ann = world.join("ann");
    let bob = world.join("bob");
    world.publish("ann", "camera", "0", &VP8, &[(None, 100)]);
    world.add_slot("bob", "slot", &Codec { rtx_payload_type: None, ..VP8.clone() }, 900);
    world.route("slot", "camera", 720);
    let mut lost = Vec::new();
    for number in 0..20_u16 {
        let payload = vp8_payload(number, 0, (number == 0).then_some(720), 100 + usize::from(number % 3));
        world.send(&ann, &rtp_packet(100, &VP8, number, u32::from(number) * 3_000, &[], &payload));
        world.engine.flush(world.now, &mut world.outbox);
        if number == 7 {
            lost = std::mem::take(&mut world.outbox.sent);
        }
        world.exchange();
    }
    assert_eq!(world.client(&bob).gaps(900), [], "the gap was asked for at once");
    assert_eq!(world.client(&bob).of(900).len(), 20);
    assert_eq!(world.client(&bob).repetitions, 0);
    let (_, lost) = &lost[0];
    assert!(world.delivered.contains(lost), "byte for byte");
}
