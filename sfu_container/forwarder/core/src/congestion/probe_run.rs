//! A probe while it is being sent.

use std::time::Duration;

use super::probe::{ClusterId, ProbeCluster};
use crate::time::Instant;

const BITS_MICROS: u64 = 8 * 1_000_000;

/// How far a cluster is.
#[derive(Debug, Clone)]
pub struct ProbeRun {
    cluster: ProbeCluster,
    began: Option<Instant>,
    bytes: u64,
    packets: u32,
}

impl ProbeRun {
    /// Of which nothing is sent yet.
    pub const fn new(cluster: ProbeCluster) -> Self {
        Self { cluster, began: None, bytes: 0, packets: 0 }
    }

    /// Which cluster it is.
    pub const fn id(&self) -> ClusterId {
        self.cluster.id
    }

    /// When the next packet keeps the rate; the beginning of time before the first.
    pub fn due(&self) -> Instant {
        let began = self.began.unwrap_or_default();
        let micros = self.bytes.saturating_mul(BITS_MICROS) / self.cluster.bits_per_second.max(1);
        began + Duration::from_micros(micros)
    }

    /// Counts a packet of `bytes` bytes.
    pub fn add(&mut self, now: Instant, bytes: u64) {
        self.began.get_or_insert(now);
        self.bytes = self.bytes.saturating_add(bytes);
        self.packets += 1;
    }

    /// Whether enough was sent.
    pub const fn is_complete(&self) -> bool {
        self.bytes >= self.cluster.min_bytes && self.packets >= self.cluster.min_packets
    }

    /// How many bytes the next packet should have, so that bytes and packets come to their ends together.
    pub fn missing_bytes(&self) -> u64 {
        let packets = u64::from(self.cluster.min_packets.saturating_sub(self.packets)).max(1);
        self.cluster.min_bytes.saturating_sub(self.bytes).div_ceil(packets).max(1)
    }
}
