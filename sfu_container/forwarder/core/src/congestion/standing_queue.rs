//! How long data waits in the queue of the path, and when that queue should be drained.
//!
//! When the capacity falls to a fraction, what was sent until we noticed stands in a queue that an ordinary decrease
//! would take many seconds to drain. So the first over-use with a long queue begins a drain, in which hardly
//! anything but audio is sent. It ends when the queue is short, or after a while: then the delay is not ours (a longer
//! route, a flow that fills the queue), and becomes the new normal.

use std::time::Duration;

use super::delay_trend::Usage;
use super::recent_minimum::RecentMinimum;
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
/// So much is sent even then, so that feedback goes on.
const MIN_SHARE: f64 = 0.1;

/// The estimate of one path's queue.
#[derive(Debug, Clone)]
pub struct StandingQueue {
    base_micros: RecentMinimum<i64>,
    recent_micros: [i64; PACKETS],
    next: usize,
    delay: Duration,
    draining_since: Option<Instant>,
}

impl Default for StandingQueue {
    fn default() -> Self {
        Self {
            base_micros: RecentMinimum::new(BASE_PERIOD),
            recent_micros: [i64::MAX; PACKETS],
            next: 0,
            delay: Duration::ZERO,
            draining_since: None,
        }
    }
}

impl StandingQueue {
    /// Adds a packet's time of arrival minus its time of sending, in microseconds between two clocks with
    /// different zeros.
    pub fn add(&mut self, now: Instant, one_way_micros: i64) {
        let base = self.base_micros.add(now, one_way_micros);
        if let Some(place) = self.recent_micros.get_mut(self.next % PACKETS) {
            *place = one_way_micros;
            self.next += 1;
        }
        let least = self.recent_micros.iter().fold(one_way_micros, |least, micros| least.min(*micros));
        // Not below the base but where that was forgotten.
        self.delay = Duration::from_micros(least.saturating_sub(base).max(0).cast_unsigned());
    }

    /// What a verdict on the trend of the delay means: a trend to more does not matter while the queue is short.
    pub fn judge(&self, usage: Usage) -> Usage {
        if usage == Usage::Over && self.delay < HARMLESS { Usage::Normal } else { usage }
    }

    /// Begins or ends a drain, after the arrivals of one feedback were added.
    pub fn update(&mut self, now: Instant, usage: Usage) {
        match self.draining_since {
            None if usage == Usage::Over && self.delay > DRAIN_ABOVE => self.draining_since = Some(now),
            Some(_) if self.delay < DRAINED_BELOW => self.draining_since = None,
            _ => self.expire(now),
        }
    }

    /// Ends a drain that took too long, also when no feedback comes because nothing is sent any more.
    pub fn expire(&mut self, now: Instant) {
        if self.draining_since.is_some_and(|since| now.since(since) > MAX_DRAIN) {
            self.draining_since = None;
            self.base_micros.clear();
        }
    }

    /// How long the last packets waited.
    pub const fn delay(&self) -> Duration {
        self.delay
    }

    /// Whether the queue is being drained. While it is, data arrives at the rate of the bottleneck.
    pub const fn is_draining(&self) -> bool {
        self.draining_since.is_some()
    }

    /// The part of the estimate that may be sent, from 0.1 to 1.
    pub fn send_share(&self) -> f64 {
        if !self.is_draining() {
            return 1.0;
        }
        (1.0 - self.delay.as_secs_f64() / FULL_STOP.as_secs_f64()).max(MIN_SHARE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_micros(millis * 1_000)
    }

    /// A few packets in a row that waited so long.
    fn wait(queue: &mut StandingQueue, at_millis: u64, millis: i64) {
        (0..PACKETS).for_each(|_| queue.add(at(at_millis), -5_000_000 + millis * 1_000));
    }

    fn queue_of(millis: i64) -> StandingQueue {
        let mut queue = StandingQueue::default();
        queue.add(at(0), -5_000_000);
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
        assert!((queue.send_share() - MIN_SHARE).abs() < 1e-9);
        wait(&mut queue, 900, 10);
        queue.update(at(900), Usage::Under);
        assert!(!queue.is_draining());
        assert!((queue.send_share() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_single_late_packet_is_no_queue() {
        let mut queue = queue_of(0);
        queue.add(at(200), -4_900_000);
        assert_eq!(queue.delay(), Duration::ZERO);
    }

    #[test]
    fn over_use_counts_once_the_queue_is_more_than_bursts_make() {
        assert_eq!(queue_of(20).judge(Usage::Over), Usage::Normal);
        assert_eq!(queue_of(40).judge(Usage::Over), Usage::Over);
        assert_eq!(queue_of(20).judge(Usage::Under), Usage::Under);
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
