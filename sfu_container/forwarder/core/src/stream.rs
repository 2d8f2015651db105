//! One SSRC that a Peer sends: an encoding of a Publication, or the RTX stream that repairs one.

use std::time::Duration;

use crate::arena::Key;
use crate::codec::av1::{DependencyTracker, LayerIds};
use crate::keyframe_wish::KeyframeWish;
use crate::media::{Descriptor, MediaPacket};
use crate::missing_packets::MissingPackets;
use crate::negotiated::{Id, MediaKind, Wish};
use crate::packet_cache::PacketCache;
use crate::publication::Publication;
use crate::rate_meter::RateMeter;
use crate::reception::Reception;
use crate::rtcp::SenderInfo;
use crate::slot::{DecodeTarget, Limits, Slot};
use crate::stats::StreamStats;
use crate::time::Instant;

/// How long after its last packet a stream still counts as flowing. With the time that a keyframe takes this stays below
/// the second after which a Slot has to show another encoding.
pub(crate) const FLOWING: Duration = Duration::from_millis(500);
/// The share of a new value in the measured rate, at ten a second.
const RATE_GAIN: f64 = 0.1;
/// Of VP9 and AV1.
const MAX_SPATIAL_LAYERS: u8 = 8;
/// The least time between two Sender Reports that are passed on.
const SENDER_REPORT_INTERVAL: Duration = Duration::from_millis(200);

/// An encoding of a Publication as it comes in.
pub(crate) struct Stream {
    pub(crate) publication: Key<Publication>,
    pub(crate) kind: MediaKind,
    pub(crate) rid: Option<Id>,
    pub(crate) ssrc: u32,
    pub(crate) reception: Reception,
    pub(crate) missing: MissingPackets,
    pub(crate) wish: KeyframeWish,
    pub(crate) cache: PacketCache,
    pub(crate) dependencies: DependencyTracker,
    /// The Slots that carry it.
    pub(crate) carriers: Vec<Key<Slot>>,
    /// What came; `lost` is told by the reception.
    pub(crate) counts: StreamStats,
    pub(crate) meter: RateMeter,
    pub(crate) keyframes: u64,
    /// Pixels, as of the last keyframe.
    pub(crate) height: Option<u32>,
    /// Of each spatial layer, the lowest first, as of the last keyframe that told them.
    layer_heights: Vec<u32>,
    pub(crate) last_sender_report: Option<SenderInfo>,
    sender_report_at: Option<Instant>,
    last_packet_at: Option<Instant>,
    unmeasured_bytes: u64,
    measured_at: Option<Instant>,
    rate: f64,
}

impl Stream {
    pub(crate) fn new(
        publication: Key<Publication>,
        kind: MediaKind,
        rid: Option<Id>,
        ssrc: u32,
        clock_rate: u32,
        cache: PacketCache,
    ) -> Self {
        Self {
            publication,
            kind,
            rid,
            ssrc,
            reception: Reception::new(clock_rate),
            missing: MissingPackets::default(),
            wish: KeyframeWish::default(),
            cache,
            dependencies: DependencyTracker::default(),
            carriers: Vec::new(),
            counts: StreamStats::default(),
            meter: RateMeter::default(),
            keyframes: 0,
            height: None,
            layer_heights: Vec::new(),
            last_sender_report: None,
            sender_report_at: None,
            last_packet_at: None,
            unmeasured_bytes: 0,
            measured_at: None,
            rate: 0.0,
        }
    }

    /// Notes media; tells whether the stream begins to flow with it.
    pub(crate) fn note_flow(&mut self, len: usize, now: Instant) -> bool {
        self.unmeasured_bytes += len as u64;
        let was_flowing = self.is_flowing(now);
        self.last_packet_at = Some(now);
        !was_flowing
    }

    /// Takes the rate since the last call into the measured one.
    pub(crate) fn measure(&mut self, now: Instant) {
        let elapsed = self.measured_at.replace(now).map_or(0.0, |last| (now - last).as_secs_f64());
        if elapsed > 0.0 {
            let rate = self.unmeasured_bytes as f64 * 8.0 / elapsed;
            let share = if self.rate == 0.0 { 1.0 } else { RATE_GAIN };
            self.rate += (rate - self.rate) * share;
            self.unmeasured_bytes = 0;
        }
    }

    /// What it takes, in bits per second.
    pub(crate) const fn bits_per_second(&self) -> u64 {
        self.rate as u64
    }

    /// For how long the picture has stood still, when the packet of this number, which comes now, ends a freeze.
    pub(crate) fn freeze_ended_by(&self, number: u16, rtp_timestamp: u32, now: Instant) -> Option<Duration> {
        let last = self.last_packet_at.filter(|_| self.kind == MediaKind::Video && !self.is_flowing(now))?;
        self.reception.was_cut_off(number, rtp_timestamp, now).then(|| now - last)
    }

    /// Whether media came lately.
    pub(crate) fn is_flowing(&self, now: Instant) -> bool {
        self.last_packet_at.is_some_and(|last| now - last < FLOWING)
    }

    /// Notes a packet that a receiver can begin with. Tells whether the picture has another size now.
    pub(crate) fn note_switch_point(&mut self, media: &MediaPacket) -> bool {
        self.wish.fulfil();
        self.keyframes += 1;
        let before = (self.height, self.layer_heights.len());
        let resolution_of = |layer| match &media.descriptor {
            Descriptor::Vp9(descriptor) => descriptor.structure.and_then(|structure| structure.resolution(layer)),
            Descriptor::Av1(_) => self.dependencies.structure().and_then(|structure| structure.resolution(layer)),
            Descriptor::Vp8(_) | Descriptor::None => None,
        };
        let heights = (0..MAX_SPATIAL_LAYERS).map_while(|layer| resolution_of(layer).map(|size| size.height));
        self.layer_heights.clear();
        self.layer_heights.extend(heights);
        self.height = media.frame.resolution.map(|resolution| resolution.height).or(self.height);
        before != (self.height, self.layer_heights.len())
    }

    /// The highest layers that a wish asks for: the lowest spatial layer at least as high as wished.
    pub(crate) fn limits(&self, wish: Wish) -> Limits {
        let highest = self.layer_heights.len().saturating_sub(1);
        let spatial = self.layer_heights.iter().position(|height| *height >= wish.max_height).unwrap_or(highest);
        // At most MAX_SPATIAL_LAYERS.
        let layers = LayerIds { spatial: spatial as u8, temporal: wish.max_temporal };
        let target = self.dependencies.structure().and_then(|structure| {
            let place = structure.best_target(layers, self.dependencies.active_targets())?;
            Some(DecodeTarget { place, spatial: structure.layers_of(place).spatial })
        });
        // What does not tell the size of its layers is passed whole.
        let spatial = if self.layer_heights.is_empty() { u8::MAX } else { layers.spatial };
        Limits { spatial, temporal: layers.temporal, target }
    }

    /// Wishes for a keyframe; sound needs none.
    pub(crate) fn ask_for_keyframe(&mut self, now: Instant) {
        if self.kind == MediaKind::Video {
            self.wish.ask(now);
        }
    }

    /// Keeps a Sender Report; tells whether it has to be passed on, which a flood of them has not.
    pub(crate) fn takes_sender_report(&mut self, info: SenderInfo, now: Instant) -> bool {
        self.last_sender_report = Some(info);
        self.reception.record_sender_report(info.ntp, now);
        if self.sender_report_at.is_some_and(|at| now - at < SENDER_REPORT_INTERVAL) {
            return false;
        }
        self.sender_report_at = Some(now);
        true
    }
}

/// An RTX stream (RFC 4588).
pub(crate) struct RepairStream {
    pub(crate) publication: Key<Publication>,
    /// Which encoding of the Publication it repairs.
    pub(crate) encoding: usize,
    pub(crate) reception: Reception,
}
