//! The rate at which data arrived lately (R_hat in draft-ietf-rmcat-gcc-02, section 5.5).

use super::feedback::Arrival;

const BUCKET_MICROS: i64 = 50_000;
/// How many buckets are averaged: half a second.
const WINDOW: usize = 10;
/// The busiest so many of the last so many buckets in a row: 100 of 250 ms.
const BUSY_WINDOW: usize = 2;
const BUSY_RANGE: usize = 5;
const MICROS_PER_SECOND: f64 = 1e6;

/// The rate of arrivals at the Peer, on its own clock.
#[derive(Debug, Clone, Default)]
pub struct AcknowledgedRate {
    /// Bits that arrived in each of the last buckets, by their number modulo the length. One more than the window,
    /// because the newest is incomplete.
    buckets: [f64; WINDOW + 1],
    newest: Option<i64>,
    /// How many buckets before the newest one were seen.
    complete: usize,
}

impl AcknowledgedRate {
    /// Adds a packet, about in the order of arrival.
    pub fn add(&mut self, arrival: &Arrival) {
        let number = arrival.arrived_micros.div_euclid(BUCKET_MICROS);
        let length = self.buckets.len() as i64;
        match self.newest.map(|newest| number - newest) {
            Some(steps) if (1..length).contains(&steps) => self.advance(steps),
            Some(steps) if (1 - length..=0).contains(&steps) => {}
            // The first packet, or one after a pause or a change of the clock.
            _ => {
                *self = Self::default();
                self.newest = Some(number);
            }
        }
        if let Some(bucket) = self.buckets.get_mut(Self::place(number)) {
            *bucket += f64::from(arrival.packet.bytes) * 8.0;
        }
    }

    /// The rate of the last half second in bits per second; `None` until so much was seen.
    pub fn bits_per_second(&self) -> Option<f64> {
        self.average(1, WINDOW)
    }

    /// The rate of the busiest tenth of the last quarter of a second. Where a queue has just formed, the bottleneck was
    /// busy then, and this is about what it carries.
    pub fn busiest_bits_per_second(&self) -> Option<f64> {
        let windows = (1..=BUSY_RANGE - BUSY_WINDOW + 1).filter_map(|newest| self.average(newest, BUSY_WINDOW));
        windows.reduce(f64::max)
    }

    fn advance(&mut self, steps: i64) {
        let Some(newest) = self.newest else { return };
        for number in newest + 1..=newest + steps {
            if let Some(bucket) = self.buckets.get_mut(Self::place(number)) {
                *bucket = 0.0;
            }
            self.complete = (self.complete + 1).min(WINDOW);
        }
        self.newest = Some(newest + steps);
    }

    /// Over `count` buckets, the newest of which is `first` before the incomplete one.
    fn average(&self, first: usize, count: usize) -> Option<f64> {
        let newest = self.newest.filter(|_| self.complete + 1 >= first + count)?;
        let numbers = (first..first + count).map(|back| newest - back as i64);
        let bits: f64 = numbers.filter_map(|number| self.buckets.get(Self::place(number))).sum();
        Some(bits * MICROS_PER_SECOND / (count as i64 * BUCKET_MICROS) as f64)
    }

    const fn place(number: i64) -> usize {
        // From 0 to WINDOW.
        number.rem_euclid(WINDOW as i64 + 1) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::congestion::send_history::SentPacket;
    use crate::time::Instant;

    /// A packet of 1000 bytes every `interval` microseconds.
    fn feed(rate: &mut AcknowledgedRate, from_micros: i64, interval: usize, until_micros: i64) {
        for at in (from_micros..until_micros).step_by(interval) {
            let packet = SentPacket { sent_at: Instant::from_micros(0), bytes: 1_000, probe: None };
            rate.add(&Arrival { packet, arrived_micros: at });
        }
    }

    fn is_near(measured: Option<f64>, expected: f64) -> bool {
        measured.is_some_and(|measured| (measured - expected).abs() < expected * 0.1)
    }

    #[test]
    fn a_steady_stream_is_measured_after_half_a_second() {
        let mut rate = AcknowledgedRate::default();
        feed(&mut rate, 0, 8_000, 480_000);
        assert_eq!(rate.bits_per_second(), None);
        feed(&mut rate, 480_000, 8_000, 600_000);
        assert!(is_near(rate.bits_per_second(), 1e6), "{rate:?}");
    }

    #[test]
    fn a_fall_is_followed_within_half_a_second() {
        let mut rate = AcknowledgedRate::default();
        feed(&mut rate, 0, 2_667, 2_000_000);
        feed(&mut rate, 2_000_000, 16_000, 2_600_000);
        assert!(is_near(rate.bits_per_second(), 500e3), "{rate:?}");
    }

    #[test]
    fn a_short_burst_shows_in_the_busiest_moment_only() {
        let mut rate = AcknowledgedRate::default();
        feed(&mut rate, 0, 16_000, 1_000_000);
        feed(&mut rate, 1_000_000, 2_667, 1_100_000);
        feed(&mut rate, 1_104_000, 16_000, 1_200_000);
        assert!(is_near(rate.busiest_bits_per_second(), 3e6), "{rate:?}");
        assert!(is_near(rate.bits_per_second(), 1e6), "{rate:?}");
    }

    #[test]
    fn a_short_pause_counts_and_a_long_one_begins_anew() {
        let mut rate = AcknowledgedRate::default();
        feed(&mut rate, 0, 8_000, 1_000_000);
        feed(&mut rate, 1_250_000, 8_000, 1_260_000);
        assert!(is_near(rate.bits_per_second(), 500e3), "{rate:?}");
        feed(&mut rate, 9_000_000, 8_000, 9_100_000);
        assert_eq!(rate.bits_per_second(), None);
    }

    #[test]
    fn a_packet_from_before_the_newest_bucket_still_counts() {
        let mut rate = AcknowledgedRate::default();
        feed(&mut rate, 0, 8_000, 700_000);
        let before = rate.bits_per_second();
        feed(&mut rate, 400_000, 8_000, 400_001);
        assert!(rate.bits_per_second() > before);
    }
}
