use std::time::Duration;

use parley_forwarder_core::{DropReason, Event, Path, Transport};

use crate::simulation::{World, check};

const SECOND: Duration = Duration::from_secs(1);
const FLOOD: u64 = 10_000;

#[test]
fn a_peer_that_floods_dtls_is_heard_as_often_as_a_data_channel_needs() {
    let mut world = World::new();
    let ann = world.join("ann");
    for _ in 0..FLOOD {
        world.deliver_up(&ann, vec![22, 254, 253, 0]);
    }
    world.exchange();
    let heard = world.events.iter().filter(|event| matches!(event, Event::DtlsReceived { .. })).count() as u64;
    assert_eq!(heard, 256);
    assert_eq!(world.dropped(DropReason::Excess), FLOOD - heard);
    world.advance(SECOND);
    world.events.clear();
    world.deliver_up(&ann, vec![22, 254, 253, 0]);
    world.exchange();
    assert_eq!(world.events, [Event::DtlsReceived { peer: "ann".into(), data: vec![22, 254, 253, 0] }]);
}

#[test]
fn feedback_on_more_packets_than_a_peer_can_have_been_sent_is_not_read() {
    let mut world = World::new();
    let ann = world.join("ann");
    // One run of 8,191 packets that did not come, in 24 bytes.
    let feedback =
        [&[0x8f, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0x1f, 0xff, 0, 0, 0, 0, 0x1f, 0xff, 0, 0][..]].concat();
    for _ in 0..100 {
        world.send(&ann, &feedback);
    }
    assert_eq!(world.dropped(DropReason::Excess), 100 - 7);
    world.advance(SECOND);
    world.send(&ann, &feedback);
    assert_eq!(world.dropped(DropReason::Excess), 100 - 7, "the next second is another");
}

#[test]
fn a_peer_that_moves_all_the_time_is_followed_now_and_then() {
    let mut world = World::new();
    world.join("ann");
    for number in 0..1_000_u16 {
        let path = Path { transport: Transport::Udp, local: 0, remote: ([203, 0, 113, 1], 1_000 + number % 2).into() };
        world.deliver_up(&path, check("ufrag-ann", "password-ann", true));
    }
    world.exchange();
    let moves = world.events.iter().filter(|event| matches!(event, Event::IceConnected { .. })).count();
    assert_eq!(moves, 16, "the first of them was joining");
    assert!(world.dropped(DropReason::Excess) > 400, "every other one, for half of them come from where it stays");
}
