//! Waiting for many descriptors at once (epoll(7)), level-triggered.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

const MAX_READY: usize = 64;

/// What to wait for on a descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interest {
    Nothing,
    Read,
    ReadAndWrite,
}

/// Which descriptors are ready, by the number that each was added with.
pub(crate) struct Epoll {
    descriptor: OwnedFd,
    ready: [libc::epoll_event; MAX_READY],
}

impl Epoll {
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: epoll_create1 takes no pointers.
        let raw = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        if raw < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor was just made and has no other owner.
        let descriptor = unsafe { OwnedFd::from_raw_fd(raw) };
        Ok(Self { descriptor, ready: [libc::epoll_event { events: 0, u64: 0 }; MAX_READY] })
    }

    /// Waits for a descriptor too, until it is closed. `number` must not be used for another one meanwhile.
    pub(crate) fn add(&self, descriptor: RawFd, number: u64) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_ADD, descriptor, number, Interest::Read)
    }

    pub(crate) fn change(&self, descriptor: RawFd, number: u64, interest: Interest) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_MOD, descriptor, number, interest)
    }

    /// Waits at most so long; returns the numbers of those that are ready.
    pub(crate) fn wait(&mut self, timeout: Duration) -> impl Iterator<Item = u64> + use<> {
        // Rounded up, so that what is due after it is due indeed.
        let millis = i32::try_from(timeout.as_micros().div_ceil(1_000)).unwrap_or(i32::MAX);
        let capacity = self.ready.len() as i32;
        // SAFETY: the pointer is to `capacity` events that live through the call.
        let count = unsafe { libc::epoll_wait(self.descriptor.as_raw_fd(), self.ready.as_mut_ptr(), capacity, millis) };
        // It fails only when a signal interrupts it; then nothing is ready.
        let ready = self.ready;
        ready.into_iter().take(usize::try_from(count).unwrap_or(0)).map(|event| event.u64)
    }

    fn control(&self, operation: i32, descriptor: RawFd, number: u64, interest: Interest) -> io::Result<()> {
        let events = match interest {
            Interest::Nothing => 0,
            Interest::Read => libc::EPOLLIN,
            Interest::ReadAndWrite => libc::EPOLLIN | libc::EPOLLOUT,
        };
        let mut event = libc::epoll_event { events: events.cast_unsigned(), u64: number };
        // SAFETY: the pointer is to an event that lives through the call.
        let done = unsafe { libc::epoll_ctl(self.descriptor.as_raw_fd(), operation, descriptor, &raw mut event) };
        if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}
