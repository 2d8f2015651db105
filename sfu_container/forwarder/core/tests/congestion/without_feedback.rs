//! Peers that do not give transport-wide feedback.

use std::time::Duration;

use parley_forwarder_core::congestion::{EstimatorConfig, LossReport, ReceiverEstimator};
use parley_forwarder_core::time::Instant;

const CONFIG: EstimatorConfig =
    EstimatorConfig { start_bits_per_second: 500_000, min_bits_per_second: 50_000, max_bits_per_second: 5_000_000 };
const PACKET_BYTES: usize = 1_000;

struct Path {
    estimator: ReceiverEstimator,
    now: Instant,
}

impl Path {
    fn new() -> Self {
        let now = Instant::from_micros(0);
        Self { estimator: ReceiverEstimator::new(&CONFIG, now), now }
    }

    /// Sends what may be sent, up to `wanted` bits per second, with a report on it each second.
    fn run(&mut self, seconds: u32, wanted: u64, fraction_lost: impl Fn(u64) -> u8) -> u64 {
        for _ in 0..seconds {
            let rate = self.estimator.target_bits_per_second().min(wanted);
            let packets = rate as usize / 8 / PACKET_BYTES;
            (0..packets).for_each(|_| self.estimator.on_sent(PACKET_BYTES));
            self.now = self.now + Duration::from_secs(1);
            let report = LossReport { fraction_lost: fraction_lost(rate), packets: packets as u32 };
            self.estimator.on_loss_report(self.now, &report);
        }
        self.estimator.target_bits_per_second()
    }
}

/// Of a path that drops what exceeds a capacity.
fn excess(capacity: u64) -> impl Fn(u64) -> u8 {
    move |rate| (rate.saturating_sub(capacity) * 255 / rate.max(1)) as u8
}

#[test]
fn the_estimate_of_the_peer_counts_within_the_range() {
    let mut estimator = Path::new().estimator;
    assert_eq!(estimator.target_bits_per_second(), 5_000_000, "nothing is known to be limited");
    for (claimed, expected) in [(1_200_000, 1_200_000), (1, 50_000), (u64::MAX, 5_000_000)] {
        estimator.on_remb(claimed);
        assert_eq!(estimator.target_bits_per_second(), expected);
    }
}

#[test]
fn random_loss_bounds_nothing() {
    let mut path = Path::new();
    assert_eq!(path.run(60, 2_000_000, |_| 13), 5_000_000, "5 %");
}

#[test]
fn loss_of_what_exceeds_the_path_takes_the_rate_down_to_it_and_it_grows_back_when_the_loss_ends() {
    let mut path = Path::new();
    path.run(5, 2_000_000, |_| 0);
    let rate = path.run(4, 2_000_000, excess(500_000));
    assert!((200_000..700_000).contains(&rate), "{rate}");
    let rate = path.run(30, 2_000_000, excess(500_000));
    assert!((300_000..700_000).contains(&rate), "{rate}");
    let rate = path.run(20, 2_000_000, |_| 0);
    assert!(rate >= 2_000_000, "{rate}");
}

#[test]
fn the_lesser_of_both_counts() {
    let mut path = Path::new();
    path.estimator.on_remb(1_000_000);
    let rate = path.run(10, 2_000_000, excess(400_000));
    assert!(rate < 600_000, "{rate}");
    path.estimator.on_remb(100_000);
    assert_eq!(path.estimator.target_bits_per_second(), 100_000);
}

#[test]
fn what_is_not_sent_is_not_trusted_at_once() {
    let mut path = Path::new();
    path.run(10, 2_000_000, excess(300_000));
    let before = path.run(1, 100_000, |_| 0);
    let rate = path.run(10, 100_000, |_| 0);
    assert!(rate < before * 14 / 10, "{before} became {rate}");
}
