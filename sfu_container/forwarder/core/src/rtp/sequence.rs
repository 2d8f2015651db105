//! Arithmetic modulo 2^16 on RTP sequence numbers.

/// The signed way from one number to another, the shorter way round: positive when `to` is newer.
pub const fn distance(from: u16, to: u16) -> i16 {
    to.wrapping_sub(from).cast_signed()
}

/// Whether `candidate` comes after `reference`.
pub const fn is_newer(candidate: u16, reference: u16) -> bool {
    distance(reference, candidate) > 0
}

/// The extended number (rollovers × 2^16 + `number`) that is nearest to the highest one so far (RFC 3711, appendix A).
/// With none so far, or where the nearest would be negative, it is in the first cycle.
pub fn extend(highest: Option<u64>, number: u16) -> u64 {
    let Some(highest) = highest else { return number.into() };
    // The low 16 bits.
    let from = (highest & 0xffff) as u16;
    highest.checked_add_signed(distance(from, number).into()).unwrap_or(number.into())
}

/// Extends the numbers of one stream.
#[derive(Debug, Clone, Default)]
pub struct Unwrapper {
    highest: Option<u64>,
}

impl Unwrapper {
    /// The extended number. The first one lies in cycle 1, so that packets that come late at the start have room below.
    pub fn unwrap(&mut self, number: u16) -> u64 {
        let extended = match self.highest {
            Some(_) => extend(self.highest, number),
            None => (1 << 16) + u64::from(number),
        };
        self.highest = self.highest.max(Some(extended));
        extended
    }

    /// The highest extended number so far.
    pub const fn highest(&self) -> Option<u64> {
        self.highest
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn comparison_goes_the_shorter_way_round() {
        assert!(is_newer(0, 65_535));
        assert!(!is_newer(65_535, 0));
        assert!(!is_newer(7, 7));
        assert_eq!(distance(65_530, 4), 10);
        assert_eq!(distance(4, 65_530), -10);
    }

    #[test]
    fn a_late_packet_from_before_a_wrap_keeps_its_cycle() {
        assert_eq!(extend(Some(0x1_0002), 0xfffe), 0xfffe);
        assert_eq!(extend(Some(0xfffe), 2), 0x1_0002);
    }

    #[test]
    fn nothing_is_older_than_the_first_cycle() {
        assert_eq!(extend(None, 9), 9);
        assert_eq!(extend(Some(5), 65_535), 65_535);
    }

    #[test]
    fn an_unwrapper_has_room_below_its_first_number() {
        let mut unwrapper = Unwrapper::default();
        let first = unwrapper.unwrap(2);
        assert_eq!(unwrapper.unwrap(65_535), first - 3);
        assert_eq!(unwrapper.highest(), Some(first));
    }

    proptest! {
        #[test]
        fn steps_of_less_than_half_a_cycle_are_followed(start: u16, steps in prop::collection::vec(-9_000_i64..20_000, 1..200)) {
            let mut unwrapper = Unwrapper::default();
            let mut highest = unwrapper.unwrap(start);
            for step in steps {
                let expected = highest.saturating_add_signed(step);
                prop_assume!(expected > 0);
                prop_assert_eq!(unwrapper.unwrap((expected & 0xffff) as u16), expected);
                highest = highest.max(expected);
            }
        }
    }
}
