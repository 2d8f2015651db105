//! Events on their way to the caller, and the file descriptor that says that some wait.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::{Mutex, MutexGuard, PoisonError};

use parley_forwarder_core::Event;
use parley_forwarder_core::negotiated::Id;

use crate::event_fd::EventFd;

/// Events in the queue above which DTLS is dropped; strangers cannot cause any other event.
const MAX_WAITING_DTLS: usize = 4_096;
/// DTLS of one Peer in the queue, in bytes: a few flights of a handshake, or what a control channel brings while the
/// caller is busy.
const MAX_WAITING_DTLS_OF_PEER: usize = 64 << 10;
/// What an event costs beside its data, in bytes, so that tiny datagrams count too.
const EVENT_LEN: usize = 64;

#[derive(Default)]
struct Waiting {
    events: VecDeque<Event>,
    /// By Peer, in bytes.
    dtls: HashMap<Id, usize>,
}

/// A queue between the engine's thread and its caller.
pub struct EventQueue {
    waiting: Mutex<Waiting>,
    news: EventFd,
}

impl EventQueue {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { waiting: Mutex::default(), news: EventFd::new()? })
    }

    /// Adds an event; false when it was DTLS and too much waits already, of its Peer or of all together.
    pub(crate) fn push(&self, event: Event) -> bool {
        let mut waiting = self.lock();
        if let Event::DtlsReceived { peer, data } = &event {
            let len = EVENT_LEN + data.len();
            let share = waiting.dtls.get(peer).copied().unwrap_or_default();
            if waiting.events.len() >= MAX_WAITING_DTLS || share + len > MAX_WAITING_DTLS_OF_PEER {
                return false;
            }
            waiting.dtls.insert(peer.clone(), share + len);
        }
        if waiting.events.is_empty() {
            self.news.signal();
        }
        waiting.events.push_back(event);
        true
    }

    /// Up to `limit` events, oldest first; never waits.
    pub fn take(&self, limit: usize) -> Vec<Event> {
        let mut waiting = self.lock();
        let count = limit.min(waiting.events.len());
        let taken: Vec<Event> = waiting.events.drain(..count).collect();
        if waiting.events.is_empty() {
            self.news.clear();
            waiting.dtls.clear();
        }
        for event in &taken {
            if let Event::DtlsReceived { peer, data } = event
                && let Some(share) = waiting.dtls.get_mut(peer)
            {
                *share = share.saturating_sub(EVENT_LEN + data.len());
            }
        }
        taken
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.lock().events.len()
    }

    /// The descriptor that is readable while events wait.
    pub fn descriptor(&self) -> RawFd {
        self.news.as_raw_fd()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // A panic while it is held would have ended the process.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dtls(peer: &str, len: usize) -> Event {
        Event::DtlsReceived { peer: peer.into(), data: vec![22; len] }
    }

    #[test]
    fn a_peer_has_a_bounded_share_of_the_waiting_dtls() {
        let queue = EventQueue::new().unwrap();
        for len in [1, 1_200] {
            let taken = (0..10_000).filter(|_| queue.push(dtls("mallory", len))).count();
            assert_eq!(taken, MAX_WAITING_DTLS_OF_PEER / (EVENT_LEN + len));
            assert!(queue.push(dtls("ann", 1_200)), "others are not disturbed");
            assert!(queue.push(Event::IceLost { peer: "mallory".into() }), "nor is news of another kind");
            queue.take(10);
            assert_eq!((0..100).filter(|_| queue.push(dtls("mallory", len))).count(), 10, "what was taken makes room");
            queue.take(usize::MAX);
        }
        assert!(queue.lock().dtls.is_empty());
    }

    #[test]
    fn all_peers_together_have_a_bounded_share_too() {
        let queue = EventQueue::new().unwrap();
        let taken = (0..2 * MAX_WAITING_DTLS).filter(|peer| queue.push(dtls(&peer.to_string(), 9))).count();
        assert_eq!(taken, MAX_WAITING_DTLS);
        assert!(queue.push(Event::IceLost { peer: "ann".into() }));
        assert_eq!(queue.lock().dtls.len(), MAX_WAITING_DTLS);
    }

    #[test]
    fn events_are_taken_oldest_first() {
        let queue = EventQueue::new().unwrap();
        (1..4).for_each(|len| assert!(queue.push(dtls("ann", len))));
        assert_eq!(queue.take(2), [dtls("ann", 1), dtls("ann", 2)]);
        assert_eq!(queue.take(9), [dtls("ann", 3)]);
        assert_eq!(queue.take(9), []);
    }
}
