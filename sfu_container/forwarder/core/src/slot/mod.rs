//! A Slot: what it is to carry, what it carries, and when it changes over.
//!
//! `wanted` is the Publication that the Slot shall carry, `target` the encoding of it that fits best now, `current` the
//! encoding that it does carry. They differ while a keyframe is awaited:
//!
//! ```text
//! wish or flow changes  → the switchboard chooses `target` and asks it for a keyframe; `current` goes on
//! keyframe of `target`  → `current = target`
//! keyframe of another encoding of `wanted`, while `current` is not of `wanted` or has stopped
//!                       → `current` is that one, since some picture is better than none
//! paused, or gone       → `current` is nothing; a keyframe begins it again
//! ```

mod continuity;
mod frame_set;
mod freeze_watch;
mod layer_filter;
mod limits;
mod output;
mod sent_packets;
mod staged;

pub(crate) use freeze_watch::FreezeWatch;
pub(crate) use layer_filter::LayerFilter;
pub(crate) use limits::{DecodeTarget, Limits};
pub(crate) use output::SlotOutput;
pub(crate) use sent_packets::Departed;
pub(crate) use staged::{Staged, StagedKind};

use std::time::Duration;

use crate::arena::Key;
use crate::media::MediaPacket;
use crate::negotiated::{Id, MediaKind, SlotLine, Wish};
use crate::peer::Peer;
use crate::publication::Publication;
use crate::random::Random;
use crate::rate_meter::RateMeter;
use crate::reception::ticks;
use crate::rtcp::{NtpTime, ReportBlock};
use crate::stats::{Layers, StreamStats, ViewerReport};
use crate::stream::Stream;
use crate::time::Instant;

/// More than any codec has.
const ALL_LAYERS: u8 = 7;
/// A repetition of sound is of use only for a moment.
const AUDIO_CACHE_PACKETS: usize = 128;
/// Receivers report about once a second; more than that tells nothing new.
const MIN_REPORT_INTERVAL: Duration = Duration::from_millis(200);
const FRACTION_LOST_UNIT: f64 = 256.0;

/// What the bandwidth of its Peer leaves to a Slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Allotment {
    /// As far as is known, everything fits.
    Unlimited,
    /// Layers up to this height, in pixels.
    UpTo(u32),
    /// All layers that there are now, the highest of which is this high. Higher ones may begin.
    AllUpTo(u32),
    Nothing,
}

/// What a Slot may carry of what it wishes.
pub(crate) struct Affordable {
    /// What is wished, within the limit.
    pub(crate) wish: Wish,
    /// Nothing higher fits, in pixels.
    pub(crate) height_limit: u32,
    /// The height that is worth asking the publisher for.
    pub(crate) aim: u32,
}

pub(crate) struct Slot {
    pub(crate) id: Id,
    pub(crate) peer: Key<Peer>,
    pub(crate) kind: MediaKind,
    pub(crate) is_paused: bool,
    pub(crate) wanted: Option<Key<Publication>>,
    pub(crate) target: Option<Key<Stream>>,
    pub(crate) current: Option<Key<Stream>>,
    /// The Publication of which nothing can be carried, once that was told.
    pub(crate) refused: Option<Key<Publication>>,
    pub(crate) wish: Wish,
    pub(crate) allotment: Allotment,
    pub(crate) layers: LayerFilter,
    pub(crate) output: SlotOutput,
    /// What was sent; `lost` as the receiver reports it.
    pub(crate) counts: StreamStats,
    pub(crate) meter: RateMeter,
    pub(crate) report: Option<ViewerReport>,
    reported_at: Option<Instant>,
    /// How many packets were sent before the last report.
    reported_packets: u64,
    pub(crate) freezes: FreezeWatch,
    /// The highest that were forwarded over the last second, and since then.
    pub(crate) shown_layers: Option<Layers>,
    forwarded_layers: Option<Layers>,
    /// The last Sender Report that was sent, and when.
    pub(crate) reported: Option<(NtpTime, Instant)>,
}

impl Slot {
    pub(crate) fn new(id: Id, peer: Key<Peer>, line: SlotLine, cache_packets: usize, random: &mut Random) -> Self {
        let cache_packets = if line.kind == MediaKind::Audio { AUDIO_CACHE_PACKETS } else { cache_packets };
        Self {
            id,
            peer,
            kind: line.kind,
            is_paused: false,
            wanted: None,
            target: None,
            current: None,
            refused: None,
            wish: Wish { max_height: 0, max_temporal: ALL_LAYERS, priority: 0 },
            allotment: Allotment::Unlimited,
            layers: LayerFilter::new(),
            output: SlotOutput::new(line, cache_packets, random),
            counts: StreamStats::default(),
            meter: RateMeter::default(),
            report: None,
            reported_at: None,
            reported_packets: 0,
            freezes: FreezeWatch::default(),
            shown_layers: None,
            forwarded_layers: None,
            reported: None,
        }
    }

    /// What it may carry; `None` while it may carry nothing.
    pub(crate) fn affordable(&self) -> Option<Affordable> {
        let wished = self.wish.max_height;
        let (height_limit, aim) = match self.allotment {
            Allotment::UpTo(height) => (height, wished.min(height)),
            Allotment::AllUpTo(height) => (height, wished),
            Allotment::Nothing if self.kind == MediaKind::Video => return None,
            Allotment::Unlimited | Allotment::Nothing => (u32::MAX, wished),
        };
        let wish = Wish { max_height: wished.min(height_limit), ..self.wish };
        (!self.is_paused).then_some(Affordable { wish, height_limit, aim })
    }

    /// Stages a packet of the current stream, or leaves it out.
    pub(crate) fn forward(&mut self, stream: Key<Stream>, media: &MediaPacket, packet: &[u8], now: Instant) {
        match self.layers.admit(media) {
            Some(is_last_of_picture) => {
                let before = self.forwarded_layers.unwrap_or_default();
                self.forwarded_layers = Some(Layers {
                    spatial: before.spatial.max(media.frame.spatial),
                    temporal: before.temporal.max(media.frame.temporal),
                });
                self.output.write(stream, media, packet, is_last_of_picture, now);
            }
            None => self.output.skip(stream, media),
        }
    }
    /// Keeps what the receiver reports, unless it reports more often than receivers do.
    pub(crate) fn take_report(&mut self, block: &ReportBlock, now: Instant) -> Option<ViewerReport> {
        if self.reported_at.is_some_and(|at| now - at < MIN_REPORT_INTERVAL) {
            return None;
        }
        self.reported_at = Some(now);
        self.counts.lost = block.cumulative_lost.into();
        self.report = Some(ViewerReport {
            loss_ratio: f64::from(block.fraction_lost) / FRACTION_LOST_UNIT,
            jitter: ticks(f64::from(block.jitter), self.output.clock_rate()),
        });
        self.report
    }

    /// How many packets were sent since the last call.
    pub(crate) fn take_packets_to_report(&mut self) -> u32 {
        let before = std::mem::replace(&mut self.reported_packets, self.counts.packets);
        u32::try_from(self.counts.packets.saturating_sub(before)).unwrap_or(u32::MAX)
    }

    /// Takes in what was sent since the last call.
    pub(crate) fn measure(&mut self, now: Instant) {
        self.meter.measure(&self.counts, now);
        self.shown_layers = self.forwarded_layers.take();
    }
}
