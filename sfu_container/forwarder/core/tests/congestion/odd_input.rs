//! Whatever a Peer claims, nothing panics and the estimate stays in its range.

use std::time::Duration;

use parley_forwarder_core::congestion::{Estimator, EstimatorConfig, LossReport, ReceiverEstimator};
use parley_forwarder_core::rtcp::{Compound, Packet};
use parley_forwarder_core::time::Instant;
use proptest::prelude::*;

const CONFIG: EstimatorConfig =
    EstimatorConfig { start_bits_per_second: 500_000, min_bits_per_second: 50_000, max_bits_per_second: 5_000_000 };

/// RTCP of the right kind: random base, count and reference time, with chunks and deltas of any content.
fn feedback() -> impl Strategy<Value = Vec<u8>> {
    let head = (any::<u16>(), 0_u16..300, any::<[u8; 4]>());
    (head, prop::collection::vec(any::<u8>(), 0..256)).prop_map(|((base, count, reference), rest)| {
        let mut packet = vec![0x8f, 205, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2];
        packet.extend(base.to_be_bytes());
        packet.extend(count.to_be_bytes());
        packet.extend(reference);
        packet.extend(rest);
        // Enough deltas for every chunk.
        packet.resize(packet.len().next_multiple_of(4) + 600, 7);
        let words = (packet.len() / 4 - 1) as u16;
        packet[2..4].copy_from_slice(&words.to_be_bytes());
        packet
    })
}

#[derive(Debug, Clone)]
enum Step {
    Send { count: u16, bytes: usize },
    Feedback(Vec<u8>),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0_u16..400, any::<usize>()).prop_map(|(count, bytes)| Step::Send { count, bytes }),
        feedback().prop_map(Step::Feedback),
    ]
}

fn apply(estimator: &mut Estimator, now: Instant, step: &Step) {
    match step {
        Step::Send { count, bytes } => (0..*count).for_each(|_| {
            let probe = estimator.poll_probe(now).map(|cluster| cluster.id);
            estimator.on_sent(now, *bytes, probe);
        }),
        Step::Feedback(bytes) => {
            for packet in Compound::new(bytes).flatten() {
                if let Packet::TransportFeedback(feedback) = packet {
                    estimator.on_feedback(now, &feedback);
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn the_estimate_stays_in_its_range(steps in prop::collection::vec((step(), 0_u64..2_000_000), 1..60)) {
        let mut estimator = Estimator::new(&CONFIG);
        estimator.set_wanted_bits_per_second(u64::MAX);
        let mut micros = 0;
        for (step, pause) in steps {
            micros += pause;
            apply(&mut estimator, Instant::from_micros(micros), &step);
            let target = estimator.target_bits_per_second();
            prop_assert!((CONFIG.min_bits_per_second..=CONFIG.max_bits_per_second).contains(&target), "{}", target);
        }
    }

    #[test]
    fn whatever_a_receiver_claims_the_estimate_stays_in_its_range(
        claims in prop::collection::vec((any::<u64>(), any::<u8>(), any::<u32>(), any::<u32>(), 0_u64..2_000_000), 1..60)
    ) {
        let mut now = Instant::from_micros(0);
        let mut estimator = ReceiverEstimator::new(&CONFIG, now);
        estimator.set_wanted_bits_per_second(u64::MAX);
        for (bitrate, fraction_lost, packets, bytes, pause) in claims {
            now = now + Duration::from_micros(pause);
            estimator.on_sent(bytes as usize);
            estimator.on_remb(bitrate);
            estimator.on_loss_report(now, &LossReport { fraction_lost, packets });
            estimator.poll_probe(now);
            let target = estimator.target_bits_per_second();
            prop_assert!((CONFIG.min_bits_per_second..=CONFIG.max_bits_per_second).contains(&target), "{}", target);
        }
    }

    #[test]
    fn the_generator_makes_feedback_that_is_understood(packets in prop::collection::vec(feedback(), 50)) {
        let mut first = packets.iter().map(|bytes| Compound::new(bytes).next());
        prop_assert!(first.any(|packet| matches!(packet, Some(Ok(Packet::TransportFeedback(_))))));
    }
}
