//! One SSRC that a Peer sends: an encoding of a Publication, or the RTX stream that repairs one.

use std::time::Duration;

use crate::arena::Key;
use crate::codec::av1::{DependencyTracker, LayerIds};
use crate::flow::{Flow, MAX_SPATIAL_LAYERS};
use crate::keyframe_wish::KeyframeWish;
use crate::media::{Descriptor, MediaPacket};
use crate::missing_packets::MissingPackets;
use crate::negotiated::{Id, MediaKind, Wish};
use crate::packet_cache::PacketCache;
use crate::parameter_sets::ParameterSets;
use crate::publication::Publication;
use crate::rate_meter::RateMeter;
use crate::reception::Reception;
use crate::rtcp::SenderInfo;
use crate::slot::{DecodeTarget, Limits, Slot};
use crate::stats::StreamStats;
use crate::time::Instant;

/// The least time between two Sender Reports that are passed on.
const SENDER_REPORT_INTERVAL: Duration = Duration::from_millis(200);

/// An encoding of a Publication as it comes in.
pub(crate) struct Stream {
    pub(crate) publication: Key<Publication>,
    pub(crate) kind: MediaKind,
    pub(crate) rid: Option<Id>,
    pub(crate) ssrc: u32,
    /// That of the last keyframe, or of the first packet.
    pub(crate) payload_type: u8,
    pub(crate) reception: Reception,
    pub(crate) missing: MissingPackets,
    pub(crate) wish: KeyframeWish,
    pub(crate) cache: PacketCache,
    pub(crate) dependencies: DependencyTracker,
    pub(crate) parameter_sets: ParameterSets,
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
    flow: Flow,
}

impl Stream {
    pub(crate) fn new(
        publication: Key<Publication>,
        kind: MediaKind,
        rid: Option<Id>,
        (ssrc, payload_type): (u32, u8),
        clock_rate: u32,
        cache: PacketCache,
    ) -> Self {
        Self {
            publication,
            kind,
            rid,
            ssrc,
            payload_type,
            reception: Reception::new(clock_rate),
            missing: MissingPackets::default(),
            wish: KeyframeWish::default(),
            cache,
            dependencies: DependencyTracker::default(),
            parameter_sets: ParameterSets::default(),
            carriers: Vec::new(),
            counts: StreamStats::default(),
            meter: RateMeter::default(),
            keyframes: 0,
            height: None,
            layer_heights: Vec::new(),
            last_sender_report: None,
            sender_report_at: None,
            flow: Flow::default(),
        }
    }

    /// Notes media of a spatial layer; tells whether the stream begins to flow with it.
    pub(crate) fn note_flow(&mut self, spatial: u8, len: usize, now: Instant) -> bool {
        self.flow.note(spatial, len, now)
    }

    /// Takes the rate since the last call into the measured one.
    pub(crate) fn measure(&mut self, now: Instant) {
        self.flow.measure(now);
    }

    /// Of each set of layers that can be shown, the lowest first: its height in pixels and what it takes in bits per
    /// second. Only of those that are known and come.
    pub(crate) fn layers(&self) -> impl Iterator<Item = (u32, u64)> {
        let highest = usize::from(self.flow.highest_layer());
        let heights: &[u32] = if self.layer_heights.len() > 1 { &self.layer_heights } else { self.height.as_slice() };
        let last = heights.len().saturating_sub(1);
        let of_layer = move |(layer, height): (usize, &u32)| {
            let spatial = if layer == last { u8::MAX } else { layer as u8 };
            (*height, self.flow.bits_per_second(spatial))
        };
        let known = heights.iter().enumerate().take_while(move |(layer, _)| last == 0 || *layer <= highest);
        known.map(of_layer).filter(|(_, rate)| *rate > 0)
    }

    /// For how long the picture has stood still, when the packet of this number, which comes now, ends a freeze.
    pub(crate) fn freeze_ended_by(&self, number: u16, rtp_timestamp: u32, now: Instant) -> Option<Duration> {
        let last = self.flow.last_packet_at().filter(|_| self.kind == MediaKind::Video && !self.is_flowing(now))?;
        self.reception.was_cut_off(number, rtp_timestamp, now).then(|| now - last)
    }

    /// Whether media came lately.
    pub(crate) fn is_flowing(&self, now: Instant) -> bool {
        self.flow.is_on(now)
    }

    /// Of the lowest layer, in pixels.
    pub(crate) fn lowest_height(&self) -> Option<u32> {
        self.layer_heights.first().copied().or(self.height)
    }

    /// Notes a packet that a receiver can begin with. Tells whether the picture has another size or codec now.
    pub(crate) fn note_switch_point(&mut self, media: &MediaPacket) -> bool {
        self.keyframes += 1;
        let before = (self.height, self.layer_heights.len(), self.payload_type);
        self.payload_type = media.header.payload_type;
        let resolution_of = |layer| match &media.descriptor {
            Descriptor::Vp9(descriptor) => descriptor.structure.and_then(|structure| structure.resolution(layer)),
            Descriptor::Av1(_) => self.dependencies.structure().and_then(|structure| structure.resolution(layer)),
            Descriptor::Vp8(_) | Descriptor::Red(_) | Descriptor::None => None,
        };
        let heights = (0..MAX_SPATIAL_LAYERS as u8).map_while(|layer| resolution_of(layer).map(|size| size.height));
        self.layer_heights.clear();
        self.layer_heights.extend(heights);
        self.height = media.frame.resolution.map(|resolution| resolution.height).or(self.height);
        before != (self.height, self.layer_heights.len(), self.payload_type)
    }

    /// The highest layers that a wish asks for: the lowest spatial layer at least as high as wished.
    pub(crate) fn limits(&self, wish: Wish) -> Limits {
        let highest = self.layer_heights.len().saturating_sub(1);
        let spatial = self.layer_heights.iter().position(|height| *height >= wish.max_height).unwrap_or(highest);
        // At most MAX_SPATIAL_LAYERS.
        let layers = LayerIds { spatial: spatial as u8, temporal: wish.max_temporal };
        let target = self.dependencies.structure().and_then(|structure| {
            let place = structure.best_target(layers, self.dependencies.active_targets())?;
            let LayerIds { spatial, temporal } = structure.layers_of(place);
            Some(DecodeTarget { place, spatial, temporal })
        });
        // What does not tell the size of its layers is passed whole.
        let spatial = if self.layer_heights.is_empty() { u8::MAX } else { layers.spatial };
        Limits { spatial, temporal: layers.temporal, target, coming: self.flow.highest_layer() }
    }

    /// Of the picture up to a spatial layer, in pixels.
    pub(crate) fn height_up_to(&self, spatial: u8) -> Option<u32> {
        self.layer_heights.get(usize::from(spatial)).copied().or(self.height)
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
