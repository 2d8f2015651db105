//! Statistics as dicts; times in seconds.

use std::collections::BTreeMap;
use std::time::Duration;

use parley_forwarder_core::histogram::Histogram;
use parley_forwarder_core::negotiated::MediaKind;
use parley_forwarder_core::stats::{
    ByKind, EncodingStats, EngineStats, PeerStats, ReportStats, SlotStats, StreamStats,
};
use parley_forwarder_core::{DropReason, Transport};
use pyo3::prelude::*;

#[derive(IntoPyObject)]
struct Stream {
    packets: u64,
    bytes: u64,
    lost: i64,
    nacks: u64,
    keyframe_requests: u64,
    retransmitted: u64,
}

impl From<StreamStats> for Stream {
    fn from(stats: StreamStats) -> Self {
        let StreamStats { packets, bytes, lost, nacks, keyframe_requests, retransmitted } = stats;
        Self { packets, bytes, lost, nacks, keyframe_requests, retransmitted }
    }
}

#[derive(IntoPyObject)]
struct Encoding {
    packets: u64,
    bytes: u64,
    lost: i64,
    nacks: u64,
    keyframe_requests: u64,
    retransmitted: u64,
    publication: String,
    kind: &'static str,
    rid: Option<String>,
    keyframes: u64,
    packets_per_second: u64,
    bits_per_second: u64,
    loss_ratio: f64,
    jitter_seconds: f64,
    height: Option<u32>,
}

impl From<EncodingStats> for Encoding {
    fn from(stats: EncodingStats) -> Self {
        let StreamStats { packets, bytes, lost, nacks, keyframe_requests, retransmitted } = stats.counts;
        Self {
            packets,
            bytes,
            lost,
            nacks,
            keyframe_requests,
            retransmitted,
            publication: stats.publication.to_string(),
            kind: kind_name(stats.kind),
            rid: stats.rid.map(|rid| rid.to_string()),
            keyframes: stats.keyframes,
            packets_per_second: stats.rate.packets_per_second,
            bits_per_second: stats.rate.bits_per_second,
            loss_ratio: stats.loss_ratio,
            jitter_seconds: stats.jitter.as_secs_f64(),
            height: stats.height,
        }
    }
}

#[derive(IntoPyObject)]
struct Slot {
    packets: u64,
    bytes: u64,
    lost: i64,
    nacks: u64,
    keyframe_requests: u64,
    retransmitted: u64,
    slot: String,
    kind: &'static str,
    publication: Option<String>,
    rid: Option<String>,
    height: Option<u32>,
    spatial_layer: Option<u8>,
    temporal_layer: Option<u8>,
    packets_per_second: u64,
    bits_per_second: u64,
    loss_ratio: Option<f64>,
    jitter_seconds: Option<f64>,
    freezes: u64,
    frozen_seconds: f64,
}

impl From<SlotStats> for Slot {
    fn from(stats: SlotStats) -> Self {
        let StreamStats { packets, bytes, lost, nacks, keyframe_requests, retransmitted } = stats.counts;
        Self {
            packets,
            bytes,
            lost,
            nacks,
            keyframe_requests,
            retransmitted,
            slot: stats.slot.to_string(),
            kind: kind_name(stats.kind),
            publication: stats.publication.map(|publication| publication.to_string()),
            rid: stats.rid.map(|rid| rid.to_string()),
            height: stats.height,
            spatial_layer: stats.layers.map(|layers| layers.spatial),
            temporal_layer: stats.layers.map(|layers| layers.temporal),
            packets_per_second: stats.rate.packets_per_second,
            bits_per_second: stats.rate.bits_per_second,
            loss_ratio: stats.report.map(|report| report.loss_ratio),
            jitter_seconds: stats.report.map(|report| report.jitter.as_secs_f64()),
            freezes: stats.freezes,
            frozen_seconds: stats.frozen.as_secs_f64(),
        }
    }
}

/// Of one Peer.
#[derive(IntoPyObject)]
pub(crate) struct Peer {
    received: Stream,
    sent: Stream,
    received_bits_per_second: u64,
    sent_bits_per_second: u64,
    round_trip_seconds: Option<f64>,
    transport: Option<&'static str>,
    estimate_bits_per_second: Option<u64>,
    encodings: Vec<Encoding>,
    slots: Vec<Slot>,
}

impl From<PeerStats> for Peer {
    fn from(stats: PeerStats) -> Self {
        Self {
            received: stats.received.into(),
            sent: stats.sent.into(),
            received_bits_per_second: stats.received_rate.bits_per_second,
            sent_bits_per_second: stats.sent_rate.bits_per_second,
            round_trip_seconds: stats.round_trip.map(|time| time.as_secs_f64()),
            transport: stats.transport.map(Transport::name),
            estimate_bits_per_second: stats.estimate,
            encodings: stats.encodings.into_iter().map(Into::into).collect(),
            slots: stats.slots.into_iter().map(Into::into).collect(),
        }
    }
}

/// Upper bounds with how many values were not above them, and the sum of all values.
type Distribution = (Vec<(f64, u64)>, f64);
/// Loss ratio and jitter.
type Reports = (Distribution, Distribution);

/// Of the whole engine.
#[derive(IntoPyObject)]
pub(crate) struct Engine {
    received: Stream,
    sent: Stream,
    freezes: u64,
    round_trip_seconds: Distribution,
    received_reports: BTreeMap<&'static str, Reports>,
    sent_reports: BTreeMap<&'static str, Reports>,
    dropped: BTreeMap<&'static str, u64>,
    peers: u64,
    publications: BTreeMap<&'static str, u64>,
    carrying_slots: BTreeMap<&'static str, u64>,
    estimated_peers: u64,
    estimate_bits_per_second: u64,
    paced_packets: u64,
    waiting_events: usize,
    cpu_seconds: f64,
}

impl Engine {
    /// `cpu_time` is what the engine's thread has used, `waiting_events` how many were not taken yet.
    pub(crate) fn new(stats: EngineStats, cpu_time: Duration, waiting_events: usize) -> Self {
        let counts = DropReason::ALL.into_iter().map(|reason| (reason.code(), stats.dropped.of(reason)));
        Self {
            received: stats.received.into(),
            sent: stats.sent.into(),
            freezes: stats.freezes,
            round_trip_seconds: distribution(&stats.round_trip),
            received_reports: by_kind(&stats.received_reports, reports),
            sent_reports: by_kind(&stats.sent_reports, reports),
            dropped: counts.filter(|(_, count)| *count > 0).collect(),
            peers: stats.peers,
            publications: by_kind(&stats.publications, |count| *count),
            carrying_slots: by_kind(&stats.carrying_slots, |count| *count),
            estimated_peers: stats.estimated_peers,
            estimate_bits_per_second: stats.estimate,
            paced_packets: stats.paced_packets,
            waiting_events,
            cpu_seconds: cpu_time.as_secs_f64(),
        }
    }
}

const fn kind_name(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Audio => "audio",
        MediaKind::Video => "video",
    }
}

fn by_kind<T, R>(all: &ByKind<T>, convert: impl Fn(&T) -> R) -> BTreeMap<&'static str, R> {
    let kinds = [(MediaKind::Audio, &all.audio), (MediaKind::Video, &all.video)];
    kinds.into_iter().map(|(kind, of_kind)| (kind_name(kind), convert(of_kind))).collect()
}

fn reports(stats: &ReportStats) -> Reports {
    (distribution(&stats.loss), distribution(&stats.jitter))
}

fn distribution(histogram: &Histogram) -> Distribution {
    (histogram.cumulative().collect(), histogram.sum())
}
