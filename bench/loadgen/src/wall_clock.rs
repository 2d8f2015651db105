//! The clock by which the kernel stamps received datagrams.

use std::time::{SystemTime, UNIX_EPOCH};

/// Nanoseconds of wall time since 1970.
pub fn wall_nanos() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX)
}
