//! What the driver says on standard input and hears on standard output: one JSON object a line.

use std::net::SocketAddrV4;

use serde::{Deserialize, Serialize};

/// What the driver wants.
#[derive(Debug, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Connect an endpoint; `connected` or `failed` follows.
    Endpoint(EndpointPlan),
    /// Let all publishers send. All endpoints are to be connected before.
    Start,
    /// Let nobody send.
    Stop,
    /// Change how many packets each frame of every track has.
    Rate { packets_per_frame: u32 },
    /// Let every track send a key frame with its next frame.
    KeyFrame,
    /// Begin a measurement.
    Reset,
    /// Answer with what was measured since.
    Report,
}

/// One publisher or subscriber. Its address is 127.1.0.1 plus its number.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointPlan {
    pub number: u32,
    pub local: Credentials,
    pub remote: Credentials,
    pub remote_address: SocketAddrV4,
    /// SHA-256 of the SFU's certificate, as in SDP.
    pub fingerprint: String,
    pub is_dtls_client: bool,
    /// What it publishes; a subscriber publishes nothing.
    #[serde(default)]
    pub tracks: Vec<TrackPlan>,
    /// Whether it opens and checks every packet; otherwise it reads headers only.
    #[serde(default)]
    pub is_verified: bool,
    /// Of the media that it receives; packets of any other are counted apart.
    #[serde(default)]
    pub payload_type: u8,
    /// The id of the TWCC header extension where arrivals are to be reported.
    #[serde(default)]
    pub transport_sequence_id: Option<u8>,
}

#[derive(Debug, Deserialize)]
pub struct Credentials {
    pub ufrag: String,
    pub password: String,
}

/// A VP8 stream.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrackPlan {
    pub ssrc: u32,
    pub payload_type: u8,
    pub frames_per_second: u32,
    pub packets_per_frame: u32,
    /// In bytes, with the RTP header and without what SRTP adds.
    pub packet_len: usize,
    pub mid: String,
    pub mid_id: Option<u8>,
    pub send_time_id: Option<u8>,
    pub transport_sequence_id: Option<u8>,
}

/// What the driver hears.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    Ready { fingerprint: String, port: u16 },
    Connected { number: u32, profile: String },
    Failed { number: u32, reason: String },
    Done,
    Refused { reason: String },
    Report(Report),
}

/// Sums over all endpoints since the last reset. Latencies are in microseconds, `None` where nothing was verified.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub seconds: f64,
    pub sent: u64,
    pub received: u64,
    pub received_bytes: u64,
    /// By the sequence numbers of what came; a stream that ended early counts as silent instead.
    pub lost: i64,
    pub reordered: u64,
    pub streams: usize,
    /// Streams and subscribers that received nothing.
    pub silent: usize,
    /// Packets of other payload types: probes and repetitions.
    pub other: u64,
    pub verified: u64,
    pub corrupt: u64,
    pub latency_samples: usize,
    pub latency_p50: Option<f64>,
    pub latency_p99: Option<f64>,
    pub latency_max: Option<f64>,
    pub key_frame_requests: u64,
    pub feedback_sent: u64,
    pub feedback_received: u64,
    /// Datagrams that the generator's own sockets had no room for; a measurement with any is void.
    pub socket_drops: u64,
    pub generator_cpu_seconds: f64,
}
