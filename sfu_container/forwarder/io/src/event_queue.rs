//! Events on their way to the caller, and the file descriptor that says that some wait.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::{Mutex, MutexGuard, PoisonError};

use parley_forwarder_core::Event;

use crate::event_fd::EventFd;

/// Events in the queue above which DTLS is dropped; strangers cannot cause any other event.
const MAX_WAITING_DTLS: usize = 4_096;

/// A queue between the engine's thread and its caller.
pub struct EventQueue {
    events: Mutex<VecDeque<Event>>,
    news: EventFd,
}

impl EventQueue {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { events: Mutex::default(), news: EventFd::new()? })
    }

    /// Adds an event; false when it was DTLS and too much waits already.
    pub(crate) fn push(&self, event: Event) -> bool {
        let mut events = self.lock();
        if events.len() >= MAX_WAITING_DTLS && matches!(event, Event::DtlsReceived { .. }) {
            return false;
        }
        if events.is_empty() {
            self.news.signal();
        }
        events.push_back(event);
        true
    }

    /// Up to `limit` events, oldest first; never waits.
    pub fn take(&self, limit: usize) -> Vec<Event> {
        let mut events = self.lock();
        let count = limit.min(events.len());
        let taken: Vec<Event> = events.drain(..count).collect();
        if events.is_empty() {
            self.news.clear();
        }
        taken
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.lock().len()
    }

    /// The descriptor that is readable while events wait.
    pub fn descriptor(&self) -> RawFd {
        self.news.as_raw_fd()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Event>> {
        // A panic while it is held would have ended the process.
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
