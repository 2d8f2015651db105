//! Peers that do not give transport-wide feedback.

use parley_forwarder_core::congestion::{Estimator, EstimatorConfig, LossReport};
use parley_forwarder_core::time::Instant;

fn estimator() -> Estimator {
    Estimator::new(&EstimatorConfig {
        start_bits_per_second: 500_000,
        min_bits_per_second: 50_000,
        max_bits_per_second: 5_000_000,
    })
}

/// A report each second on 100 packets.
fn report(estimator: &mut Estimator, seconds: u32, fraction_lost: u8) {
    for _ in 0..seconds {
        let bits_per_second = estimator.target_bits_per_second();
        estimator.on_loss_report(&LossReport { fraction_lost, packets: 100, bits_per_second });
    }
}

#[test]
fn the_estimate_of_the_peer_counts_within_the_range() {
    let mut estimator = estimator();
    assert_eq!(estimator.target_bits_per_second(), 500_000);
    for (claimed, expected) in [(1_200_000, 1_200_000), (1, 50_000), (u64::MAX, 5_000_000)] {
        estimator.on_remb(claimed);
        assert_eq!(estimator.target_bits_per_second(), expected);
    }
}

#[test]
fn heavy_loss_lowers_it_and_random_loss_does_not() {
    let mut estimator = estimator();
    estimator.on_remb(2_000_000);
    report(&mut estimator, 20, 13);
    assert_eq!(estimator.target_bits_per_second(), 2_000_000, "5 %");
    report(&mut estimator, 20, 77);
    assert!(estimator.target_bits_per_second() < 1_200_000, "30 %");
    report(&mut estimator, 60, 0);
    assert_eq!(estimator.target_bits_per_second(), 2_000_000, "the loss is over");
}

#[test]
fn sending_without_any_feedback_is_not_silence() {
    let mut estimator = estimator();
    for millis in 0..60_000 {
        estimator.on_sent(Instant::from_micros(millis * 1_000), 1_000, None);
    }
    assert_eq!(estimator.target_bits_per_second(), 500_000);
}
