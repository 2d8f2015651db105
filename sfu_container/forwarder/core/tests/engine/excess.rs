use std::ops::Range;
use std::time::Duration;

use parley_forwarder_core::{DropReason, Event, Path, Transport};

use crate::simulation::{OPUS, VP8, World, check, rtp_packet, vp8_payload};

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

/// Ann's camera and microphone in Bob's Slots.
fn studio() -> (World, Path, Path) {
    let mut world = World::new();
    let (ann, bob) = (world.join("ann"), world.join("bob"));
    world.publish("ann", "camera", "0", &VP8, &[(None, 100)]);
    world.publish("ann", "microphone", "1", &OPUS, &[(None, 200)]);
    world.add_slot("bob", "picture", &VP8, 900);
    world.add_slot("bob", "sound", &OPUS, 901);
    world.route("picture", "camera", 720);
    world.route("sound", "microphone", 0);
    (world, ann, bob)
}

fn send(world: &mut World, from: &Path, numbers: Range<u16>, len: usize) {
    for number in numbers {
        let payload = vp8_payload(number, 0, (number == 0).then_some(720), len);
        world.send(from, &rtp_packet(100, &VP8, number, u32::from(number) * 90, &[], &payload));
    }
}

#[test]
fn a_screen_at_sixty_megabits_passes() {
    let (mut world, ann, bob) = studio();
    for tenth in 0..20_u16 {
        send(&mut world, &ann, tenth * 1_000..(tenth + 1) * 1_000, 750);
        world.advance(SECOND / 10);
    }
    assert_eq!(world.dropped(DropReason::ExcessMedia), 0);
    assert_eq!(world.client(&bob).of(900).len(), 20_000);
}

#[test]
fn a_publisher_that_floods_is_forwarded_as_far_as_anybody_can_have_a_reason_to_send() {
    let (mut world, ann, bob) = studio();
    send(&mut world, &ann, 0..30_000, 50);
    world.exchange();
    let passed = world.client(&bob).of(900).len();
    assert_eq!(passed, 1 << 14);
    assert_eq!(world.dropped(DropReason::ExcessMedia), 30_000 - passed as u64);
    world.advance(SECOND);
    send(&mut world, &ann, 30_000..30_010, 50);
    world.exchange();
    assert_eq!(world.client(&bob).of(900).len(), passed + 10, "the next second is another");
}

#[test]
fn more_packets_in_one_batch_than_are_kept_all_pass() {
    let (mut world, ann, bob) = studio();
    send(&mut world, &ann, 0..3_000, 1_100);
    for number in 0..300_u16 {
        world.send(&ann, &rtp_packet(200, &OPUS, number, u32::from(number) * 960, &[], &[7; 80]));
    }
    world.exchange();
    assert_eq!(world.dropped(DropReason::NotSent), 0);
    let client = world.client(&bob);
    assert_eq!((client.of(900).len(), client.of(901).len()), (3_000, 300));
}
