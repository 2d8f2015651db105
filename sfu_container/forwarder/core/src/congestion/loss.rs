//! Tells loss that more sending causes from loss that the path has anyway, and bounds the rate by the former.
//!
//! The path is modelled by two numbers: a capacity C, and an inherent loss p that no rate avoids. Of a rate r it loses
//! p, and when r > C also what exceeds C. Each observation (a rate, packets sent, packets lost) makes pairs (C, p) more
//! or less likely; the bound is the likeliest capacity, if it is clearly likelier than none. So 5 % of random
//! loss, which is the same at every rate, bounds nothing, and a policer that drops the excess is found within a second.
//! Loss of more than 10 % counts as congestion whatever its cause. (The idea is that of the second loss-based
//! estimator of Google's WebRTC; draft-ietf-rmcat-gcc-02, section 6, holds the rate from 2 % to 10 % instead, which
//! never recovers under random loss.)

use std::time::Duration;

use super::send_history::SentPacket;
use crate::time::Instant;

/// How many observations are remembered, five seconds at least.
const OBSERVATIONS: usize = 20;
const OBSERVATION: Duration = Duration::from_millis(250);
const MIN_PACKETS: u32 = 10;
/// What an observation counts for after each that follows it.
const DECAY: f64 = 0.9;
/// A bound must be more likely than none by so many nats: chance alone does that once in thousands of observations.
const DOUBT: f64 = 8.0;
/// Among bounds, one may be less likely than the best by so many.
const AMBIGUITY: f64 = 1.0;
const INHERENT_LOSSES: [f64; 8] = [0.001, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1];
/// The capacities tried, as parts of the bound or of the highest rate observed; falling.
const CANDIDATES: [f64; 9] = [1.0, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3];
/// How much a bound grows with each observation that allows it.
const GROWTH: f64 = 1.03;
/// A bound so far above the highest rate observed is none.
const NEEDLESS: f64 = 1.5;

#[derive(Debug, Clone, Copy, Default)]
struct Observation {
    bits_per_second: f64,
    sent: f64,
    lost: f64,
}

#[derive(Debug, Clone, Copy)]
struct Collecting {
    first_sent_at: Instant,
    last_sent_at: Instant,
    bits: f64,
    sent: u32,
    lost: u32,
}

/// The loss-based bound of one path.
#[derive(Debug, Clone, Default)]
pub struct LossBound {
    observations: [Observation; OBSERVATIONS],
    count: usize,
    collecting: Option<Collecting>,
    bound: Option<f64>,
}

impl LossBound {
    /// Counts a packet whose fate became known, in about the order of sending.
    pub fn add(&mut self, packet: &SentPacket, is_lost: bool) {
        let bits = f64::from(packet.bytes) * 8.0;
        let sent_at = packet.sent_at;
        let before = self.collecting.unwrap_or(Collecting {
            first_sent_at: sent_at,
            last_sent_at: sent_at,
            bits: 0.0,
            sent: 0,
            lost: 0,
        });
        self.collecting = Some(Collecting {
            first_sent_at: before.first_sent_at.min(sent_at),
            last_sent_at: before.last_sent_at.max(sent_at),
            bits: before.bits + bits,
            sent: before.sent + 1,
            lost: before.lost + u32::from(is_lost),
        });
    }

    /// A packet that was counted as lost did arrive.
    pub fn recover(&mut self) {
        if let Some(collecting) = &mut self.collecting {
            collecting.lost = collecting.lost.saturating_sub(1);
        }
    }

    /// Makes an observation of the packets counted so far when they are enough.
    pub fn update(&mut self) {
        let Some(collecting) = self.collecting else { return };
        let elapsed = collecting.last_sent_at.since(collecting.first_sent_at);
        if elapsed >= OBSERVATION && collecting.sent >= MIN_PACKETS {
            self.collecting = None;
            self.observe(collecting.bits / elapsed.as_secs_f64(), collecting.sent.into(), collecting.lost.into());
        }
    }

    /// Adds an observation: a sent rate in bits per second, packets sent, and packets lost of these.
    pub fn observe(&mut self, bits_per_second: f64, sent: f64, lost: f64) {
        if let Some(place) = self.observations.get_mut(self.count % OBSERVATIONS) {
            *place = Observation { bits_per_second, sent, lost: lost.min(sent) };
            self.count += 1;
            self.bound = self.find_bound();
        }
    }

    /// The rate in bits per second that should not be exceeded, if any.
    pub const fn bits_per_second(&self) -> Option<f64> {
        self.bound
    }

    fn find_bound(&self) -> Option<f64> {
        let highest = self.observations.iter().map(|one| one.bits_per_second).fold(0.0, f64::max);
        if self.observations.iter().all(|one| one.lost == 0.0) {
            return self.loosened(highest);
        }
        let top = self.bound.map_or(highest, |bound| bound * GROWTH);
        let unbounded = self.likelihood(f64::INFINITY);
        let likelihoods = CANDIDATES.map(|part| self.likelihood(top * part));
        let best = likelihoods.iter().copied().fold(unbounded, f64::max);
        if unbounded >= best - DOUBT {
            return self.loosened(highest);
        }
        let likely = CANDIDATES.iter().zip(likelihoods).find(|(_, likelihood)| *likelihood >= best - AMBIGUITY);
        likely.map(|(part, _)| top * part)
    }

    /// Nothing speaks for a bound any more, maybe only because what did was long ago: it is given up step by step.
    fn loosened(&self, highest_rate: f64) -> Option<f64> {
        self.bound.map(|bound| bound * GROWTH).filter(|bound| *bound < highest_rate * NEEDLESS)
    }

    /// The logarithm of how likely the observations are with a capacity, and the inherent loss that suits it best.
    fn likelihood(&self, capacity: f64) -> f64 {
        let with = |inherent| self.likelihood_of(capacity, inherent);
        INHERENT_LOSSES.iter().copied().map(with).fold(f64::NEG_INFINITY, f64::max)
    }

    fn likelihood_of(&self, capacity: f64, inherent: f64) -> f64 {
        let (inside, outside) = (inherent.ln(), (1.0 - inherent).ln());
        let of = |(age, place): (i32, usize)| {
            let Some(one) = self.observations.get(place) else { return 0.0 };
            let excess = (one.bits_per_second - capacity).max(0.0) / one.bits_per_second.max(1.0);
            let (lost, kept) = if excess > 0.0 {
                let loss = inherent + (1.0 - inherent) * excess;
                (loss.ln(), (1.0 - loss).max(1e-6).ln())
            } else {
                (inside, outside)
            };
            DECAY.powi(age) * (one.lost * lost + (one.sent - one.lost) * kept)
        };
        let newest_first = (0..self.count.min(OBSERVATIONS)).map(|age| (self.count - 1 - age) % OBSERVATIONS);
        (0..).zip(newest_first).map(of).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packets of 1000 bytes through a path with a capacity and random loss, at the rate that `LossBound` allows.
    fn drive(loss: &mut LossBound, seconds: u32, wanted: f64, capacity: f64, inherent: f64) -> f64 {
        let mut rate = wanted;
        let mut state: u64 = 7;
        let mut chance = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f64 / f64::from(1_u32 << 31)
        };
        for _ in 0..seconds * 4 {
            let sent = (rate / 8_000.0 / 4.0).round();
            let excess = ((rate - capacity) / rate).max(0.0);
            let odds = inherent + (1.0 - inherent) * excess;
            let lost = (0..sent as u32).filter(|_| chance() < odds).count();
            loss.observe(rate, sent, lost as f64);
            rate = loss.bits_per_second().unwrap_or(wanted).min(wanted);
        }
        rate
    }

    #[test]
    fn random_loss_of_five_percent_bounds_nothing() {
        let mut loss = LossBound::default();
        let rate = drive(&mut loss, 120, 3e6, f64::INFINITY, 0.05);
        assert!((rate - 3e6).abs() < 1.0, "{rate}");
    }

    #[test]
    fn a_policer_is_found_within_two_seconds() {
        let mut loss = LossBound::default();
        drive(&mut loss, 5, 1e6, 1e6, 0.0);
        let rate = drive(&mut loss, 2, 2e6, 1e6, 0.0);
        assert!(rate < 1.15e6, "{rate}");
        let rate = drive(&mut loss, 20, 2e6, 1e6, 0.0);
        assert!((0.85e6..1.25e6).contains(&rate), "{rate}");
    }

    #[test]
    fn a_policer_is_found_also_where_there_is_random_loss() {
        let mut loss = LossBound::default();
        drive(&mut loss, 5, 1e6, 1e6, 0.03);
        let rate = drive(&mut loss, 3, 2e6, 1e6, 0.03);
        assert!((0.8e6..1.3e6).contains(&rate), "{rate}");
    }

    #[test]
    fn the_bound_goes_when_the_loss_does() {
        let mut loss = LossBound::default();
        drive(&mut loss, 4, 2e6, 1e6, 0.0);
        assert!(loss.bits_per_second().is_some());
        let rate = drive(&mut loss, 10, 2e6, f64::INFINITY, 0.0);
        assert!((rate - 2e6).abs() < 1.0, "{rate}");
    }

    #[test]
    fn heavy_loss_at_every_rate_takes_the_rate_down() {
        let mut loss = LossBound::default();
        let rate = drive(&mut loss, 20, 2e6, f64::INFINITY, 0.4);
        assert!(rate < 1e6, "{rate}");
    }

    #[test]
    fn a_loss_taken_back_is_not_counted() {
        let mut loss = LossBound::default();
        for number in 0..200_u64 {
            let sent_at = Instant::from_micros(number * 2_000);
            loss.add(&SentPacket { sent_at, bytes: 1_000, probe: None }, number % 2 == 0);
        }
        (0..100).for_each(|_| loss.recover());
        loss.update();
        assert_eq!(loss.observations[0].lost, 0.0);
        assert!((loss.observations[0].bits_per_second - 4e6).abs() < 5e4);
    }
}
