//! Counters since the start.

use std::time::Duration;

use crate::drop_reason::Drops;
use crate::negotiated::Id;

/// Of all streams in one direction of a Peer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StreamStats {
    /// RTP packets.
    pub packets: u64,
    /// Bytes of them, as on the wire above UDP.
    pub bytes: u64,
    /// Packets missing so far by RFC 3550, A.3; may shrink when late ones come.
    pub lost: i64,
    /// Sequence numbers asked for again.
    pub nacks: u64,
    /// PLI and FIR.
    pub keyframe_requests: u64,
    /// Packets that came, or were sent, again.
    pub retransmitted: u64,
}

/// Of one Peer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeerStats {
    /// What it sends.
    pub received: StreamStats,
    /// What it is sent.
    pub sent: StreamStats,
    /// Of the last report that told one (RFC 3550, section 6.4.1).
    pub round_trip: Option<Duration>,
}

/// Of the whole engine, or of what concerns one Peer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineStats {
    /// By name.
    pub peers: Vec<(Id, PeerStats)>,
    /// RTP packets received.
    pub received_packets: u64,
    /// Bytes of them.
    pub received_bytes: u64,
    /// RTP packets sent.
    pub sent_packets: u64,
    /// Bytes of them.
    pub sent_bytes: u64,
    /// Input that was dropped; counted for the whole engine only.
    pub dropped: Drops,
}
