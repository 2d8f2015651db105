//! The delay-based rate: up step by step while the delay stays, down at once when it grows (draft-ietf-rmcat-gcc-02,
//! section 5.5).
//!
//! Theory of operation. The signal of the over-use detector drives three states:
//!
//! | signal | Hold     | Increase | Decrease |
//! |--------|----------|----------|----------|
//! | Over   | Decrease | Decrease | Decrease |
//! | Normal | Increase | Increase | Hold     |
//! | Under  | Hold     | Hold     | Hold     |
//!
//! After Under the rate is held until the queue has drained. An increase is by 8 % a second far from where the path was
//! last seen to be full, and by about one packet per response time near it. A decrease goes to a part of what arrived.

use std::time::Duration;

use super::delay_trend::Usage;
use super::link_capacity::LinkCapacity;
use crate::time::Instant;

const BACK_OFF: f64 = 0.85;
const INCREASE_PER_SECOND: f64 = 1.08;
const MIN_INCREASE_PER_SECOND: f64 = 4_000.0;
/// The rate does not grow beyond what arrives by more than this, for the rest was not tried. The draft has 1.5; but an
/// SFU can probe, and the less is only believed, the less has to be taken back.
const MAX_UNTRIED: f64 = 1.25;
const MAX_UNTRIED_BITS: f64 = 10_000.0;
const PACKET_BITS: f64 = 1_200.0 * 8.0;
const FRAMES_PER_SECOND: f64 = 30.0;
/// How long the detector takes, on top of the round trip.
const DETECTION: Duration = Duration::from_millis(100);
const MIN_DECREASE_INTERVAL: Duration = Duration::from_millis(10);
const MAX_DECREASE_INTERVAL: Duration = Duration::from_millis(200);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Hold,
    Increase,
    Decrease,
}

const fn next_state(state: State, usage: Usage) -> State {
    match (usage, state) {
        (Usage::Over, _) => State::Decrease,
        (Usage::Normal, State::Hold | State::Increase) => State::Increase,
        (Usage::Normal, State::Decrease) | (Usage::Under, _) => State::Hold,
    }
}

/// What a feedback packet says of the path.
#[derive(Debug, Clone, Copy)]
pub struct PathSignal {
    /// The detector's verdict.
    pub usage: Usage,
    /// The rate that arrives, in bits per second, when known.
    pub acknowledged: Option<f64>,
    /// The round trip time.
    pub round_trip: Duration,
}

/// The rate control of one path. Rates are in bits per second.
#[derive(Debug, Clone)]
pub struct RateControl {
    rate: f64,
    range: (f64, f64),
    state: State,
    capacity: LinkCapacity,
    updated: Option<Instant>,
    decreased: Option<Instant>,
}

impl RateControl {
    /// Begins with `rate`, and never leaves `range`.
    pub fn new(rate: f64, range: (f64, f64)) -> Self {
        let rate = rate.clamp(range.0, range.1);
        Self { rate, range, state: State::Hold, capacity: LinkCapacity::default(), updated: None, decreased: None }
    }

    /// The rate now.
    pub const fn bits_per_second(&self) -> f64 {
        self.rate
    }

    /// The nearest to `rate` that is within the range.
    pub const fn clamp(&self, rate: f64) -> f64 {
        rate.clamp(self.range.0, self.range.1)
    }

    /// Sets the rate that a probe has shown, or that silence suggests.
    pub fn set(&mut self, now: Instant, rate: f64) {
        self.rate = self.clamp(rate);
        self.updated = Some(now);
    }

    /// A queue drains, so that what arrives is the capacity: cuts the rate to a part of it.
    pub fn cap_to_drained(&mut self, now: Instant, arriving: f64) {
        if arriving * BACK_OFF < self.rate {
            self.capacity.forget_unless_near(arriving);
            self.capacity.add(arriving);
            self.set(now, arriving * BACK_OFF);
        }
    }

    /// Takes one step.
    pub fn update(&mut self, now: Instant, signal: &PathSignal) {
        self.state = next_state(self.state, signal.usage);
        match self.state {
            State::Hold => self.updated = Some(now),
            State::Increase => self.increase(now, signal),
            State::Decrease => self.decrease(now, signal),
        }
    }

    fn increase(&mut self, now: Instant, signal: &PathSignal) {
        let elapsed = self.updated.map_or(Duration::ZERO, |updated| now.since(updated)).min(Duration::from_secs(1));
        if let Some(acknowledged) = signal.acknowledged.filter(|rate| self.capacity.bits_per_second() < Some(*rate)) {
            self.capacity.forget_unless_near(acknowledged);
        }
        let seconds = elapsed.as_secs_f64();
        let step = if self.capacity.is_known() {
            self.additive_step(signal.round_trip) * seconds
        } else {
            (self.rate * (INCREASE_PER_SECOND.powf(seconds) - 1.0)).max(MIN_INCREASE_PER_SECOND * seconds)
        };
        let tried = signal.acknowledged.map_or(f64::INFINITY, |rate| rate * MAX_UNTRIED + MAX_UNTRIED_BITS);
        self.set(now, (self.rate + step).min(tried.max(self.rate)));
    }

    /// About one packet for each time that a reaction takes, in bits per second for each second.
    fn additive_step(&self, round_trip: Duration) -> f64 {
        let frame_bits = self.rate / FRAMES_PER_SECOND;
        let packet_bits = frame_bits / (frame_bits / PACKET_BITS).ceil().max(1.0);
        (packet_bits / (round_trip + DETECTION).as_secs_f64()).max(MIN_INCREASE_PER_SECOND)
    }

    fn decrease(&mut self, now: Instant, signal: &PathSignal) {
        if !self.may_decrease(now, signal) {
            return;
        }
        self.decreased = Some(now);
        let Some(acknowledged) = signal.acknowledged else {
            self.set(now, self.rate / 2.0);
            return;
        };
        self.capacity.forget_unless_near(acknowledged);
        self.capacity.add(acknowledged);
        self.set(now, self.rate.min(acknowledged * BACK_OFF));
    }

    /// Once per reaction time, or at once when less than half of the rate arrives.
    fn may_decrease(&self, now: Instant, signal: &PathSignal) -> bool {
        let interval = signal.round_trip.clamp(MIN_DECREASE_INTERVAL, MAX_DECREASE_INTERVAL);
        self.decreased.is_none_or(|decreased| now.since(decreased) >= interval)
            || signal.acknowledged.is_some_and(|rate| rate < self.rate / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANGE: (f64, f64) = (50_000.0, 10e6);

    fn signal(usage: Usage, acknowledged: f64) -> PathSignal {
        PathSignal { usage, acknowledged: Some(acknowledged), round_trip: Duration::from_millis(50) }
    }

    fn run(control: &mut RateControl, from_millis: u64, until_millis: u64, signal: &PathSignal) {
        for millis in (from_millis..until_millis).step_by(100) {
            control.update(Instant::from_micros(millis * 1_000), signal);
        }
    }

    #[test]
    fn the_states_follow_the_table() {
        let mut control = RateControl::new(1e6, RANGE);
        for (usage, expected) in [
            (Usage::Over, State::Decrease),
            (Usage::Normal, State::Hold),
            (Usage::Normal, State::Increase),
            (Usage::Under, State::Hold),
            (Usage::Normal, State::Increase),
            (Usage::Over, State::Decrease),
            (Usage::Under, State::Hold),
        ] {
            control.update(Instant::from_micros(0), &signal(usage, 1e6));
            assert_eq!(control.state, expected);
        }
    }

    #[test]
    fn without_a_known_capacity_it_grows_by_eight_percent_a_second() {
        let mut control = RateControl::new(1e6, RANGE);
        run(&mut control, 0, 3_100, &signal(Usage::Normal, 1e6));
        let rate = control.bits_per_second();
        assert!((rate - 1e6 * 1.08_f64.powi(3)).abs() < 2e4, "{rate}");
    }

    #[test]
    fn over_use_takes_it_below_what_arrives_and_growth_is_slow_from_there() {
        let mut control = RateControl::new(2e6, RANGE);
        run(&mut control, 0, 100, &signal(Usage::Over, 1e6));
        assert!((control.bits_per_second() - 850e3).abs() < 1.0);
        run(&mut control, 100, 1_300, &signal(Usage::Normal, 990e3));
        let grown = control.bits_per_second() - 850e3;
        assert!((30e3..70e3).contains(&grown), "{grown}");
    }

    #[test]
    fn it_does_not_grow_beyond_what_was_tried() {
        let mut control = RateControl::new(1e6, RANGE);
        run(&mut control, 0, 60_000, &signal(Usage::Normal, 800e3));
        assert!((control.bits_per_second() - 1.01e6).abs() < 1.0);
    }

    #[test]
    fn the_range_holds() {
        let mut control = RateControl::new(1e9, RANGE);
        assert!(control.bits_per_second() <= RANGE.1);
        run(&mut control, 0, 10_000, &signal(Usage::Over, 0.0));
        assert!(control.bits_per_second() >= RANGE.0);
    }
}
