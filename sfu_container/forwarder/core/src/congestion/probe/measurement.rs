//! At which rate a cluster arrived.

use super::{ClusterId, ProbeCluster};
use crate::congestion::feedback::Arrival;

/// The part of a cluster that must have arrived, in packets and in bytes.
const MIN_ARRIVED: f64 = 0.8;
/// A cluster cannot arrive so much faster than it was sent, unless the path held it back and then let it go.
const MAX_SPEED_UP: f64 = 2.0;
/// Below this part of the sent rate the path was full, and the rate of arrival is all that it carries.
const FULL: f64 = 0.9;
/// Some of that is left free, so that the queue that the probe made can drain.
const USABLE: f64 = 0.95;
/// A cluster proves no more than this multiple of its rate, however fast it left and arrived.
const MAX_OVERSHOOT: f64 = 1.1;
const MICROS_PER_SECOND: f64 = 1e6;

/// What arrived of a cluster so far.
#[derive(Debug, Clone)]
pub struct ProbeMeasurement {
    cluster: ProbeCluster,
    packets: u32,
    bytes: u64,
    sent: Span,
    arrived: Span,
}

/// The time between the first and the last packet, and the sizes that do not belong into it.
#[derive(Debug, Clone, Copy)]
struct Span {
    first_micros: i64,
    last_micros: i64,
    first_bytes: u64,
    last_bytes: u64,
}

impl Default for Span {
    fn default() -> Self {
        Self { first_micros: i64::MAX, last_micros: i64::MIN, first_bytes: 0, last_bytes: 0 }
    }
}

impl Span {
    fn add(&mut self, micros: i64, bytes: u64) {
        if micros < self.first_micros {
            (self.first_micros, self.first_bytes) = (micros, bytes);
        }
        if micros >= self.last_micros {
            (self.last_micros, self.last_bytes) = (micros, bytes);
        }
    }

    /// The rate in bits per second at which `bytes` went within it; infinite where no time passed.
    fn rate(&self, bytes: u64) -> f64 {
        let elapsed = self.last_micros.saturating_sub(self.first_micros).max(0);
        bytes as f64 * 8.0 * MICROS_PER_SECOND / elapsed as f64
    }
}

impl ProbeMeasurement {
    /// Of a cluster that is about to be sent.
    pub fn new(cluster: ProbeCluster) -> Self {
        Self { cluster, packets: 0, bytes: 0, sent: Span::default(), arrived: Span::default() }
    }

    /// Which cluster it measures.
    pub const fn cluster(&self) -> ClusterId {
        self.cluster.id
    }

    /// Adds a packet of the cluster.
    pub fn add(&mut self, arrival: &Arrival) {
        let bytes = arrival.packet.bytes.into();
        self.packets += 1;
        self.bytes += bytes;
        self.sent.add(arrival.packet.sent_at.as_micros().cast_signed(), bytes);
        self.arrived.add(arrival.arrived_micros, bytes);
    }

    /// What the path carries at least, in bits per second, once enough of the cluster has arrived.
    ///
    /// A busy machine may send the whole cluster at once. That the path was faster than the cluster's rate is not
    /// taken from that, but that it was as fast, is: else nobody's estimate would rise while the machine is busy.
    pub fn result(&self) -> Option<f64> {
        let enough_packets = f64::from(self.packets) >= f64::from(self.cluster.min_packets) * MIN_ARRIVED;
        let enough_bytes = self.bytes as f64 >= self.cluster.min_bytes as f64 * MIN_ARRIVED;
        if !enough_packets || !enough_bytes {
            return None;
        }
        // The last packet was sent, and the first one arrived, outside of the time between them.
        let sent = self.sent.rate(self.bytes - self.sent.last_bytes);
        let arrived = self.arrived.rate(self.bytes - self.arrived.first_bytes);
        if arrived > sent * MAX_SPEED_UP {
            return None;
        }
        let carried = if arrived < sent * FULL { arrived * USABLE } else { arrived.min(sent) };
        Some(carried.min(self.cluster.bits_per_second as f64 * MAX_OVERSHOOT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::congestion::send_history::SentPacket;
    use crate::time::Instant;

    /// Packets of 1000 bytes, sent and arriving at these intervals in microseconds.
    fn measure(packets: u32, sent_interval: u64, arrived_interval: i64) -> Option<f64> {
        let cluster = ProbeCluster { id: ClusterId(1), bits_per_second: 2_000_000, min_bytes: 3_750, min_packets: 5 };
        let mut measurement = ProbeMeasurement::new(cluster);
        for number in 0..packets {
            let sent_at = Instant::from_micros(u64::from(number) * sent_interval);
            let packet = SentPacket { sent_at, bytes: 1_000, probe: Some(cluster.id) };
            measurement.add(&Arrival { packet, arrived_micros: i64::from(number) * arrived_interval - 7_000_000 });
        }
        measurement.result()
    }

    fn is_near(result: Option<f64>, expected: f64) -> bool {
        result.is_some_and(|result| (result - expected).abs() < expected / 100.0)
    }

    #[test]
    fn a_path_with_room_shows_the_sent_rate() {
        assert!(is_near(measure(6, 4_000, 4_000), 2e6));
        assert!(is_near(measure(6, 4_000, 4_200), 2e6 * 4.0 / 4.2));
    }

    #[test]
    fn a_full_path_shows_a_little_less_than_it_carries() {
        assert!(is_near(measure(6, 4_000, 16_000), 500e3 * USABLE));
    }

    #[test]
    fn too_few_packets_or_an_impossible_rate_show_nothing() {
        assert_eq!(measure(3, 4_000, 4_000), None);
        assert_eq!(measure(6, 4_000, 1_000), None);
        assert_eq!(measure(6, 4_000, 0), None);
    }

    #[test]
    fn a_cluster_that_left_all_at_once_shows_its_rate_or_what_the_path_made_of_it() {
        assert!(is_near(measure(6, 0, 0), 2e6 * MAX_OVERSHOOT));
        assert!(is_near(measure(6, 0, 100), 2e6 * MAX_OVERSHOOT));
        assert!(is_near(measure(6, 0, 16_000), 500e3 * USABLE));
    }

    #[test]
    fn four_of_five_are_enough() {
        assert!(measure(4, 4_000, 4_000).is_some());
    }
}
