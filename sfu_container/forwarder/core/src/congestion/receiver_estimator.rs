//! The bandwidth estimate of a Peer that does not report when packets arrive.
//!
//! What its Receiver Reports say of loss bounds the rate, and where it estimates its bandwidth itself (REMB,
//! draft-alvestrand-rmcat-remb-03), that too. Until either says something, everything fits. A receiver estimates no
//! more than about what it gets, and loss tells only of what was sent: so while more is wanted than fits, padding fills
//! up what is sent to the estimate, for as long as the estimate grows by it.

use std::time::Duration;

use super::estimator::{EstimatorConfig, PACING_FACTOR};
use super::loss::LossBound;
use super::probe::{ClusterId, ProbeCluster};
use crate::time::Instant;

const FRACTION_LOST_UNIT: f64 = 256.0;
/// A report counts as an observation of loss for each such time that it is about.
const OBSERVATION: Duration = Duration::from_millis(250);
const MIN_PACKETS: f64 = 10.0;
const MAX_OBSERVATIONS: u32 = 8;
/// What loss allows grows by so much with each observation while that much is sent, else with each report.
const GROWTH: f64 = 1.03;
/// From this part of what is allowed on, it is sent.
const FULL: f64 = 0.7;
/// Padding is sent in pieces of this length.
const PIECE: Duration = Duration::from_millis(100);
/// After so long with padding, the estimate must have grown by a twentieth: receivers report once a second.
const ROUND: Duration = Duration::from_secs(3);
const SUCCESS: f64 = 1.05;
const REST: Duration = Duration::from_secs(5);

/// What a Receiver Report tells of one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LossReport {
    /// The part of packets lost since the report before, in 1/256.
    pub fraction_lost: u8,
    /// How many packets of the stream were sent since then.
    pub packets: u32,
}

/// The estimator of one Peer.
#[derive(Debug, Clone)]
pub struct ReceiverEstimator {
    range: (f64, f64),
    claimed: Option<f64>,
    by_loss: f64,
    loss: LossBound,
    reported: Reported,
    wanted: f64,
    padding: Padding,
}

/// What was sent, and what reports said of it, since an observation of loss.
#[derive(Debug, Clone, Copy)]
struct Reported {
    since: Instant,
    bits: f64,
    packets: f64,
    lost: f64,
}

impl Reported {
    const fn new(since: Instant) -> Self {
        Self { since, bits: 0.0, packets: 0.0, lost: 0.0 }
    }
}

impl ReceiverEstimator {
    /// Knows nothing of the path; of `config` only the range counts.
    pub fn new(config: &EstimatorConfig, now: Instant) -> Self {
        let range = (config.min_bits_per_second as f64, config.max_bits_per_second as f64);
        Self {
            range,
            claimed: None,
            by_loss: range.1,
            loss: LossBound::default(),
            reported: Reported::new(now),
            wanted: 0.0,
            padding: Padding::default(),
        }
    }

    /// Notes a packet of `bytes` bytes that is sent.
    pub fn on_sent(&mut self, bytes: usize) {
        self.reported.bits += bytes as f64 * 8.0;
    }

    /// Takes the Peer's own estimate in bits per second (REMB).
    pub const fn on_remb(&mut self, bits_per_second: u64) {
        self.claimed = Some(bits_per_second as f64);
    }

    /// Takes the loss of one stream.
    pub fn on_loss_report(&mut self, now: Instant, report: &LossReport) {
        let packets = f64::from(report.packets);
        self.reported.packets += packets;
        self.reported.lost += packets * f64::from(report.fraction_lost) / FRACTION_LOST_UNIT;
        let elapsed = now.since(self.reported.since);
        if elapsed >= OBSERVATION && self.reported.packets >= MIN_PACKETS {
            self.observe(elapsed);
            self.reported = Reported::new(now);
        }
    }

    fn observe(&mut self, elapsed: Duration) {
        let Reported { bits, packets, lost, .. } = self.reported;
        let rate = bits / elapsed.as_secs_f64();
        let count = (elapsed.as_secs_f64() / OBSERVATION.as_secs_f64()).clamp(1.0, f64::from(MAX_OBSERVATIONS)).floor();
        // At most MAX_OBSERVATIONS.
        for _ in 0..count as u32 {
            self.loss.observe(rate, packets / count, lost / count);
        }
        let growth = if rate >= self.by_loss * FULL { GROWTH.powf(count) } else { GROWTH };
        let bound = self.loss.bits_per_second().unwrap_or(self.range.1);
        self.by_loss = (self.by_loss * growth).min(bound).clamp(self.range.0, self.range.1);
    }

    /// Sets how much would be sent if it fitted, in bits per second.
    pub const fn set_wanted_bits_per_second(&mut self, wanted: u64) {
        self.wanted = wanted as f64;
    }

    /// How much to fill up with padding now, if anything.
    pub fn poll_probe(&mut self, now: Instant) -> Option<ProbeCluster> {
        self.padding.poll(now, self.target(), self.wanted)
    }

    /// What may be sent in the long run, for the allocator.
    pub fn target_bits_per_second(&self) -> u64 {
        self.target() as u64
    }

    /// How fast the pacer may send: somewhat more, unless loss bounds the rate.
    pub fn pacing_bits_per_second(&self) -> u64 {
        let target = self.target();
        let factor = if target < self.by_loss { PACING_FACTOR } else { 1.0 };
        (target * factor) as u64
    }

    fn target(&self) -> f64 {
        self.claimed.map_or(self.by_loss, |claimed| claimed.min(self.by_loss)).clamp(self.range.0, self.range.1)
    }
}

/// When padding fills up what is sent: in rounds, each of which must have raised the estimate for the next to follow at
/// once.
#[derive(Debug, Clone, Copy, Default)]
struct Padding {
    round: Option<Round>,
    /// Until then nothing is to be done.
    idle_until: Instant,
}

#[derive(Debug, Clone, Copy)]
struct Round {
    ends: Instant,
    began_at: f64,
}

impl Padding {
    fn poll(&mut self, now: Instant, target: f64, wanted: f64) -> Option<ProbeCluster> {
        // A round goes on when the estimate suffices: until media takes the place of padding, that alone keeps it up.
        if now < self.idle_until || (self.round.is_none() && wanted <= target) {
            return None;
        }
        let round = *self.round.get_or_insert(Round { ends: now + ROUND, began_at: target });
        let has_fallen = target * SUCCESS < round.began_at;
        if has_fallen || now >= round.ends {
            self.round = None;
            if target < round.began_at * SUCCESS {
                self.idle_until = now + REST;
            }
            return None;
        }
        self.idle_until = now + PIECE;
        let rate = target.min(wanted);
        let min_bytes = (rate * PIECE.as_secs_f64() / 8.0) as u64;
        Some(ProbeCluster { id: ClusterId(0), bits_per_second: rate as u64, min_bytes, min_packets: 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count_pieces(padding: &mut Padding, seconds: std::ops::Range<u64>, target: impl Fn(u64) -> f64) -> usize {
        let times = seconds.start * 1_000..seconds.end * 1_000;
        let polls = times.filter_map(|milli| padding.poll(Instant::from_micros(milli * 1_000), target(milli), 2e6));
        polls.count()
    }

    #[test]
    fn padding_goes_on_while_the_estimate_grows_by_it() {
        let mut padding = Padding::default();
        let growing = |milli: u64| 300e3 * 1.08_f64.powf(milli as f64 / 1_000.0);
        assert!(count_pieces(&mut padding, 0..12, growing) > 110);
    }

    #[test]
    fn padding_that_raises_nothing_rests() {
        let mut padding = Padding::default();
        assert_eq!(count_pieces(&mut padding, 0..3, |_| 300e3), 30);
        assert_eq!(count_pieces(&mut padding, 3..8, |_| 300e3), 0);
        assert!(count_pieces(&mut padding, 8..9, |_| 300e3) > 0);
    }

    #[test]
    fn padding_stops_when_the_estimate_falls_or_suffices() {
        let mut padding = Padding::default();
        assert_eq!(count_pieces(&mut padding, 0..1, |_| 300e3), 10);
        assert_eq!(count_pieces(&mut padding, 1..6, |_| 200e3), 0, "it falls");
        assert_eq!(count_pieces(&mut padding, 6..9, |_| 2e6), 0, "it suffices");
    }
}
