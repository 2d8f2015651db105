//! Asking a publisher for a keyframe: coalesced, repeated, and given up after a while.

use std::time::Duration;

use crate::time::Instant;

const INTERVAL: Duration = Duration::from_millis(300);

/// The wish of everybody who waits for a keyframe of one stream.
///
/// From `ask` until `fulfil` it is due again every 300 ms, also across wishes. When a keyframe takes longer than the
/// timeout the wish ends, which `times_out` tells once; whoever still waits asks again.
#[derive(Default)]
pub(crate) struct KeyframeWish {
    asked_at: Option<Instant>,
    sent_at: Option<Instant>,
}

impl KeyframeWish {
    /// Wishes for a keyframe; a wish that is under way goes on.
    pub(crate) fn ask(&mut self, now: Instant) {
        self.asked_at.get_or_insert(now);
    }

    /// A keyframe came.
    pub(crate) const fn fulfil(&mut self) {
        self.asked_at = None;
    }

    /// Whether a request has to be sent now.
    pub(crate) fn take_due(&mut self, now: Instant) -> bool {
        if self.asked_at.is_none() || self.sent_at.is_some_and(|sent_at| now - sent_at < INTERVAL) {
            return false;
        }
        self.sent_at = Some(now);
        true
    }

    /// Whether the wish has just ended without a keyframe.
    pub(crate) fn times_out(&mut self, timeout: Duration, now: Instant) -> bool {
        let is_over = self.asked_at.is_some_and(|asked_at| now - asked_at >= timeout);
        if is_over {
            self.asked_at = None;
        }
        is_over
    }
}
