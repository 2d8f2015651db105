//! Probes: short bursts above the estimate that show whether the path carries more.
//!
//! What an SFU forwards comes in the steps of its layers, so that the estimate cannot grow by itself to where the next
//! layer fits. A cluster of packets, padding where media does not suffice, is sent at a higher rate for a moment; the
//! rate at which it arrives is what the path carries.

mod measurement;
mod schedule;

pub use measurement::ProbeMeasurement;
pub use schedule::ProbeSchedule;

/// Names a cluster of one Peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClusterId(pub u16);

/// A burst to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProbeCluster {
    /// Marks the packets that belong to it.
    pub id: ClusterId,
    /// At which rate to send them.
    pub bits_per_second: u64,
    /// So many bytes at least.
    pub min_bytes: u64,
    /// So many packets at least.
    pub min_packets: u32,
}
