//! What signalling has settled about m-lines, as commands bring it.

use std::sync::Arc;
use std::time::Duration;

/// The name of a Peer, Publication, Slot or room, given by the caller.
pub type Id = Arc<str>;

/// What an m-line carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    /// Sound.
    Audio,
    /// Pictures.
    Video,
}

/// How a payload is looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 7741.
    Vp8,
    /// RFC 9628.
    Vp9,
    /// RFC 6184.
    H264,
    /// The RTP payload format for AV1.
    Av1,
    /// Sound with copies of earlier packets (RFC 2198).
    Red,
    /// Not at all: every packet is worth as much as any other.
    Opaque,
}

/// One payload type of an m-line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codec {
    /// Less than 128.
    pub payload_type: u8,
    /// As in SDP, in upper case.
    pub name: String,
    /// In hertz.
    pub clock_rate: u32,
    /// The payload type of its RTX (RFC 4588).
    pub rtx_payload_type: Option<u8>,
    /// Where receivers of one profile cannot decode every other: of a Publication the profile that is sent, of a Slot
    /// those that its receiver decodes, the closest first. Empty where there is only one.
    pub profiles: Vec<String>,
}

impl Codec {
    /// How its payload is looked into.
    pub fn format(&self) -> Format {
        match self.name.as_str() {
            "VP8" => Format::Vp8,
            "VP9" => Format::Vp9,
            "H264" => Format::H264,
            "AV1" => Format::Av1,
            "RED" => Format::Red,
            _ => Format::Opaque,
        }
    }

    /// Of the codecs of a Slot the one in which it carries what is `sent`, if any does: that of the closest profile. RED
    /// without its copies is Opus.
    pub fn carrying<'a>(codecs: &'a [Self], sent: &Self) -> Option<&'a Self> {
        let carries = codecs.iter().filter_map(|own| Some((own.distance(sent)?, own)));
        let closest = carries.min_by_key(|(distance, _)| *distance).map(|(_, own)| own);
        closest.or_else(|| Self::opus(codecs).filter(|_| sent.format() == Format::Red))
    }

    /// The Opus among codecs.
    pub fn opus(codecs: &[Self]) -> Option<&Self> {
        codecs.iter().find(|codec| codec.name == "OPUS")
    }

    /// How far its profile is from what is sent; `None` where it is another codec or cannot be decoded.
    fn distance(&self, sent: &Self) -> Option<usize> {
        let is_same = self.name == sent.name && self.clock_rate == sent.clock_rate;
        let place = match sent.profiles.first() {
            Some(profile) => self.profiles.iter().position(|own| own == profile),
            None => Some(0),
        };
        place.filter(|_| is_same)
    }
}

/// One stream of a Publication: a simulcast `rid`, or the only one, announced by SSRC or found by `mid`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Encoding {
    /// RFC 8851.
    pub rid: Option<Id>,
    /// Announced in SDP.
    pub ssrc: Option<u32>,
    /// Announced in SDP.
    pub rtx_ssrc: Option<u32>,
}

/// What the engine may take, and for how long.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// Silence from a Peer after which it counts as lost.
    pub ice_timeout: Duration,
    /// Packets kept per video encoding, and remembered per Slot, to answer NACKs.
    pub retransmission_cache_packets: usize,
    /// The least time between two events on the speakers of a room.
    pub speakers_interval: Duration,
    /// How long a keyframe that was asked for may take.
    pub keyframe_timeout: Duration,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            ice_timeout: Duration::from_secs(5),
            retransmission_cache_packets: 1_024,
            speakers_interval: Duration::from_millis(200),
            keyframe_timeout: Duration::from_secs(2),
        }
    }
}

/// An m-line that a Peer sends.
#[derive(Debug, Clone)]
pub struct PublicationLine {
    /// Sound or pictures.
    pub kind: MediaKind,
    /// RFC 5888.
    pub mid: String,
    /// Lowest first; none means one of which nothing was announced.
    pub encodings: Vec<Encoding>,
    /// What it may be sent in.
    pub codecs: Vec<Codec>,
    /// Ids and URIs (RFC 8285).
    pub extensions: Vec<(u8, String)>,
}

/// An m-line that a Peer receives.
#[derive(Debug, Clone)]
pub struct SlotLine {
    /// Sound or pictures.
    pub kind: MediaKind,
    /// RFC 5888.
    pub mid: String,
    /// Never changes while the Slot lives.
    pub ssrc: u32,
    /// Where repetitions go, if RTX was negotiated.
    pub rtx_ssrc: Option<u32>,
    /// What it may carry.
    pub codecs: Vec<Codec>,
    /// Ids and URIs (RFC 8285).
    pub extensions: Vec<(u8, String)>,
}

/// What a video Slot is to carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// Pixels: the lowest encoding at least this high is chosen.
    pub max_height: u32,
    /// The highest temporal layer.
    pub max_temporal: u8,
    /// The higher, the later it is given up when bandwidth is short.
    pub priority: i32,
}
