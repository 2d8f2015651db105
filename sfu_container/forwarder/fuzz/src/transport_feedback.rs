//! Transport-wide feedback of any content to an estimator that has sent packets.

use std::time::Duration;

use parley_forwarder_core::congestion::{Estimator, EstimatorConfig};
use parley_forwarder_core::rtcp::{Compound, Packet};
use parley_forwarder_core::time::Instant;

use crate::bytes::Input;

/// RTPFB (RFC 4585) with the format of the draft.
const START: [u8; 2] = [0x8f, 205];

/// What leaves also while a queue drains or too much is on its way, in bits per second.
const LEAST_PACING: u64 = 20_000;

pub(crate) fn check(data: &[u8]) {
    let mut input = Input::new(data);
    let mut estimator = Estimator::new(&EstimatorConfig::default());
    let mut now = Instant::from_micros(1_000_000);
    while !input.is_empty() {
        now = now + Duration::from_millis(input.u8().into());
        for _ in 0..input.u8() % 32 {
            let probe = estimator.poll_probe(now).map(|probe| probe.id);
            estimator.on_sent(now, usize::from(input.u16()), probe);
        }
        let words = input.bytes().as_chunks::<4>().0;
        let len = (words.len() as u16).to_be_bytes();
        report(&mut estimator, &[&START, &len, words.as_flattened()].concat(), now);
        let (pacing, target) = (estimator.pacing_bits_per_second(), estimator.target_bits_per_second());
        assert!(pacing >= LEAST_PACING, "something always leaves");
        assert!(pacing <= (target * 2).max(LEAST_PACING));
        assert!(target > 0);
    }
}

fn report(estimator: &mut Estimator, packet: &[u8], now: Instant) {
    for packet in Compound::new(packet).flatten() {
        if let Packet::TransportFeedback(feedback) = packet {
            assert_eq!(feedback.statuses().count(), usize::from(feedback.status_count));
            estimator.on_feedback(now, &feedback);
        }
    }
}
