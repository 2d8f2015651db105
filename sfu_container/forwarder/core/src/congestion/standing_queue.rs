//! How long data waits in the queue of the path, and when that queue should be drained.
//!
//! When the capacity falls to a fraction, what was sent until we noticed stands in a queue that an ordinary decrease
//! would take many seconds to drain. So the first over-use with a long queue, or a sudden growth of it, begins a drain,
//! in which hardly anything but audio is sent. It ends when the queue is short, or after a while: then the delay is not
//! ours (a longer route, a flow that fills the queue), and becomes the new normal.

use std::time::Duration;

use super::delay_trend::Usage;
use super::drained_rate::DrainedRate;
use super::feedback::Arrival;
use super::recent_minimum::RecentMinimum;
use super::surge::SurgeWatch;
use crate::time::Instant;

/// How long the shortest delay is remembered: clocks drift apart by less than 2 ms in that time.
const BASE_PERIOD: Duration = Duration::from_secs(15);
/// A queue below this is what bursts and keyframes make; it passes by itself.
const HARMLESS: Duration = Duration::from_millis(30);
const DRAIN_ABOVE: Duration = Duration::from_millis(60);
const DRAINED_BELOW: Duration = Duration::from_millis(25);
const MAX_DRAIN: Duration = Duration::from_secs(2);
/// A queue of this length stops everything that can wait.
const FULL_STOP: Duration = Duration::from_millis(150);
/// The delay is the least of so many packets, so that jitter does not count.
const PACKETS: usize = 5;

/// The estimate of one path's queue.
#[derive(Debug, Clone)]
pub struct StandingQueue {
    base_micros: RecentMinimum<i64>,
    recent_micros: [i64; PACKETS],
    next: usize,
    delay: Duration,
    surge: SurgeWatch,
    drain: Option<Drain>,
}

/// A drain that goes on.
#[derive(Debug, Clone, Copy)]
struct Drain {
    since: Instant,
    rate: DrainedRate,
}

impl Default for StandingQueue {
    fn default() -> Self {
        Self {
            base_micros: RecentMinimum::new(BASE_PERIOD),
            recent_micros: [i64::MAX; PACKETS],
            next: 0,
            delay: Duration::ZERO,
            surge: SurgeWatch::default(),
            drain: None,
        }
    }
}

impl StandingQueue {
    /// Adds a packet.
    pub fn add(&mut self, now: Instant, arrival: &Arrival) {
        let sent_micros = arrival.packet.sent_at.as_micros().cast_signed();
        // Between two clocks whose zeros differ.
        let one_way_micros = arrival.arrived_micros.saturating_sub(sent_micros);
        // A probe is meant to be more than fits.
        if arrival.packet.probe.is_none() {
            self.surge.add(sent_micros, one_way_micros);
        }
        let base = self.base_micros.add(now, one_way_micros);
        if let Some(drain) = &mut self.drain {
            drain.rate.add(arrival);
        }
        if let Some(place) = self.recent_micros.get_mut(self.next % PACKETS) {
            *place = one_way_micros;
            self.next += 1;
        }
        let least = self.recent_micros.iter().fold(one_way_micros, |least, micros| least.min(*micros));
        // Not below the base but where that was forgotten.
        self.delay = Duration::from_micros(least.saturating_sub(base).max(0).cast_unsigned());
    }

    /// What a verdict on the trend of the delay means: a trend to more does not matter while the queue is short, and a
    /// sudden growth needs no trend. Where `is_sparse`, far less than the estimate arrived in the long run, so that a
    /// burst (a keyframe) makes the queue, which passes by itself unless it is long enough to be drained.
    pub fn judge(&self, usage: Usage, is_sparse: bool) -> Usage {
        let harmless = if is_sparse { DRAIN_ABOVE } else { HARMLESS };
        match usage {
            _ if self.surge.is_surging() => Usage::Over,
            Usage::Over if self.delay <= harmless => Usage::Normal,
            usage => usage,
        }
    }

    /// Begins or ends a drain, after the arrivals of one feedback were added.
    pub fn update(&mut self, now: Instant, usage: Usage) {
        let is_surging = self.surge.is_surging();
        match self.drain {
            None if is_surging || (usage == Usage::Over && self.delay > DRAIN_ABOVE) => {
                self.drain = Some(Drain { since: now, rate: DrainedRate::default() });
            }
            Some(_) if self.delay < DRAINED_BELOW && !is_surging => self.drain = None,
            _ => self.expire(now),
        }
    }

    /// Ends a drain that took too long, also when no feedback comes because nothing is sent any more.
    pub fn expire(&mut self, now: Instant) {
        if self.drain.is_some_and(|drain| now.since(drain.since) > MAX_DRAIN) {
            self.drain = None;
            self.base_micros.clear();
        }
    }

    /// How long the last packets waited.
    pub const fn delay(&self) -> Duration {
        self.delay
    }

    /// Whether the queue is being drained.
    pub const fn is_draining(&self) -> bool {
        self.drain.is_some()
    }

    /// The rate in bits per second at which the queue has drained so far, which is that of the bottleneck.
    pub fn drained_bits_per_second(&self) -> Option<f64> {
        self.drain.and_then(|drain| drain.rate.bits_per_second())
    }

    /// The part of the estimate that may be sent while the queue drains, from 0 to 1.
    pub fn send_share(&self) -> f64 {
        if self.surge.is_surging() {
            return 0.0;
        }
        (1.0 - self.delay.as_secs_f64() / FULL_STOP.as_secs_f64()).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::congestion::send_history::SentPacket;

    fn at(millis: u64) -> Instant {
        Instant::from_micros(millis * 1_000)
    }

    /// A packet sent at a moment that waited so long, in milliseconds.
    fn waited(sent_millis: u64, millis: i64) -> Arrival {
        let packet = SentPacket { sent_at: at(sent_millis), bytes: 1_000, probe: None };
        Arrival { packet, arrived_micros: (sent_millis.cast_signed() + millis - 5_000) * 1_000 }
    }

    /// A few packets in a row that waited so long.
    fn wait(queue: &mut StandingQueue, at_millis: u64, millis: i64) {
        (0..PACKETS).for_each(|_| queue.add(at(at_millis), &waited(at_millis, millis)));
    }

    fn queue_of(millis: i64) -> StandingQueue {
        let mut queue = StandingQueue::default();
        queue.add(at(0), &waited(0, 0));
        wait(&mut queue, 100, millis);
        queue
    }

    #[test]
    fn a_long_queue_is_drained_once_the_path_is_over_used() {
        let mut queue = queue_of(400);
        assert_eq!(queue.delay(), Duration::from_millis(400));
        queue.update(at(100), Usage::Normal);
        assert!(!queue.is_draining());
        queue.update(at(100), Usage::Over);
        assert!(queue.is_draining());
        assert!(queue.send_share() < 1e-9);
        wait(&mut queue, 900, 10);
        queue.update(at(900), Usage::Under);
        assert!(!queue.is_draining());
    }

    #[test]
    fn a_sudden_growth_is_drained_at_once_and_shows_what_the_path_carries() {
        let mut queue = queue_of(0);
        (0..8).for_each(|number| queue.add(at(350), &waited(200 + number, number.cast_signed() * 15)));
        assert_eq!(queue.judge(Usage::Normal, false), Usage::Over);
        queue.update(at(350), Usage::Over);
        assert!(queue.is_draining());
        assert!(queue.send_share() < 1e-9, "the rest of it is still to be seen");
        assert_eq!(queue.drained_bits_per_second(), None);
        (8..16).for_each(|number| queue.add(at(450), &waited(200 + number, number.cast_signed() * 15)));
        assert_eq!(queue.drained_bits_per_second(), Some(500e3));
    }

    #[test]
    fn a_single_late_packet_is_no_queue() {
        let mut queue = queue_of(0);
        queue.add(at(200), &waited(200, 100));
        assert_eq!(queue.delay(), Duration::ZERO);
    }

    #[test]
    fn over_use_counts_once_the_queue_is_more_than_bursts_make() {
        assert_eq!(queue_of(20).judge(Usage::Over, false), Usage::Normal);
        assert_eq!(queue_of(40).judge(Usage::Over, false), Usage::Over);
        assert_eq!(queue_of(20).judge(Usage::Under, false), Usage::Under);
    }

    #[test]
    fn a_burst_on_a_path_that_is_not_full_counts_once_it_has_to_be_drained() {
        assert_eq!(queue_of(40).judge(Usage::Over, true), Usage::Normal);
        assert_eq!(queue_of(70).judge(Usage::Over, true), Usage::Over);
    }

    #[test]
    fn a_short_queue_is_left_to_the_ordinary_decrease() {
        let mut queue = queue_of(40);
        queue.update(at(100), Usage::Over);
        assert!(!queue.is_draining());
    }

    #[test]
    fn a_delay_that_does_not_go_away_becomes_the_new_normal() {
        let mut queue = queue_of(400);
        queue.update(at(100), Usage::Over);
        wait(&mut queue, 2_200, 400);
        queue.update(at(2_200), Usage::Normal);
        assert!(!queue.is_draining());
        wait(&mut queue, 2_300, 400);
        queue.update(at(2_300), Usage::Over);
        assert!(!queue.is_draining());
    }
}
