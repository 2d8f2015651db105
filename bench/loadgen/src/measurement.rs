//! What is counted between a reset and a report.

use std::time::Instant;

use crate::cpu_clock::cpu_seconds;
use crate::protocol::Report;
use crate::reception::Reception;

/// Counters over all endpoints, and the latencies of verified packets in microseconds.
pub struct Measurement {
    start: Instant,
    cpu_start: f64,
    socket_drops_start: u64,
    pub sent: u64,
    pub received: u64,
    pub received_bytes: u64,
    pub other: u64,
    pub key_frame_requests: u64,
    pub feedback_sent: u64,
    pub feedback_received: u64,
    corrupt: u64,
    latencies: Vec<f64>,
}

impl Measurement {
    pub fn begin(socket_drops: u64) -> Self {
        Self {
            start: Instant::now(),
            cpu_start: cpu_seconds(libc::CLOCK_PROCESS_CPUTIME_ID),
            socket_drops_start: socket_drops,
            sent: 0,
            received: 0,
            received_bytes: 0,
            other: 0,
            key_frame_requests: 0,
            feedback_sent: 0,
            feedback_received: 0,
            corrupt: 0,
            latencies: Vec::new(),
        }
    }

    /// Notes a packet that was opened, with when it was sent and came in nanoseconds of wall time.
    pub fn record_verified(&mut self, sent: Option<u64>, arrival: u64) {
        match sent {
            Some(sent) => self.latencies.push((arrival as f64 - sent as f64) / 1e3),
            None => self.corrupt += 1,
        }
    }

    /// Sums up; `receptions` are those of all subscribers.
    pub fn report<'a>(&mut self, receptions: impl Iterator<Item = &'a Reception>, socket_drops: u64) -> Report {
        self.latencies.sort_by(f64::total_cmp);
        let mut report = Report {
            seconds: self.start.elapsed().as_secs_f64(),
            sent: self.sent,
            received: self.received,
            received_bytes: self.received_bytes,
            other: self.other,
            verified: self.latencies.len() as u64,
            corrupt: self.corrupt,
            latency_samples: self.latencies.len(),
            latency_p50: percentile(&self.latencies, 0.5),
            latency_p99: percentile(&self.latencies, 0.99),
            latency_max: self.latencies.last().copied(),
            key_frame_requests: self.key_frame_requests,
            feedback_sent: self.feedback_sent,
            feedback_received: self.feedback_received,
            socket_drops: socket_drops - self.socket_drops_start,
            generator_cpu_seconds: cpu_seconds(libc::CLOCK_PROCESS_CPUTIME_ID) - self.cpu_start,
            ..Report::default()
        };
        for reception in receptions {
            report.silent += usize::from(reception.streams.is_empty());
            for stream in &reception.streams {
                report.streams += 1;
                report.silent += usize::from(stream.received == 0);
                report.lost += stream.lost();
                report.reordered += stream.reordered;
            }
        }
        report
    }
}

/// The value below which `part` of the sorted `values` lie.
fn percentile(values: &[f64], part: f64) -> Option<f64> {
    let position = (part * values.len() as f64) as usize;
    values.get(position.min(values.len().saturating_sub(1))).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let values: Vec<_> = (1..=100).map(f64::from).collect();
        assert_eq!(percentile(&values, 0.5), Some(51.0));
        assert_eq!(percentile(&values, 0.99), Some(100.0));
        assert_eq!(percentile(&[], 0.5), None);
    }
}
