//! The rate at which a queue drains, which is what the bottleneck carries.

use std::time::Duration;

use super::feedback::Arrival;

/// A shorter measure depends on the size of single packets.
const MIN_SPAN: Duration = Duration::from_millis(80);
const MICROS_PER_SECOND: f64 = 1e6;

/// What arrived since the drain began, by the clock of the receiver.
#[derive(Debug, Clone, Copy, Default)]
pub struct DrainedRate {
    first_micros: Option<i64>,
    last_micros: i64,
    bits: f64,
}

impl DrainedRate {
    /// Adds a packet, the earliest arrival first.
    pub fn add(&mut self, arrival: &Arrival) {
        self.last_micros = arrival.arrived_micros;
        if self.first_micros.is_none() {
            self.first_micros = Some(arrival.arrived_micros);
        } else {
            self.bits += f64::from(arrival.packet.bytes) * 8.0;
        }
    }

    /// In bits per second; `None` until enough time was seen.
    pub fn bits_per_second(&self) -> Option<f64> {
        let span = self.last_micros.saturating_sub(self.first_micros?);
        (span >= MIN_SPAN.as_micros() as i64).then(|| self.bits * MICROS_PER_SECOND / span as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::congestion::send_history::SentPacket;
    use crate::time::Instant;

    fn drained(arrivals_millis: &[i64]) -> Option<f64> {
        let mut rate = DrainedRate::default();
        for millis in arrivals_millis {
            let packet = SentPacket { sent_at: Instant::default(), bytes: 1_000, probe: None };
            rate.add(&Arrival { packet, arrived_micros: millis * 1_000 - 9_000_000 });
        }
        rate.bits_per_second()
    }

    #[test]
    fn it_is_what_arrives_after_the_first_packet() {
        assert_eq!(drained(&[0, 20, 40, 60, 80]), Some(400e3));
    }

    #[test]
    fn it_is_unknown_at_first() {
        assert_eq!(drained(&[]), None);
        assert_eq!(drained(&[5]), None);
        assert_eq!(drained(&[0, 20, 40, 79]), None);
    }
}
