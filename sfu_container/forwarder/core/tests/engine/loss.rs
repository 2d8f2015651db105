use std::time::Duration;

use parley_forwarder_core::negotiated::Codec;
use parley_forwarder_core::rtcp::write_nack;
use parley_forwarder_core::{DropReason, Path};

use crate::simulation::{VP8, World, picture, rtp_packet, vp8_payload};

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

/// `ann` publishes a camera with an RTX stream; `bob` takes it in a Slot with one.
fn studio() -> (World, Path, Path) {
    let mut world = World::new();
    let (ann, bob) = (world.join("ann"), world.join("bob"));
    world.publish("ann", "camera", "0", &VP8, &[(None, 100)]);
    world.add_slot("bob", "slot", &VP8, 900);
    world.route("slot", "camera", 720);
    (world, ann, bob)
}

fn send(world: &mut World, ann: &Path, numbers: impl IntoIterator<Item = u16>) {
    for number in numbers {
        world.send(ann, &picture(100, number, (number == 1).then_some(720)));
    }
    world.exchange();
}

/// RTX packet number `rtx_number`, which repeats picture `number`.
fn send_repetition(world: &mut World, ann: &Path, rtx_number: u16, number: u16) {
    let mut payload = number.to_be_bytes().to_vec();
    payload.extend(vp8_payload(number, (number % 256) as u8, None, 100));
    let rtx = Codec { payload_type: 97, ..VP8.clone() };
    world.send(ann, &rtp_packet(1_100, &rtx, rtx_number, u32::from(number) * 3_000, &[], &payload));
    world.exchange();
}

/// The numbers under which `bob` got what came on the media stream, and on the RTX stream the numbers repeated.
fn arrived(world: &mut World, bob: &Path) -> (Vec<u16>, Vec<u16>) {
    let arrived = std::mem::take(&mut world.client(bob).arrived);
    let (media, repetitions): (Vec<_>, Vec<_>) = arrived.into_iter().partition(|packet| packet.header.ssrc == 900);
    let repeated = repetitions.iter().map(|packet| u16::from_be_bytes([packet.payload[0], packet.payload[1]]));
    (media.iter().map(|packet| packet.header.sequence).collect(), repeated.collect())
}

fn ask(world: &mut World, bob: &Path, numbers: &[u16]) {
    world.send_rtcp(bob, |writer| write_nack(writer, 9, 900, numbers.iter().copied()));
    world.exchange();
}

#[test]
fn a_gap_is_asked_for_again_and_again_until_it_is_given_up() {
    let (mut world, ann, _) = studio();
    send(&mut world, &ann, [1, 2, 5]);
    world.advance(Duration::from_millis(25));
    assert_eq!(world.client(&ann).asked_for, [(100, 3), (100, 4)]);
    send(&mut world, &ann, [3]);
    world.advance(Duration::from_millis(70));
    assert_eq!(world.client(&ann).asked_for[2..], [(100, 4)]);
    world.advance(Duration::from_secs(3));
    let tries = world.client(&ann).asked_for.iter().filter(|(_, number)| *number == 4).count();
    assert_eq!(tries, 10);
}

#[test]
fn gaps_are_found_over_the_wrap_around_and_a_jump_is_not_asked_for() {
    let (mut world, ann, _) = studio();
    send(&mut world, &ann, [65_534, 1]);
    world.advance(Duration::from_millis(25));
    assert_eq!(world.client(&ann).asked_for, [(100, 65_535), (100, 0)]);
    let (mut world, ann, _) = studio();
    send(&mut world, &ann, [1, 300]);
    world.advance(Duration::from_millis(100));
    assert_eq!(world.client(&ann).asked_for, []);
}

#[test]
fn no_more_is_missing_at_once_than_can_be_asked_for() {
    let (mut world, ann, _) = studio();
    send(&mut world, &ann, (0..1_024).filter(|number| number % 2 == 0));
    world.advance(Duration::from_millis(45));
    let mut asked: Vec<u16> = world.client(&ann).asked_for.iter().map(|(_, number)| *number).collect();
    asked.sort_unstable();
    asked.dedup();
    assert_eq!(asked, (511..1_022).step_by(2).collect::<Vec<u16>>(), "the 256 newest");
}

#[test]
fn what_rtx_brings_back_is_forwarded_in_its_place_and_was_lost_all_the_same() {
    let (mut world, ann, bob) = studio();
    send(&mut world, &ann, [1, 2, 4]);
    send_repetition(&mut world, &ann, 500, 3);
    let (numbers, _) = arrived(&mut world, &bob);
    let places: Vec<u16> = numbers.iter().map(|number| number.wrapping_sub(numbers[0])).collect();
    assert_eq!(places, [0, 1, 3, 2]);
    world.client(&ann).asked_for.clear();
    world.advance(Duration::from_millis(200));
    assert_eq!(world.client(&ann).asked_for, []);
    let received = |world: &World| world.engine.peer_stats("ann", world.now).unwrap().received.clone();
    assert_eq!((received(&world).retransmitted, received(&world).lost), (1, 1));
    world.engine.remove("camera", world.now).unwrap();
    assert_eq!(received(&world).lost, 1);
}

#[test]
fn probes_on_the_rtx_stream_are_not_forwarded() {
    let (mut world, ann, bob) = studio();
    send(&mut world, &ann, [1]);
    let rtx = Codec { payload_type: 97, ..VP8.clone() };
    world.send(&ann, &rtp_packet(1_100, &rtx, 500, 0, &[], &[]));
    send_repetition(&mut world, &ann, 501, 1);
    assert_eq!(arrived(&mut world, &bob).0.len(), 1);
    assert_eq!(world.dropped(DropReason::Duplicate), 1);
}

#[test]
fn a_packet_that_comes_late_keeps_its_place_and_padding_leaves_no_gap() {
    let (mut world, ann, bob) = studio();
    for number in [1, 2, 4, 3] {
        world.send(&ann, &picture(100, number, (number == 1).then_some(720)));
    }
    world.send(&ann, &rtp_packet(100, &VP8, 5, 15_000, &[], &[]));
    world.send(&ann, &picture(100, 6, None));
    world.exchange();
    let (numbers, _) = arrived(&mut world, &bob);
    let places: Vec<u16> = numbers.iter().map(|number| number.wrapping_sub(numbers[0])).collect();
    assert_eq!(places, [0, 1, 3, 2, 4]);
}

#[test]
fn packets_of_a_keyframe_that_overtook_its_first_one_are_not_lost() {
    let (mut world, ann, bob) = studio();
    let mut second_part = vp8_payload(10, 0, None, 77);
    second_part[0] = 0x80;
    world.send(&ann, &picture(100, 9, None));
    world.send(&ann, &rtp_packet(100, &VP8, 11, 30_000, &[], &second_part));
    world.send(&ann, &rtp_packet(100, &VP8, 10, 30_000, &[], &vp8_payload(10, 0, Some(720), 50)));
    world.exchange();
    let lens: Vec<usize> = world.client(&bob).of(900).iter().map(|received| received.payload.len()).collect();
    assert_eq!(lens, [65, 83]);
}

#[test]
fn a_packet_asked_for_twice_in_a_moment_is_sent_once() {
    let (mut world, ann, bob) = studio();
    send(&mut world, &ann, [1]);
    let (numbers, _) = arrived(&mut world, &bob);
    ask(&mut world, &bob, &numbers);
    ask(&mut world, &bob, &numbers);
    assert_eq!(arrived(&mut world, &bob).1, numbers);
    world.advance(Duration::from_millis(40));
    ask(&mut world, &bob, &numbers);
    assert_eq!(arrived(&mut world, &bob).1, numbers);
}

#[test]
fn repetitions_are_numbered_by_themselves_and_are_what_was_sent() {
    let (mut world, ann, bob) = studio();
    send(&mut world, &ann, 1..5);
    let sent = std::mem::take(&mut world.client(&bob).arrived);
    ask(&mut world, &bob, &[sent[0].header.sequence, sent[3].header.sequence]);
    let repeated = std::mem::take(&mut world.client(&bob).arrived);
    assert_eq!(repeated[1].header.sequence.wrapping_sub(repeated[0].header.sequence), 1);
    for (repetition, original) in repeated.iter().zip([&sent[0], &sent[3]]) {
        assert_eq!((repetition.header.ssrc, repetition.header.payload_type), (1_900, 97));
        assert_eq!(repetition.header.timestamp, original.header.timestamp);
        assert_eq!(repetition.payload[2..], original.payload);
    }
    assert_eq!(world.engine.peer_stats("bob", world.now).unwrap().sent.retransmitted, 2);
}

#[test]
fn what_the_cache_holds_no_more_is_not_sent() {
    let (mut world, ann, bob) = studio();
    for first in [1, 501, 1_001, 1_501] {
        send(&mut world, &ann, first..first + 500);
    }
    let (numbers, _) = arrived(&mut world, &bob);
    ask(&mut world, &bob, &[numbers[0], numbers[1_900]]);
    assert_eq!(arrived(&mut world, &bob).1, [numbers[1_900]]);
}

#[test]
fn a_nack_for_everything_is_answered_within_limits() {
    let (mut world, ann, bob) = studio();
    send(&mut world, &ann, 1..1_000);
    let (numbers, _) = arrived(&mut world, &bob);
    for some in numbers.chunks(200) {
        ask(&mut world, &bob, some);
    }
    assert_eq!(arrived(&mut world, &bob).1.len(), 512);
    world.advance(Duration::from_millis(1_100));
    ask(&mut world, &bob, &numbers[996..]);
    assert_eq!(arrived(&mut world, &bob).1.len(), 3);
}
