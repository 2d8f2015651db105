//! What a Peer may cause in a time.

use std::time::Duration;

use crate::time::Instant;

/// So much at once, and so much a second after that. What does not fit is not done, and costs nothing.
pub(crate) struct Budget {
    burst: u32,
    per_second: u32,
    left: u32,
    /// Until when what is left was counted.
    counted_at: Instant,
}

impl Budget {
    pub(crate) const fn new(burst: u32, per_second: u32) -> Self {
        Self { burst, per_second, left: burst, counted_at: Instant::from_micros(0) }
    }

    /// Takes `amount` where it fits.
    pub(crate) fn take(&mut self, amount: u32, now: Instant) -> bool {
        self.earn(now);
        let left = self.left.checked_sub(amount);
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }

    fn earn(&mut self, now: Instant) {
        let micros = now.as_micros().saturating_sub(self.counted_at.as_micros());
        let earned = micros.saturating_mul(self.per_second.into()) / 1_000_000;
        let earned = u32::try_from(earned).unwrap_or(u32::MAX);
        if earned == 0 {
            return;
        }
        self.left = self.left.saturating_add(earned).min(self.burst);
        // Less than a whole unit counts later.
        let time = Duration::from_secs(1) * earned / self.per_second;
        self.counted_at = if self.left == self.burst { now } else { self.counted_at + time };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count_taken(budget: &mut Budget, at: Instant) -> usize {
        (0..1_000).filter(|_| budget.take(1, at)).count()
    }

    #[test]
    fn a_burst_fits_at_once_and_then_what_time_brings() {
        let mut budget = Budget::new(10, 4);
        let start = Instant::from_micros(1_000_000);
        assert_eq!(count_taken(&mut budget, start), 10);
        assert_eq!(count_taken(&mut budget, start + Duration::from_millis(750)), 3);
        assert_eq!(count_taken(&mut budget, start + Duration::from_hours(1)), 10);
    }

    #[test]
    fn small_steps_of_time_bring_as_much_as_large_ones() {
        let mut budget = Budget::new(10, 4);
        let start = Instant::from_micros(1_000_000);
        count_taken(&mut budget, start);
        let taken: usize =
            (1..=1_000_u64).map(|step| count_taken(&mut budget, start + Duration::from_millis(step))).sum();
        assert_eq!(taken, 4);
    }

    #[test]
    fn what_does_not_fit_takes_nothing() {
        let mut budget = Budget::new(10, 4);
        let now = Instant::from_micros(1);
        assert!(!budget.take(11, now));
        assert!(budget.take(10, now));
    }
}
