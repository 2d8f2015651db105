use std::time::Duration;

use parley_forwarder_core::DropReason;

use crate::simulation::{VP8, World, rtp_packet, vp8_payload};

#[test]
fn every_packet_reaches_every_slot_once_under_the_slots_own_ssrc() {
    let mut world = World::new();
    let ann = world.join("ann");
    world.publish("ann", "camera", "0", &VP8, &[(None, 100)]);
    let viewers: Vec<_> = ["bob", "cem"].map(|name| (name, world.join(name))).into();
    for (name, _) in &viewers {
        world.add_slot(name, &format!("{name}-slot"), &VP8, 900);
        world.route(&format!("{name}-slot"), "camera", 720);
    }
    for number in 0..20_u16 {
        let payload = vp8_payload(number, 0, (number == 0).then_some(720), 300);
        world.send(&ann, &rtp_packet(100, &VP8, number, u32::from(number) * 3_000, &[], &payload));
    }
    world.advance(Duration::from_millis(50));

    for (_, path) in &viewers {
        let client = world.client(path);
        assert_eq!(client.of(900).len(), 20);
        assert!(client.gaps(900).is_empty());
        assert!(client.of(900).iter().all(|received| received.payload[6..].ends_with(&[0x55; 300])));
    }
}

#[test]
fn packets_of_almost_one_length_are_made_equal_so_that_they_can_leave_together() {
    let mut world = World::new();
    let ann = world.join("ann");
    let bob = world.join("bob");
    world.publish("ann", "camera", "0", &VP8, &[(None, 100)]);
    world.add_slot("bob", "slot", &VP8, 900);
    world.route("slot", "camera", 720);
    world.send(&ann, &rtp_packet(100, &VP8, 0, 0, &[], &vp8_payload(0, 0, Some(720), 500)));
    world.exchange();
    for (number, len) in [(1, 700), (2, 698), (3, 701), (4, 695)] {
        world.send(&ann, &rtp_packet(100, &VP8, number, 3_000, &[], &vp8_payload(1, 0, None, len)));
    }
    world.engine.flush(world.now, &mut world.outbox);
    let lens: Vec<usize> = world.outbox.sent.iter().map(|(_, datagram)| datagram.len()).collect();
    assert_eq!(lens[..3], [lens[0]; 3]);
    assert!(lens[3] < lens[0], "the last one may be shorter");
    world.exchange();
    let payloads: Vec<usize> =
        world.client(&bob).of(900)[1..].iter().map(|received| received.payload.len() - 6).collect();
    assert_eq!(payloads, [700, 698, 701, 695], "padding is no payload");
}

#[test]
fn a_packet_that_is_sent_twice_is_forwarded_once() {
    let mut world = World::new();
    let ann = world.join("ann");
    let bob = world.join("bob");
    world.publish("ann", "camera", "0", &VP8, &[(None, 100)]);
    world.add_slot("bob", "slot", &VP8, 900);
    world.route("slot", "camera", 720);
    let packet = rtp_packet(100, &VP8, 0, 0, &[], &vp8_payload(0, 0, Some(720), 100));
    let datagram = world.client(&ann).protect(&packet);
    world.deliver_up(&ann, datagram.clone());
    world.deliver_up(&ann, datagram);
    world.exchange();
    assert_eq!(world.client(&bob).of(900).len(), 1);
    assert_eq!(world.dropped(DropReason::Replayed), 1);
}

#[test]
fn a_long_session_may_publish_under_more_ssrcs_than_are_kept_at_a_time() {
    let mut world = World::new();
    let ann = world.join("ann");
    let bob = world.join("bob");
    world.add_slot("bob", "slot", &VP8, 900);
    for ssrc in 100..200_u32 {
        let name = format!("screen-{ssrc}");
        world.publish("ann", &name, "0", &VP8, &[(None, ssrc)]);
        world.route("slot", &name, 720);
        world.send(&ann, &rtp_packet(ssrc, &VP8, 0, 0, &[], &vp8_payload(0, 0, Some(720), 100)));
        world.exchange();
        world.engine.remove(&name, world.now).unwrap();
    }
    assert_eq!(world.client(&bob).of(900).len(), 100);
}
