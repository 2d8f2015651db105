//! The frames that were forwarded lately, by their numbers.

use crate::rtp::sequence;

const WORDS: usize = 4;
const CAPACITY: i32 = 64 * WORDS as i32;

/// Remembers the last 256 numbers, which wrap at 2^16.
#[derive(Debug, Clone, Default)]
pub(super) struct FrameSet {
    newest: Option<u16>,
    words: [u64; WORDS],
}

impl FrameSet {
    /// Adds a frame; one that is too old is forgotten at once.
    pub(super) fn insert(&mut self, number: u16) {
        let ahead = self.newest.map_or(CAPACITY, |newest| sequence::distance(newest, number).into());
        if ahead >= CAPACITY {
            self.words = [0; WORDS];
        } else {
            (1..=ahead).for_each(|step| self.set(number.wrapping_sub((ahead - step) as u16), false));
        }
        if ahead > 0 {
            self.newest = Some(number);
        }
        if ahead > -CAPACITY {
            self.set(number, true);
        }
    }

    pub(super) fn contains(&self, number: u16) -> bool {
        let Some(newest) = self.newest else { return false };
        let back = -i32::from(sequence::distance(newest, number));
        let (word, bit) = Self::place(number);
        (0..CAPACITY).contains(&back) && self.words.get(word).is_some_and(|word| word & bit != 0)
    }

    fn set(&mut self, number: u16, is_member: bool) {
        let (word, bit) = Self::place(number);
        if let Some(word) = self.words.get_mut(word) {
            *word = if is_member { *word | bit } else { *word & !bit };
        }
    }

    const fn place(number: u16) -> (usize, u64) {
        let place = number as usize % CAPACITY as usize;
        (place / 64, 1 << (place % 64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_remembers_what_was_added_within_its_reach_and_across_a_wrap() {
        let mut set = FrameSet::default();
        assert!(!set.contains(0));
        for number in (65_500..65_536).chain(0..100_u32).step_by(2) {
            set.insert(number as u16);
        }
        assert!(set.contains(65_500) && set.contains(0) && set.contains(98));
        assert!(!set.contains(65_501) && !set.contains(99), "odd ones were not added");
        assert!(!set.contains(100), "it has not come yet");
        set.insert(300);
        assert!(set.contains(98) && !set.contains(44), "a place is not two frames");
        set.insert(97);
        assert!(set.contains(97), "a late one counts");
        set.insert(10_000);
        assert!(!set.contains(300));
    }
}
