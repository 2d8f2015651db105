use std::time::Duration;

use crate::simulation::{VP8, World, rtp_packet, vp8_payload};

/// More packets than sequence numbers, so that both the publisher's numbers and the Slot's wrap, with SRTP's rollover
/// counters behind them.
#[test]
fn streams_go_on_where_sequence_numbers_wrap() {
    let mut world = World::new();
    let ann = world.join("ann");
    let bob = world.join("bob");
    world.publish("ann", "camera", "0", &VP8, &[(None, 100)]);
    world.add_slot("bob", "slot", &VP8, 900);
    world.route("slot", "camera", 720);
    let count: u32 = 70_000;
    for number in 0..count {
        let picture = (number & 0x7fff) as u16;
        let payload = vp8_payload(picture, 0, (number == 0).then_some(720), 10);
        let sequence = (number & 0xffff) as u16;
        world.send(&ann, &rtp_packet(100, &VP8, sequence, number.wrapping_mul(3_000), &[], &payload));
        if number % 16 == 0 {
            world.exchange();
        }
        // Nobody sends so many at once.
        if number % 16_000 == 0 {
            world.now = world.now + Duration::from_secs(1);
        }
    }
    world.advance(Duration::from_millis(20));
    let bob = world.client(&bob);
    assert!(bob.gaps(900).is_empty());
    assert_eq!(bob.of(900).len(), count as usize);
    let timestamps: Vec<u32> = bob.of(900).iter().map(|received| received.header.timestamp).collect();
    assert!(timestamps.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == 3_000));
}
