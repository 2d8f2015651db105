//! How fast counters grow.

use crate::stats::StreamStats;
use crate::time::Instant;

/// What passes in a second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rate {
    /// RTP packets.
    pub packets_per_second: u64,
    /// Of them.
    pub bits_per_second: u64,
}

/// Measures a rate between two calls.
#[derive(Default)]
pub(crate) struct RateMeter {
    /// When, and the packets and bytes then.
    last: Option<(Instant, u64, u64)>,
    rate: Rate,
}

impl RateMeter {
    /// Takes in what was counted so far.
    pub(crate) fn measure(&mut self, counts: &StreamStats, now: Instant) {
        let last = self.last.replace((now, counts.packets, counts.bytes));
        let Some((then, packets, bytes)) = last.filter(|(then, ..)| *then < now) else { return };
        let seconds = (now - then).as_secs_f64();
        let per_second = |growth: u64| (growth as f64 / seconds).round() as u64;
        self.rate = Rate {
            packets_per_second: per_second(counts.packets - packets),
            bits_per_second: per_second((counts.bytes - bytes) * 8),
        };
    }

    /// As of the last measurement; zero before the second.
    pub(crate) const fn rate(&self) -> Rate {
        self.rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_the_growth_between_two_measurements() {
        let mut meter = RateMeter::default();
        let counts = |packets, bytes| StreamStats { packets, bytes, ..StreamStats::default() };
        meter.measure(&counts(50, 1_000), Instant::from_micros(0));
        assert_eq!(meter.rate(), Rate::default());
        meter.measure(&counts(60, 3_000), Instant::from_micros(500_000));
        assert_eq!(meter.rate(), Rate { packets_per_second: 20, bits_per_second: 32_000 });
        meter.measure(&counts(60, 3_000), Instant::from_micros(1_500_000));
        assert_eq!(meter.rate(), Rate::default());
    }
}
