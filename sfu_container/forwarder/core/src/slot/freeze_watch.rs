//! When the picture in a Slot stands still although it should move.
//!
//! Two things stop it: nothing is sent to the viewer while the publisher does send (a keyframe that does not come, a
//! pacer that is full), which the watch sees as it happens; or the publisher's own packets stayed away, which shows when
//! they come again ([`Reception::was_cut_off`](crate::reception::Reception::was_cut_off)).

use std::time::Duration;

use crate::time::Instant;

/// Without a packet for longer than this a picture stands still.
const STILL: Duration = Duration::from_millis(500);

#[derive(Default)]
pub(crate) struct FreezeWatch {
    /// Since when the picture should move.
    expected_since: Option<Instant>,
    /// Since when it has stood still.
    still_since: Option<Instant>,
    pub(crate) freezes: u64,
    frozen: Duration,
}

impl FreezeWatch {
    /// Looks at the Slot: whether its picture should move, and when media was sent last. True when a freeze begins.
    pub(crate) fn look(&mut self, is_expected: bool, last_sent: Option<Instant>, now: Instant) -> bool {
        if !is_expected {
            self.thaw(now);
            self.expected_since = None;
            return false;
        }
        let expected_since = *self.expected_since.get_or_insert(now);
        let moved_at = last_sent.map_or(expected_since, |sent| sent.max(expected_since));
        if now - moved_at <= STILL {
            self.thaw(moved_at);
            return false;
        }
        let begins = self.still_since.is_none();
        if begins {
            self.still_since = Some(moved_at);
            self.freezes += 1;
        }
        begins
    }

    /// Counts a freeze that is over.
    pub(crate) fn add(&mut self, lasted: Duration) {
        self.freezes += 1;
        self.frozen += lasted;
    }

    /// How long the picture has stood still, all together.
    pub(crate) fn frozen(&self, now: Instant) -> Duration {
        self.frozen + self.still_since.map_or(Duration::ZERO, |since| now - since)
    }

    fn thaw(&mut self, moved_at: Instant) {
        if let Some(since) = self.still_since.take() {
            self.frozen += moved_at - since;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: u64) -> Instant {
        Instant::from_micros(millis * 1_000)
    }

    #[test]
    fn a_pause_of_more_than_half_a_second_is_one_freeze() {
        let mut watch = FreezeWatch::default();
        assert!(!watch.look(true, Some(at(0)), at(0)));
        assert!(!watch.look(true, Some(at(0)), at(500)));
        assert!(watch.look(true, Some(at(0)), at(750)));
        assert!(!watch.look(true, Some(at(0)), at(1_000)));
        assert_eq!(watch.frozen(at(1_000)), Duration::from_secs(1));
        assert!(!watch.look(true, Some(at(1_200)), at(1_250)));
        assert_eq!((watch.freezes, watch.frozen(at(9_000))), (1, Duration::from_millis(1_200)));
    }

    #[test]
    fn what_need_not_move_does_not_freeze() {
        let mut watch = FreezeWatch::default();
        assert!(!watch.look(true, Some(at(0)), at(0)));
        assert!(!watch.look(false, Some(at(0)), at(5_000)));
        assert!(!watch.look(true, Some(at(0)), at(5_400)));
        assert!(watch.look(true, Some(at(0)), at(6_000)));
    }
}
