//! The 24-bit reference time, extended.

use super::REFERENCE_TICKS;

/// Extends the reference times of one peer, which wrap after 12 days, to ticks that do not.
#[derive(Debug, Clone, Default)]
pub struct ReferenceClock {
    last_units: Option<i64>,
}

impl ReferenceClock {
    /// The ticks of a reference time of 24 bits, nearest to the one before.
    pub fn unwrap(&mut self, reference_time: u32) -> i64 {
        // Shifted to the top, the difference of 24-bit numbers wraps as one of 32 bits does.
        let from_zero = |last: i64| {
            let low_bits = (last & 0x00ff_ffff) as u32;
            last + i64::from((reference_time.wrapping_sub(low_bits) << 8).cast_signed() >> 8)
        };
        let units = from_zero(self.last_units.unwrap_or_default());
        self.last_units = Some(units);
        units * REFERENCE_TICKS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_over_a_wrap() {
        let mut clock = ReferenceClock::default();
        let before = clock.unwrap(0xff_fffe);
        assert_eq!(clock.unwrap(0x00_0001) - before, 3 * REFERENCE_TICKS);
        assert_eq!(clock.unwrap(0xff_ffff) - before, REFERENCE_TICKS);
    }
}
