//! The time since the thread began.

use std::time;

use parley_forwarder_core::time::Instant;

pub(crate) struct Clock {
    started: time::Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { started: time::Instant::now() }
    }

    pub(crate) fn now(&self) -> Instant {
        // Half a million years fit.
        Instant::from_micros(u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX))
    }
}
