//! What single feedback packets do to the estimate.

use std::time::Duration;

use parley_forwarder_core::bytes::Writer;
use parley_forwarder_core::congestion::{Estimator, EstimatorConfig};
use parley_forwarder_core::rtcp::transport_feedback::FeedbackHeader;
use parley_forwarder_core::rtcp::{Compound, Packet, write_transport_feedback};
use parley_forwarder_core::time::Instant;

const CONFIG: EstimatorConfig =
    EstimatorConfig { start_bits_per_second: 500_000, min_bits_per_second: 50_000, max_bits_per_second: 5_000_000 };

fn at(millis: u64) -> Instant {
    Instant::from_micros(millis * 1_000)
}

/// Feedback on packets from `base_sequence` on, which came in these milliseconds.
fn give(estimator: &mut Estimator, now: Instant, base_sequence: u16, arrivals: &[Option<i64>]) {
    let ticks: Vec<Option<i64>> = arrivals.iter().map(|millis| millis.map(|millis| millis * 4)).collect();
    let mut buffer = [0; 1_500];
    let mut out = Writer::new(&mut buffer);
    let header = FeedbackHeader { sender_ssrc: 1, media_ssrc: 2, base_sequence, feedback_count: 0 };
    assert_eq!(write_transport_feedback(&mut out, &header, &ticks), Ok(ticks.len()));
    let len = out.len();
    let Some(Ok(Packet::TransportFeedback(feedback))) = Compound::new(&buffer[..len]).next() else { panic!() };
    estimator.on_feedback(now, &feedback);
}

/// Sends a packet every 10 ms for `count` times 100 ms; `delay` is how long each takes, in milliseconds.
fn run(estimator: &mut Estimator, from_millis: u64, count: u64, delay: impl Fn(u64) -> u64) {
    for round in 0..count {
        let begin = from_millis + round * 100;
        let sent_at: Vec<u64> = (0..10).map(|number| begin + number * 10).collect();
        let numbers: Vec<u16> = sent_at.iter().map(|millis| estimator.on_sent(at(*millis), 1_000, None)).collect();
        let arrivals: Vec<_> = sent_at.iter().map(|millis| Some((millis + delay(*millis)).cast_signed())).collect();
        give(estimator, at(begin + 99 + delay(begin + 99)), numbers[0], &arrivals);
    }
}

#[test]
fn numbers_are_consecutive_and_wrap() {
    let mut estimator = Estimator::new(&CONFIG);
    for expected in 0..70_000_u32 {
        assert_eq!(estimator.on_sent(at(0), 1, None), (expected % 65_536) as u16);
    }
}

#[test]
fn the_estimate_grows_on_a_quiet_path_but_not_far_beyond_what_is_sent() {
    let mut estimator = Estimator::new(&CONFIG);
    run(&mut estimator, 0, 600, |_| 20);
    let target = estimator.target_bits_per_second();
    assert!((950_000..1_050_000).contains(&target), "{target}: 800 kbit/s and a quarter");
    assert_eq!(estimator.queueing_delay(), Duration::ZERO);
}

#[test]
fn a_growing_delay_lowers_the_estimate_and_a_long_queue_stops_almost_everything() {
    let mut estimator = Estimator::new(&CONFIG);
    run(&mut estimator, 0, 100, |_| 20);
    let before = estimator.target_bits_per_second();
    run(&mut estimator, 10_000, 6, |millis| 20 + (millis - 10_000) / 2);
    assert!(estimator.target_bits_per_second() < before * 8 / 10);
    assert!(estimator.pacing_bits_per_second() < estimator.target_bits_per_second() / 5);
    assert!(estimator.queueing_delay() > Duration::from_millis(200));
    assert_eq!(estimator.poll_probe(at(10_700)), None, "no probes now");
}

#[test]
fn a_burst_that_queues_up_does_not_lower_the_estimate_to_the_mean_of_what_is_sent() {
    let mut estimator = Estimator::new(&EstimatorConfig { start_bits_per_second: 1_500_000, ..CONFIG });
    run(&mut estimator, 0, 20, |_| 20);
    // 4 Mbit/s for 80 ms, of which 2 Mbit/s arrive.
    let numbers: Vec<u16> = (0..40).map(|number| estimator.on_sent(at(2_000 + number * 2), 1_000, None)).collect();
    let arrivals: Vec<_> = (0..40).map(|number| Some(2_020 + number * 4)).collect();
    give(&mut estimator, at(2_200), numbers[0], &arrivals);
    assert!(estimator.queueing_delay() > Duration::from_millis(60));
    assert!(estimator.pacing_bits_per_second() < 1_000_000, "it is seen and drained");
    assert!(estimator.target_bits_per_second() >= 1_500_000, "2 Mbit/s fit, as the burst shows");
}

#[test]
fn silence_takes_the_rate_down_and_feedback_ends_it() {
    let mut estimator = Estimator::new(&CONFIG);
    run(&mut estimator, 0, 50, |_| 20);
    let before = estimator.target_bits_per_second();
    for millis in (5_000..9_000).step_by(10) {
        estimator.on_sent(at(millis), 1_000, None);
    }
    let silent = estimator.target_bits_per_second();
    assert!(silent <= before / 4, "{silent} of {before}");
    run(&mut estimator, 20_000, 300, |_| 20);
    assert!(estimator.target_bits_per_second() > silent * 2);
}

#[test]
fn a_pause_of_ours_is_not_silence() {
    let mut estimator = Estimator::new(&CONFIG);
    run(&mut estimator, 0, 50, |_| 20);
    let before = estimator.target_bits_per_second();
    run(&mut estimator, 60_000, 3, |_| 20);
    assert!(estimator.target_bits_per_second() >= before);
}

#[test]
fn probes_come_while_more_is_wanted() {
    let mut estimator = Estimator::new(&CONFIG);
    assert_eq!(estimator.poll_probe(at(0)), None, "nothing is wanted yet");
    estimator.set_wanted_bits_per_second(2_000_000);
    let cluster = estimator.poll_probe(at(0)).unwrap();
    assert_eq!(cluster.bits_per_second, 1_500_000);
    let sent_at: Vec<u64> = (0..6).map(|number| 10 + number * 5).collect();
    let numbers: Vec<u16> =
        sent_at.iter().map(|millis| estimator.on_sent(at(*millis), 940, Some(cluster.id))).collect();
    let arrivals: Vec<_> = sent_at.iter().map(|millis| Some(millis.cast_signed() + 30)).collect();
    give(&mut estimator, at(100), numbers[0], &arrivals);
    let target = estimator.target_bits_per_second();
    assert!((1_450_000..1_550_000).contains(&target), "the probe shows it: {target}");
    assert!(estimator.poll_probe(at(100)).is_some(), "and leads to the next");
}
