//! The leaky bucket of the pacer: what was sent is a debt that is paid off at the pacing rate.

use std::time::Duration;

use crate::time::Instant;

const MICROS_PER_SECOND: u64 = 1_000_000;
/// So much may be sent ahead of time, half of what Google's implementation allows: a picture that fits the path is not
/// taken apart, and neighbours in a burst go out in one system call. The path's queue grows by no more than this.
const BURST: Duration = Duration::from_millis(20);
const BURST_MICROS: u64 = BURST.as_micros() as u64;
/// What is left of a debt when the rate falls takes no longer than this: else what a fast path took in a moment would
/// silence a slow one for seconds, and nothing would tell how it is by now.
const MAX_INHERITED: Duration = Duration::from_millis(150);
const MAX_INHERITED_MICROS: u64 = MAX_INHERITED.as_micros() as u64;

/// The debt in bits times a million, so that a microsecond at any rate pays off a whole number.
#[derive(Debug, Clone)]
pub struct PacingDebt {
    micro_bits: u64,
    bits_per_second: u64,
    updated: Instant,
}

impl PacingDebt {
    /// Without debt.
    pub const fn new(now: Instant, bits_per_second: u64) -> Self {
        Self { micro_bits: 0, bits_per_second, updated: now }
    }

    /// Pays off at another rate from now on.
    pub fn set_rate(&mut self, now: Instant, bits_per_second: u64) {
        self.pay_off(now);
        if bits_per_second < self.bits_per_second {
            self.micro_bits = self.micro_bits.min(bits_per_second.saturating_mul(MAX_INHERITED_MICROS));
        }
        self.bits_per_second = bits_per_second;
    }

    /// Adds a packet of `bytes` bytes.
    pub fn add(&mut self, now: Instant, bytes: u64) {
        self.pay_off(now);
        let micro_bits = bytes.saturating_mul(8).saturating_mul(MICROS_PER_SECOND);
        self.micro_bits = self.micro_bits.saturating_add(micro_bits);
    }

    /// From when on the debt is small enough to send again.
    pub fn ready_at(&self) -> Instant {
        let rate = self.bits_per_second.max(1);
        let excess = self.micro_bits.saturating_sub(rate.saturating_mul(BURST_MICROS));
        self.updated + Duration::from_micros(excess.div_ceil(rate))
    }

    fn pay_off(&mut self, now: Instant) {
        // Half a million years fit.
        let elapsed_micros = now.since(self.updated).as_micros() as u64;
        self.micro_bits = self.micro_bits.saturating_sub(elapsed_micros.saturating_mul(self.bits_per_second));
        self.updated = self.updated.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_debt_is_paid_off_exactly_at_the_rate() {
        let start = Instant::from_micros(77);
        let mut debt = PacingDebt::new(start, 1_000_000);
        debt.add(start, 3_750);
        // 30,000 bits take 30 ms, of which 20 may go ahead.
        assert_eq!(debt.ready_at(), start + Duration::from_millis(10));
        debt.set_rate(start + Duration::from_millis(10), 500_000);
        assert_eq!(debt.ready_at(), start + Duration::from_millis(30));
    }

    #[test]
    fn what_a_fast_path_took_does_not_silence_it_for_long_when_it_is_slow() {
        let start = Instant::from_micros(77);
        let mut debt = PacingDebt::new(start, 3_000_000);
        debt.add(start, 7_500);
        debt.set_rate(start, 20_000);
        assert_eq!(debt.ready_at(), start + (MAX_INHERITED - BURST));
    }

    #[test]
    fn idle_time_is_not_saved_up() {
        let mut debt = PacingDebt::new(Instant::from_micros(0), 1_000_000);
        let later = Instant::from_micros(60_000_000);
        debt.add(later, 3_750);
        assert!(debt.ready_at() > later);
    }

    #[test]
    fn a_rate_of_nothing_waits_long_and_does_not_overflow() {
        let mut debt = PacingDebt::new(Instant::from_micros(0), 0);
        debt.add(Instant::from_micros(0), u64::MAX);
        assert!(debt.ready_at() > Instant::from_micros(1 << 40));
    }
}
