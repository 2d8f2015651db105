//! Which packets of a received stream are missing, and when to ask for them (RFC 4585, section 6.2.1).

use std::collections::VecDeque;
use std::time::Duration;

use crate::rtp::sequence;
use crate::time::Instant;

const RETRY: Duration = Duration::from_millis(50);
const MAX_TRIES: u8 = 10;
const MAX_MISSING: usize = 256;
/// In one message.
const MAX_DUE: usize = 128;

struct Missing {
    index: u64,
    tries: u8,
    due: Instant,
}

/// Tells new packets from duplicates, and gaps from the end of a stream.
///
/// A number is missing from the moment a later one comes until it comes itself or was asked for often enough.
#[derive(Default)]
pub(crate) struct MissingPackets {
    unwrapper: sequence::Unwrapper,
    /// In the order of the indices.
    missing: VecDeque<Missing>,
}

impl MissingPackets {
    /// The index of a packet that came; `None` when it is a duplicate or too late.
    pub(crate) fn record(&mut self, number: u16, now: Instant) -> Option<u64> {
        let expected = self.unwrapper.highest().map(|highest| highest + 1);
        let index = self.unwrapper.unwrap(number);
        let Some(expected) = expected.filter(|expected| *expected != index) else { return Some(index) };
        if index < expected {
            let place = self.missing.binary_search_by_key(&index, |missing| missing.index).ok()?;
            self.missing.remove(place);
            return Some(index);
        }
        if index - expected > MAX_MISSING as u64 {
            self.missing.clear();
            return Some(index);
        }
        self.missing.extend((expected..index).map(|index| Missing { index, tries: 0, due: now }));
        while self.missing.len() > MAX_MISSING {
            self.missing.pop_front();
        }
        Some(index)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.missing.is_empty()
    }

    /// The indices of the packets that are missing now.
    pub(crate) fn indices(&self) -> impl Iterator<Item = u64> {
        self.missing.iter().map(|missing| missing.index)
    }

    /// Adds the sequence numbers to ask for now to `due`, as many as fit a message; what was asked for too often is
    /// given up.
    pub(crate) fn take_due(&mut self, now: Instant, due: &mut Vec<u16>) {
        self.missing.retain(|missing| missing.tries < MAX_TRIES || missing.due > now);
        for missing in self.missing.iter_mut().filter(|missing| missing.due <= now).take(MAX_DUE) {
            missing.tries += 1;
            missing.due = now + RETRY;
            // The low 16 bits.
            due.push((missing.index & 0xffff) as u16);
        }
    }
}
