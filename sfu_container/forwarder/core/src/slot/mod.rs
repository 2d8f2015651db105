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
mod layer_filter;
mod output;
mod sent_packets;
mod staged;

pub(crate) use layer_filter::{DecodeTarget, LayerFilter, Limits};
pub(crate) use output::SlotOutput;
pub(crate) use sent_packets::Departed;
pub(crate) use staged::{Staged, StagedKind};

use crate::arena::Key;
use crate::media::MediaPacket;
use crate::negotiated::{Id, MediaKind, SlotLine, Wish};
use crate::peer::Peer;
use crate::publication::Publication;
use crate::random::Random;
use crate::rtcp::NtpTime;
use crate::stream::Stream;
use crate::time::Instant;

/// More than any codec has.
const ALL_LAYERS: u8 = 7;
/// A repetition of sound is of use only for a moment.
const AUDIO_CACHE_PACKETS: usize = 128;

/// What the bandwidth of its Peer leaves to a Slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Allotment {
    /// As far as is known, everything fits.
    Unlimited,
    /// Encodings up to this height, in pixels.
    UpTo(u32),
    Nothing,
}

pub(crate) struct Slot {
    pub(crate) id: Id,
    pub(crate) peer: Key<Peer>,
    pub(crate) kind: MediaKind,
    pub(crate) is_paused: bool,
    pub(crate) wanted: Option<Key<Publication>>,
    pub(crate) target: Option<Key<Stream>>,
    pub(crate) current: Option<Key<Stream>>,
    pub(crate) wish: Wish,
    pub(crate) allotment: Allotment,
    pub(crate) layers: LayerFilter,
    pub(crate) output: SlotOutput,
    /// Packets that the receiver misses, as it reports.
    pub(crate) lost: i64,
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
            wish: Wish { max_height: 0, max_temporal: ALL_LAYERS, priority: 0 },
            allotment: Allotment::Unlimited,
            layers: LayerFilter::new(),
            output: SlotOutput::new(line, cache_packets, random),
            lost: 0,
            reported: None,
        }
    }

    /// Stages a packet of the current stream, or leaves it out.
    pub(crate) fn forward(&mut self, stream: Key<Stream>, media: &MediaPacket, packet: &[u8], now: Instant) {
        match self.layers.admit(media) {
            Some(is_last_of_picture) => self.output.write(stream, media, packet, is_last_of_picture, now),
            None => self.output.skip(stream, media),
        }
    }
}
