//! Statistics as tuples and dicts.

use std::collections::BTreeMap;

use parley_forwarder_core::DropReason;
use parley_forwarder_core::stats::{EngineStats, StreamStats};

/// Packets, bytes, lost, nacks, keyframe requests, retransmitted.
pub(crate) type Stream = (u64, u64, i64, u64, u64, u64);
/// Name, received and sent, and the round trip in seconds.
pub(crate) type Peer = (String, Stream, Stream, Option<f64>);
/// All Peers; received packets and bytes, sent packets and bytes; drops by reason.
pub(crate) type All = (Vec<Peer>, (u64, u64, u64, u64), BTreeMap<&'static str, u64>);

pub(crate) fn to_python(stats: &EngineStats) -> All {
    let peers = stats.peers.iter().map(|(peer, stats)| {
        let round_trip = stats.round_trip.map(|time| time.as_secs_f64());
        (peer.to_string(), stream(&stats.received), stream(&stats.sent), round_trip)
    });
    let totals = (stats.received_packets, stats.received_bytes, stats.sent_packets, stats.sent_bytes);
    let counts = DropReason::ALL.into_iter().map(|reason| (reason.code(), stats.dropped.of(reason)));
    (peers.collect(), totals, counts.filter(|(_, count)| *count > 0).collect())
}

const fn stream(stats: &StreamStats) -> Stream {
    let StreamStats { packets, bytes, lost, nacks, keyframe_requests, retransmitted } = *stats;
    (packets, bytes, lost, nacks, keyframe_requests, retransmitted)
}
