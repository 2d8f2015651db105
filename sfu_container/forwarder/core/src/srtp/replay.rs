//! The sliding window over packet indices (RFC 3711, section 3.3.2).

use super::SrtpError;

const WORD_BITS: u64 = 64;

/// Remembers which of the last `WORDS` × 64 indices were seen.
#[derive(Debug, Clone)]
pub struct ReplayWindow<const WORDS: usize> {
    highest: Option<u64>,
    seen: [u64; WORDS],
}

impl<const WORDS: usize> Default for ReplayWindow<WORDS> {
    fn default() -> Self {
        Self { highest: None, seen: [0; WORDS] }
    }
}

impl<const WORDS: usize> ReplayWindow<WORDS> {
    /// How many indices, counted back from the highest, are told apart.
    pub const SIZE: u64 = WORDS as u64 * WORD_BITS;

    /// The highest index recorded.
    pub const fn highest(&self) -> Option<u64> {
        self.highest
    }

    /// Whether `index` may still be accepted.
    ///
    /// # Errors
    /// [`SrtpError::Replayed`] and [`SrtpError::TooOld`].
    pub fn check(&self, index: u64) -> Result<(), SrtpError> {
        match self.highest {
            Some(highest) if index.saturating_add(Self::SIZE) <= highest => Err(SrtpError::TooOld),
            Some(highest) if index <= highest && self.is_seen(index) => Err(SrtpError::Replayed),
            _ => Ok(()),
        }
    }

    /// Notes that `index` was accepted. Call it only after [`check`](Self::check) and authentication.
    pub fn record(&mut self, index: u64) {
        let first_unknown = self.highest.map_or(index, |highest| highest.saturating_add(1));
        if index >= first_unknown {
            // The bits of the indices that now enter the window still tell of those that leave it.
            if index - first_unknown >= Self::SIZE {
                self.seen.fill(0);
            } else {
                (first_unknown..=index).for_each(|entering| self.set(entering, false));
            }
            self.highest = Some(index);
        }
        self.set(index, true);
    }

    fn is_seen(&self, index: u64) -> bool {
        let (word, mask) = Self::place(index);
        self.seen.get(word).is_some_and(|bits| bits & mask != 0)
    }

    fn set(&mut self, index: u64, seen: bool) {
        let (word, mask) = Self::place(index);
        if let Some(bits) = self.seen.get_mut(word) {
            if seen { *bits |= mask } else { *bits &= !mask }
        }
    }

    const fn place(index: u64) -> (usize, u64) {
        // In range of usize, for it is less than WORDS.
        let word = (index / WORD_BITS) % WORDS as u64;
        (word as usize, 1 << (index % WORD_BITS))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_index_is_accepted_once_and_only_inside_the_window() {
        let mut window = ReplayWindow::<16>::default();
        window.record(5_000);
        assert_eq!(window.check(5_000), Err(SrtpError::Replayed));
        assert_eq!(window.check(5_000 - 1_023), Ok(()));
        assert_eq!(window.check(5_000 - 1_024), Err(SrtpError::TooOld));
        window.record(5_000 - 1_023);
        assert_eq!(window.check(5_000 - 1_023), Err(SrtpError::Replayed));
    }

    #[test]
    fn a_jump_over_the_whole_window_forgets_what_was_before() {
        let mut window = ReplayWindow::<2>::default();
        (0..128).for_each(|index| window.record(index));
        window.record(1_000);
        assert_eq!(window.check(999), Ok(()));
        assert_eq!(window.check(873), Ok(()));
        assert_eq!(window.check(872), Err(SrtpError::TooOld));
    }

    proptest! {
        /// The window agrees with a set of everything accepted so far.
        #[test]
        fn it_accepts_exactly_what_a_full_memory_would(steps in prop::collection::vec(0_u64..600, 1..300)) {
            let mut window = ReplayWindow::<2>::default();
            let mut accepted = std::collections::HashSet::new();
            for (position, step) in steps.into_iter().enumerate() {
                let index = position as u64 * 3 + step;
                let highest = accepted.iter().max().copied();
                let expected = if highest.is_some_and(|highest| index + 128 <= highest) {
                    Err(SrtpError::TooOld)
                } else if accepted.contains(&index) {
                    Err(SrtpError::Replayed)
                } else {
                    Ok(())
                };
                prop_assert_eq!(window.check(index), expected);
                if expected.is_ok() {
                    window.record(index);
                    accepted.insert(index);
                }
            }
        }
    }
}
