//! What is counted and measured, as it is told to those who ask.

use std::time::Duration;

use crate::drop_reason::Drops;
use crate::histogram::Histogram;
use crate::negotiated::{Id, MediaKind};
use crate::path::Transport;
use crate::rate_meter::Rate;

/// Upper bounds of round trips, in seconds.
const ROUND_TRIP_BOUNDS: &[f64] = &[0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0];
/// Upper bounds of the part of packets that is lost.
const LOSS_BOUNDS: &[f64] = &[0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5];
/// Upper bounds of jitter, in seconds.
const JITTER_BOUNDS: &[f64] = &[0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5];

/// Counts since the start, of one or more streams in one direction.
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

/// Of one encoding of a Publication, as it comes in.
#[derive(Debug, Clone, PartialEq)]
pub struct EncodingStats {
    /// What it is an encoding of.
    pub publication: Id,
    /// Sound or picture.
    pub kind: MediaKind,
    /// Its name, where the Publication has several.
    pub rid: Option<Id>,
    /// Its bytes are those of RTP packets without SRTP.
    pub counts: StreamStats,
    /// Keyframes, the first one included.
    pub keyframes: u64,
    /// Over the last second.
    pub rate: Rate,
    /// The part of packets lost over the last second, before repetition mends it.
    pub loss_ratio: f64,
    /// RFC 3550, section 6.4.1.
    pub jitter: Duration,
    /// In pixels, as of the last keyframe.
    pub height: Option<u32>,
}

/// The layers that reach a viewer, counted from 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Layers {
    /// Of SVC.
    pub spatial: u8,
    /// Of SVC, or of a simulcast encoding.
    pub temporal: u8,
}

/// What the viewer's last Receiver Report told of a Slot (RFC 3550, section 6.4.1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ViewerReport {
    /// The part of packets lost since the report before.
    pub loss_ratio: f64,
    /// Interarrival jitter.
    pub jitter: Duration,
}

/// Of one Slot.
#[derive(Debug, Clone, PartialEq)]
pub struct SlotStats {
    /// Its name.
    pub slot: Id,
    /// Sound or picture.
    pub kind: MediaKind,
    /// What it carries.
    pub publication: Option<Id>,
    /// Which encoding of it.
    pub rid: Option<Id>,
    /// The height in pixels of the spatial layers that were forwarded.
    pub height: Option<u32>,
    /// The highest layers that were forwarded over the last second.
    pub layers: Option<Layers>,
    /// What was sent, with repetitions and probes.
    pub counts: StreamStats,
    /// Over the last second.
    pub rate: Rate,
    /// `None` before the first.
    pub report: Option<ViewerReport>,
    /// How often the picture stood still for more than half a second although the publisher sends.
    pub freezes: u64,
    /// For how long, all together.
    pub frozen: Duration,
}

/// Of one Peer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PeerStats {
    /// What it sends.
    pub received: StreamStats,
    /// Over the last second.
    pub received_rate: Rate,
    /// What it is sent.
    pub sent: StreamStats,
    /// Over the last second.
    pub sent_rate: Rate,
    /// Of the last report that told one (RFC 3550, section 6.4.1).
    pub round_trip: Option<Duration>,
    /// What carries its packets.
    pub transport: Option<Transport>,
    /// What may be sent to it, in bits per second, where it reports what arrives.
    pub estimate: Option<u64>,
    /// What it publishes and has begun to send.
    pub encodings: Vec<EncodingStats>,
    /// What it receives by.
    pub slots: Vec<SlotStats>,
}

/// How the streams of one kind fare in one direction, by their reports.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportStats {
    /// The part of packets lost between two reports.
    pub loss: Histogram,
    /// In seconds.
    pub jitter: Histogram,
}

impl ReportStats {
    pub(crate) fn observe(&mut self, loss_ratio: f64, jitter: Duration) {
        self.loss.observe(loss_ratio);
        self.jitter.observe(jitter.as_secs_f64());
    }
}

impl Default for ReportStats {
    fn default() -> Self {
        Self { loss: Histogram::new(LOSS_BOUNDS), jitter: Histogram::new(JITTER_BOUNDS) }
    }
}

/// One of each kind of media.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ByKind<T> {
    /// Of sound.
    pub audio: T,
    /// Of pictures.
    pub video: T,
}

impl<T> ByKind<T> {
    pub(crate) const fn of_mut(&mut self, kind: MediaKind) -> &mut T {
        match kind {
            MediaKind::Audio => &mut self.audio,
            MediaKind::Video => &mut self.video,
        }
    }
}

/// Of the whole engine since the start; it does not grow with the number of Peers.
#[derive(Debug, Clone, PartialEq)]
pub struct EngineStats {
    /// From Peers; also from those that are gone.
    pub received: StreamStats,
    /// To Peers; also to those that are gone.
    pub sent: StreamStats,
    /// As of the Slots.
    pub freezes: u64,
    /// In seconds, each time that a report tells one.
    pub round_trip: Histogram,
    /// How what Peers send arrives.
    pub received_reports: ByKind<ReportStats>,
    /// How what they are sent arrives, as they say.
    pub sent_reports: ByKind<ReportStats>,
    /// Input that was dropped.
    pub dropped: Drops,
    /// Peers now.
    pub peers: u64,
    /// Publications now.
    pub publications: ByKind<u64>,
    /// Slots that carry something now.
    pub carrying_slots: ByKind<u64>,
    /// Peers that have an estimate now.
    pub estimated_peers: u64,
    /// The sum of all estimates now, in bits per second.
    pub estimate: u64,
    /// Packets that wait for their turn in the pacers now.
    pub paced_packets: u64,
}

impl Default for EngineStats {
    fn default() -> Self {
        Self {
            received: StreamStats::default(),
            sent: StreamStats::default(),
            freezes: 0,
            round_trip: Histogram::new(ROUND_TRIP_BOUNDS),
            received_reports: ByKind::default(),
            sent_reports: ByKind::default(),
            dropped: Drops::default(),
            peers: 0,
            publications: ByKind::default(),
            carrying_slots: ByKind::default(),
            estimated_peers: 0,
            estimate: 0,
            paced_packets: 0,
        }
    }
}
