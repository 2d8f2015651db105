//! When packets leave.

use std::time::Duration;

use parley_forwarder_core::congestion::{ClusterId, Pacer, PacerError, PacketKind, ProbeCluster, Release};
use parley_forwarder_core::time::Instant;

const RATE: u64 = 1_000_000;
/// A packet that takes 16 ms at [`RATE`]; two leave at once, for 20 ms may go ahead.
const BYTES: usize = 2_000;

fn at(millis: u64) -> Instant {
    Instant::from_micros(millis * 1_000)
}

fn pacer() -> Pacer<u32> {
    Pacer::new(at(0), RATE)
}

/// The packets that leave at a moment.
fn leave(pacer: &mut Pacer<u32>, now: Instant) -> Vec<u32> {
    let item = |release| match release {
        Release::Packet { item, .. } => item,
        other => panic!("{other:?}"),
    };
    std::iter::from_fn(|| pacer.poll(now)).map(item).collect()
}

fn push_video(pacer: &mut Pacer<u32>, now: Instant, items: std::ops::Range<u32>) {
    items.for_each(|item| pacer.push(now, PacketKind::Video, BYTES, item).unwrap());
}

#[test]
fn a_burst_of_video_leaves_at_the_rate_and_wakes_up_in_time() {
    let mut pacer = pacer();
    push_video(&mut pacer, at(0), 0..10);
    let mut now = at(0);
    let mut left = 0;
    while let Some(next) = pacer.poll_timeout(now) {
        now = now.max(next);
        left += leave(&mut pacer, now).len();
    }
    assert_eq!(left, 10);
    // Ten packets take 160 ms, and each is due when at most 20 ms are left of those before.
    assert_eq!(now, at(9 * 16 - 20));
}

#[test]
fn audio_never_waits_but_counts() {
    let mut pacer = pacer();
    push_video(&mut pacer, at(0), 0..5);
    assert_eq!(leave(&mut pacer, at(0)), [0, 1]);
    (10..20).for_each(|item| pacer.push(at(0), PacketKind::Audio, BYTES, item).unwrap());
    assert_eq!(pacer.poll_timeout(at(0)), Some(at(0)));
    assert_eq!(leave(&mut pacer, at(0)), (10..20).collect::<Vec<_>>());
    assert_eq!(leave(&mut pacer, at(12 * 16 - 21)), [] as [u32; 0]);
    assert_eq!(leave(&mut pacer, at(12 * 16 - 20)), [2]);
}

#[test]
fn retransmissions_go_before_video() {
    let mut pacer = pacer();
    push_video(&mut pacer, at(0), 0..3);
    pacer.push(at(0), PacketKind::Retransmission, BYTES, 7).unwrap();
    assert_eq!(leave(&mut pacer, at(0)), [7, 0]);
    assert_eq!(leave(&mut pacer, at(16)), [1]);
}

#[test]
fn what_waited_too_long_is_handed_back_and_does_not_hold_up_the_rest() {
    let mut pacer = pacer();
    pacer.set_bits_per_second(at(0), 10_000);
    push_video(&mut pacer, at(0), 0..3);
    assert_eq!(leave(&mut pacer, at(0)), [0]);
    push_video(&mut pacer, at(200), 3..4);
    pacer.set_bits_per_second(at(251), RATE);
    let expired = |item| Some(Release::Expired { item, kind: PacketKind::Video });
    assert_eq!(pacer.poll(at(260)), expired(1));
    assert_eq!(pacer.poll(at(260)), expired(2));
    assert_eq!(leave(&mut pacer, at(260)), [3]);
    assert_eq!(pacer.poll_timeout(at(260)), None);
}

#[test]
fn the_queues_are_bounded() {
    let mut pacer = pacer();
    push_video(&mut pacer, at(0), 0..2_048);
    assert_eq!(pacer.push(at(0), PacketKind::Video, BYTES, 0), Err(PacerError::QueueFull));
    assert_eq!(pacer.push(at(0), PacketKind::Audio, BYTES, 0), Ok(()), "each on its own");
}

/// 2 Mbit/s for 30 ms.
const CLUSTER: ProbeCluster =
    ProbeCluster { id: ClusterId(9), bits_per_second: 2_000_000, min_bytes: 7_500, min_packets: 5 };

#[test]
fn a_probe_takes_media_first_and_is_filled_up_with_padding_at_its_rate() {
    let mut pacer = pacer();
    pacer.start_probe(CLUSTER);
    pacer.push(at(0), PacketKind::Video, 1_500, 1).unwrap();
    let media = Release::Packet { item: 1, kind: PacketKind::Video, probe: Some(CLUSTER.id) };
    assert_eq!(pacer.poll(at(0)), Some(media));
    assert_eq!(pacer.poll(at(0)), None, "1500 bytes take 6 ms");
    let mut sent_at = Vec::new();
    let mut now = at(0);
    while let Some(next) = pacer.poll_timeout(now) {
        now = next;
        assert_eq!(pacer.poll(now), Some(Release::Padding { bytes: 1_500, probe: CLUSTER.id }));
        pacer.on_padding_sent(now, 1_500);
        sent_at.push(now);
    }
    assert_eq!(sent_at, [at(6), at(12), at(18), at(24)]);
}

#[test]
fn a_probe_without_padding_can_be_given_up() {
    let mut pacer = pacer();
    pacer.start_probe(CLUSTER);
    assert!(matches!(pacer.poll(at(0)), Some(Release::Padding { .. })));
    pacer.cancel_probe();
    assert_eq!(pacer.poll(at(0)), None);
    push_video(&mut pacer, at(0), 0..1);
    assert_eq!(pacer.poll(at(0)), Some(Release::Packet { item: 0, kind: PacketKind::Video, probe: None }));
}

#[test]
fn a_pause_saves_nothing_up() {
    let mut pacer = pacer();
    push_video(&mut pacer, at(60_000), 0..10);
    assert_eq!(leave(&mut pacer, at(60_000)), [0, 1]);
    assert_eq!(pacer.poll_timeout(at(60_000)), Some(at(60_000) + Duration::from_millis(12)));
}

#[test]
fn what_fits_passes_the_queues_and_counts() {
    let mut pacer = pacer();
    assert!(pacer.pass(at(0), PacketKind::Video, BYTES));
    assert!(pacer.pass(at(0), PacketKind::Retransmission, BYTES));
    assert!(!pacer.pass(at(11), PacketKind::Video, BYTES), "32 ms of which 20 may go ahead");
    assert!(pacer.pass(at(12), PacketKind::Video, BYTES));
    assert!(pacer.pass(at(12), PacketKind::Audio, BYTES), "audio always");
}

#[test]
fn nothing_overtakes_what_waits_but_audio() {
    let mut pacer = pacer();
    push_video(&mut pacer, at(0), 0..1);
    assert!(!pacer.pass(at(0), PacketKind::Video, BYTES));
    assert!(pacer.pass(at(0), PacketKind::Audio, BYTES));
    pacer.push(at(0), PacketKind::Audio, BYTES, 1).unwrap();
    assert!(!pacer.pass(at(0), PacketKind::Audio, BYTES));
}

#[test]
fn nothing_passes_a_probe_which_counts_all_packets() {
    let mut pacer = pacer();
    pacer.start_probe(CLUSTER);
    assert!(!pacer.pass(at(0), PacketKind::Video, BYTES));
    assert!(!pacer.pass(at(0), PacketKind::Audio, BYTES));
}
