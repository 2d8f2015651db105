//! The least of the values of the recent past, in constant memory.

use std::time::Duration;

use crate::time::Instant;

/// Remembers the minimum of at least the last `period` and at most twice as long.
#[derive(Debug, Clone)]
pub struct RecentMinimum<T> {
    period: Duration,
    current: Option<(Instant, T)>,
    previous: Option<T>,
}

impl<T: Copy + PartialOrd> RecentMinimum<T> {
    /// Without values.
    pub const fn new(period: Duration) -> Self {
        Self { period, current: None, previous: None }
    }

    /// Adds a value and returns the minimum.
    pub fn add(&mut self, now: Instant, value: T) -> T {
        let (begin, least) = match self.current {
            Some((begin, least)) if now.since(begin) < self.period => (begin, lesser(least, value)),
            ended => {
                self.previous = ended.map(|(_, least)| least);
                (now, value)
            }
        };
        self.current = Some((begin, least));
        self.previous.map_or(least, |previous| lesser(previous, least))
    }

    /// Forgets all values.
    pub const fn clear(&mut self) {
        self.current = None;
        self.previous = None;
    }
}

fn lesser<T: PartialOrd>(one: T, other: T) -> T {
    if other < one { other } else { one }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_counts_for_one_to_two_periods() {
        let mut minimum = RecentMinimum::new(Duration::from_secs(1));
        let mut add = |millis: u64, value: u32| minimum.add(Instant::from_micros(millis * 1_000), value);
        assert_eq!(add(0, 9), 9);
        assert_eq!(add(900, 3), 3);
        assert_eq!(add(1_500, 7), 3);
        assert_eq!(add(1_900, 8), 3);
        assert_eq!(add(2_600, 8), 7);
        assert_eq!(add(3_700, 9), 8);
    }
}
