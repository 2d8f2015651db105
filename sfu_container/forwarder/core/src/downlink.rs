//! The way down to a Peer that reports what arrives: how much fits, when each packet leaves, and which layers fit.

use crate::arena::Key;
use crate::congestion::{Allocator, ClusterId, Estimator, EstimatorConfig, LayerOffer, Pacer, PacketKind, Release};
use crate::negotiated::MediaKind;
use crate::rtcp::TransportFeedback;
use crate::slot::{Slot, Staged, StagedKind};
use crate::time::Instant;

/// Of a packet that waits, in bytes: a dependency descriptor and all other extensions fit.
pub(crate) const MAX_HEADER_LEN: usize = 320;
/// What one message adds below SRTP: UDP and IPv4 headers, in bytes.
const DATAGRAM_OVERHEAD: usize = 28;

/// A packet that waits for its turn, with its header.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waiting {
    pub(crate) slot: Key<Slot>,
    pub(crate) staged: Staged,
    pub(crate) header: [u8; MAX_HEADER_LEN],
}

/// What is to be done next.
pub(crate) enum Turn {
    /// The packet leaves now.
    Send(Waiting, Option<ClusterId>),
    /// The packet waited too long.
    GiveUp(Waiting),
    /// The probe wants padding.
    Pad(ClusterId),
}

pub(crate) struct Downlink {
    pub(crate) estimator: Estimator,
    pacer: Pacer<Waiting>,
    pub(crate) allocator: Allocator,
    /// Kept for its room.
    pub(crate) offers: Vec<LayerOffer>,
}

impl Downlink {
    pub(crate) fn new(now: Instant) -> Self {
        let estimator = Estimator::new(&EstimatorConfig::default());
        let pacer = Pacer::new(now, estimator.pacing_bits_per_second());
        Self { estimator, pacer, allocator: Allocator::default(), offers: Vec::new() }
    }

    pub(crate) fn on_feedback(&mut self, feedback: &TransportFeedback<'_>, now: Instant) {
        self.estimator.on_feedback(now, feedback);
        self.pacer.set_bits_per_second(now, self.estimator.pacing_bits_per_second());
    }

    /// Packets that wait for their turn.
    pub(crate) fn waiting(&self) -> usize {
        self.pacer.len()
    }

    /// Notes a packet that leaves; returns its transport-wide number.
    pub(crate) fn on_sent(&mut self, len: usize, probe: Option<ClusterId>, now: Instant) -> u16 {
        self.estimator.on_sent(now, len + DATAGRAM_OVERHEAD, probe)
    }

    /// Takes a packet that is to be sent; false when too much waits already.
    pub(crate) fn push(&mut self, waiting: Waiting, kind: MediaKind, now: Instant) -> bool {
        let urgency = match (kind, waiting.staged.kind) {
            (MediaKind::Audio, _) => PacketKind::Audio,
            (MediaKind::Video, StagedKind::Repetition | StagedKind::Again(_)) => PacketKind::Retransmission,
            (MediaKind::Video, _) => PacketKind::Video,
        };
        self.pacer.push(now, urgency, waiting.staged.len() + DATAGRAM_OVERHEAD, waiting).is_ok()
    }

    /// What to do next, if anything.
    pub(crate) fn poll(&mut self, now: Instant) -> Option<Turn> {
        if let Some(cluster) = self.estimator.poll_probe(now) {
            self.pacer.start_probe(cluster);
        }
        Some(match self.pacer.poll(now)? {
            Release::Packet { item, probe, .. } => Turn::Send(item, probe),
            Release::Expired { item, .. } => Turn::GiveUp(item),
            Release::Padding { probe, .. } => Turn::Pad(probe),
        })
    }

    /// When to poll again.
    pub(crate) fn next_turn(&self, now: Instant) -> Option<Instant> {
        self.pacer.poll_timeout(now)
    }

    pub(crate) fn count_padding(&mut self, len: usize, now: Instant) {
        self.pacer.on_padding_sent(now, len + DATAGRAM_OVERHEAD);
    }

    /// There is nothing to pad with.
    pub(crate) const fn cancel_probe(&mut self) {
        self.pacer.cancel_probe();
    }
}
