//! How much may be on its way at a time, so that little fills a queue that no feedback tells of yet.
//!
//! On a path without a queue, what was sent since the newest packet that feedback told of is at most what the rate
//! makes in a round trip and a feedback interval. Where more is on its way, a queue has grown or feedback does not come:
//! then media that can wait does so (the congestion window of SCReAM, RFC 8298, and of Google's implementation).

use std::time::Duration;

use crate::time::Instant;

/// What a path takes before anything is known of it.
const INITIAL_ROUND_TRIP: Duration = Duration::from_millis(100);
const INITIAL_INTERVAL: Duration = Duration::from_millis(100);
/// Receivers report at least so often while packets come.
const MAX_INTERVAL: Duration = Duration::from_millis(250);
const SMOOTHING: u32 = 8;
/// Beyond that: jitter, a feedback packet that is lost, and a probe.
const MARGIN: Duration = Duration::from_millis(100);
/// Also at the lowest rates a few packets may be on their way, in bytes.
const MIN_WINDOW: f64 = 6_000.0;

/// The times that feedback takes on one path.
#[derive(Debug, Clone, Default)]
pub struct FlightWindow {
    round_trip: Option<Duration>,
    /// The part of it that is no queue.
    unqueued: Option<Duration>,
    interval: Option<Duration>,
    feedback_at: Option<Instant>,
}

impl FlightWindow {
    /// Notes feedback whose newest packet was sent at `newest_sent_at`, with that queueing delay on the way.
    pub fn on_feedback(&mut self, now: Instant, newest_sent_at: Instant, queueing_delay: Duration) {
        let sample = now.since(newest_sent_at);
        self.round_trip = Some(smooth(self.round_trip, sample));
        self.unqueued = Some(smooth(self.unqueued, sample.saturating_sub(queueing_delay)));
        if let Some(before) = self.feedback_at.replace(now) {
            self.interval = Some(smooth(self.interval, now.since(before).min(MAX_INTERVAL)));
        }
    }

    /// The smoothed time from sending to feedback; `None` before the first.
    pub const fn round_trip(&self) -> Option<Duration> {
        self.round_trip
    }

    /// The same, guessed where it is not known.
    pub fn round_trip_or_guess(&self) -> Duration {
        self.round_trip.unwrap_or(INITIAL_ROUND_TRIP)
    }

    /// Whether so many bytes on their way are more than a rate in bits per second explains.
    pub fn is_exceeded(&self, bytes_in_flight: u64, bits_per_second: f64) -> bool {
        let response = self.unqueued.unwrap_or(INITIAL_ROUND_TRIP) + self.interval.unwrap_or(INITIAL_INTERVAL) + MARGIN;
        bytes_in_flight as f64 > (bits_per_second / 8.0 * response.as_secs_f64()).max(MIN_WINDOW)
    }
}

fn smooth(before: Option<Duration>, sample: Duration) -> Duration {
    before.map_or(sample, |before| (before * (SMOOTHING - 1) + sample) / SMOOTHING)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_micros(millis * 1_000)
    }

    /// After feedback every 50 ms on packets that took 60 ms, of which some were spent in a queue.
    fn window(queueing_millis: u64) -> FlightWindow {
        let mut window = FlightWindow::default();
        for millis in (100..5_000).step_by(50) {
            window.on_feedback(at(millis), at(millis - 60), Duration::from_millis(queueing_millis));
        }
        window
    }

    #[test]
    fn what_a_round_trip_and_an_interval_explain_is_not_too_much() {
        let window = window(0);
        // 210 ms of 8 Mbit/s.
        assert!(!window.is_exceeded(209_000, 8e6));
        assert!(window.is_exceeded(211_000, 8e6));
    }

    #[test]
    fn a_queue_explains_nothing() {
        assert!(window(40).is_exceeded(171_000, 8e6));
        assert_eq!(window(40).round_trip(), Some(Duration::from_millis(60)));
    }

    #[test]
    fn a_few_packets_may_always_be_on_their_way() {
        assert!(!window(0).is_exceeded(6_000, 50e3));
        assert!(window(0).is_exceeded(6_001, 50e3));
    }
}
