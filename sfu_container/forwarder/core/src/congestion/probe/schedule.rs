//! When to probe, and at which rate.

use std::time::Duration;

use super::{ClusterId, ProbeCluster};
use crate::time::Instant;

/// The first probe, as a multiple of the rate at the start.
const FIRST_FACTOR: f64 = 3.0;
/// Every further one, as a multiple of the estimate.
const FACTOR: f64 = 2.0;
/// A probe need not exceed what is wanted by more.
const MAX_OVER_WANTED: f64 = 1.3;
/// A probe that reached this part of its rate is followed by the next at once.
const SUCCESS: f64 = 0.6;
const MIN_INTERVAL: Duration = Duration::from_secs(2);
const MAX_INTERVAL: Duration = Duration::from_millis(4_500);
/// A cluster whose feedback did not come until then has failed.
const MAX_WAIT: Duration = Duration::from_secs(1);
const CLUSTER: Duration = Duration::from_millis(30);
const MIN_PACKETS: u32 = 5;

/// Probes at the start, again and again while more is wanted than the estimate allows, at once after a success, and
/// less and less often after failures.
#[derive(Debug, Clone)]
pub struct ProbeSchedule {
    factor: f64,
    interval: Duration,
    due: Option<Instant>,
    outstanding: Option<Outstanding>,
    next_id: u16,
}

#[derive(Debug, Clone, Copy)]
struct Outstanding {
    bits_per_second: f64,
    deadline: Instant,
}

impl Default for ProbeSchedule {
    fn default() -> Self {
        Self { factor: FIRST_FACTOR, interval: MIN_INTERVAL, due: None, outstanding: None, next_id: 0 }
    }
}

impl ProbeSchedule {
    /// The cluster to send now, if any. `estimate` is what is known to fit, `wanted` what would be sent if it did, both
    /// in bits per second.
    pub fn poll(&mut self, now: Instant, estimate: f64, wanted: f64) -> Option<ProbeCluster> {
        if let Some(outstanding) = self.outstanding {
            if now < outstanding.deadline {
                return None;
            }
            self.fail(now);
        }
        if wanted <= estimate || self.due.is_some_and(|due| now < due) {
            return None;
        }
        let bits_per_second = (estimate * self.factor).min(wanted * MAX_OVER_WANTED);
        self.outstanding = Some(Outstanding { bits_per_second, deadline: now + MAX_WAIT });
        let id = ClusterId(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        let min_bytes = (bits_per_second * CLUSTER.as_secs_f64() / 8.0) as u64;
        Some(ProbeCluster { id, bits_per_second: bits_per_second as u64, min_bytes, min_packets: MIN_PACKETS })
    }

    /// The cluster that is under way arrived at a rate, in bits per second.
    pub fn on_result(&mut self, now: Instant, bits_per_second: f64) {
        let Some(outstanding) = self.outstanding else { return };
        if bits_per_second < outstanding.bits_per_second * SUCCESS {
            self.fail(now);
            return;
        }
        self.outstanding = None;
        self.factor = FACTOR;
        self.interval = MIN_INTERVAL;
        self.due = Some(now);
    }

    /// The estimate was lowered: the next probe waits until things are calm, and comes soon then.
    pub fn on_decrease(&mut self, now: Instant) {
        self.outstanding = None;
        self.factor = FACTOR;
        self.interval = MIN_INTERVAL;
        self.due = Some(now + MIN_INTERVAL);
    }

    fn fail(&mut self, now: Instant) {
        self.outstanding = None;
        self.factor = FACTOR;
        self.due = Some(now + self.interval);
        self.interval = (self.interval * 2).min(MAX_INTERVAL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_micros(millis * 1_000)
    }

    fn rate(cluster: Option<ProbeCluster>) -> Option<u64> {
        cluster.map(|cluster| cluster.bits_per_second)
    }

    #[test]
    fn it_climbs_at_once_while_probes_succeed_and_stops_at_what_is_wanted() {
        let mut schedule = ProbeSchedule::default();
        assert_eq!(rate(schedule.poll(at(0), 300e3, 2e6)), Some(900_000));
        assert_eq!(schedule.poll(at(50), 300e3, 2e6), None, "one at a time");
        schedule.on_result(at(100), 880e3);
        assert_eq!(rate(schedule.poll(at(100), 880e3, 2e6)), Some(1_760_000));
        schedule.on_result(at(200), 1.7e6);
        assert_eq!(rate(schedule.poll(at(200), 1.7e6, 2e6)), Some(2_600_000));
        schedule.on_result(at(300), 2.5e6);
        assert_eq!(schedule.poll(at(300), 2.5e6, 2e6), None);
    }

    #[test]
    fn failures_make_it_rarer_but_never_rarer_than_the_maximum() {
        let mut schedule = ProbeSchedule::default();
        let mut sent_at = Vec::new();
        for millis in (0..30_000).step_by(10) {
            if schedule.poll(at(millis), 500e3, 3e6).is_some() {
                sent_at.push(millis);
                schedule.on_result(at(millis), 510e3);
            }
        }
        let gaps: Vec<u64> = sent_at.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(gaps, [2_000, 4_000, 4_500, 4_500, 4_500, 4_500, 4_500]);
    }

    #[test]
    fn a_cluster_without_feedback_has_failed_after_a_second() {
        let mut schedule = ProbeSchedule::default();
        schedule.poll(at(0), 500e3, 3e6);
        assert_eq!(schedule.poll(at(1_000), 500e3, 3e6), None);
        assert!(schedule.poll(at(3_000), 500e3, 3e6).is_some());
    }

    #[test]
    fn a_decrease_calls_for_calm_first() {
        let mut schedule = ProbeSchedule::default();
        schedule.on_decrease(at(0));
        assert_eq!(schedule.poll(at(1_999), 500e3, 3e6), None);
        assert_eq!(rate(schedule.poll(at(2_000), 500e3, 3e6)), Some(1_000_000));
    }
}
