//! Which checks of a Peer came lately.

use std::collections::VecDeque;

use crate::stun::TransactionId;

/// At the 2.5 s between two checks of a browser that is connected, those of forty minutes.
const KEPT: usize = 1_024;

/// The transaction ids of the last checks: half of each, for they are random.
pub(crate) struct RecentChecks {
    ids: VecDeque<u64>,
}

impl RecentChecks {
    pub(crate) const fn new() -> Self {
        Self { ids: VecDeque::new() }
    }

    /// Notes a check. Tells whether it came before.
    pub(crate) fn has_come_before(&mut self, id: &TransactionId) -> bool {
        let id = id.first_chunk().copied().map(u64::from_be_bytes).unwrap_or_default();
        // A retransmission follows soon.
        if self.ids.iter().rev().any(|known| *known == id) {
            return true;
        }
        if self.ids.len() >= KEPT {
            self.ids.pop_front();
        }
        self.ids.push_back(id);
        false
    }
}
