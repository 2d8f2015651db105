//! Which id each header extension has on an m-line (RFC 8285, section 5).

/// The extensions that the engine reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    Mid,
    Rid,
    RepairedRid,
    AudioLevel,
    AbsoluteSendTime,
    TransportSequence,
    DependencyDescriptor,
}

const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
const RID: &str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
const REPAIRED_RID: &str = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
const AUDIO_LEVEL: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
const ABSOLUTE_SEND_TIME: &str = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
const TRANSPORT_SEQUENCE: &str = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
const DEPENDENCY_DESCRIPTOR: &str =
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";

impl Known {
    const ALL: [Self; 7] = [
        Self::Mid,
        Self::Rid,
        Self::RepairedRid,
        Self::AudioLevel,
        Self::AbsoluteSendTime,
        Self::TransportSequence,
        Self::DependencyDescriptor,
    ];

    const fn uri(self) -> &'static str {
        match self {
            Self::Mid => MID,
            Self::Rid => RID,
            Self::RepairedRid => REPAIRED_RID,
            Self::AudioLevel => AUDIO_LEVEL,
            Self::AbsoluteSendTime => ABSOLUTE_SEND_TIME,
            Self::TransportSequence => TRANSPORT_SEQUENCE,
            Self::DependencyDescriptor => DEPENDENCY_DESCRIPTOR,
        }
    }

    /// What belongs to one hop is written anew for the next.
    const fn is_of_one_hop(self) -> bool {
        !matches!(self, Self::AudioLevel | Self::DependencyDescriptor)
    }
}

/// What an extension is. Those that are known take no memory of their own: every Slot of every Peer has them.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Meaning {
    Known(Known),
    /// By its URI.
    Other(Box<str>),
}

impl From<String> for Meaning {
    fn from(uri: String) -> Self {
        let known = Known::ALL.into_iter().find(|known| known.uri() == uri);
        known.map_or_else(|| Self::Other(uri.into()), Self::Known)
    }
}

/// The negotiated ids of one m-line.
#[derive(Debug, Clone, Default)]
pub(crate) struct ExtensionIds {
    negotiated: Box<[(u8, Meaning)]>,
}

impl ExtensionIds {
    pub(crate) fn new(negotiated: Vec<(u8, String)>) -> Self {
        Self { negotiated: negotiated.into_iter().map(|(id, uri)| (id, uri.into())).collect() }
    }

    pub(crate) fn id(&self, known: Known) -> Option<u8> {
        self.id_of(&Meaning::Known(known))
    }

    /// For each id of `self` that passes to an m-line with the ids `onward`, the id that it has there.
    pub(crate) fn passed_to<'a>(&'a self, onward: &'a Self) -> impl Iterator<Item = (u8, u8)> + 'a {
        let stays = |meaning: &Meaning| matches!(meaning, Meaning::Known(known) if known.is_of_one_hop());
        let passing = self.negotiated.iter().filter(move |(_, meaning)| !stays(meaning));
        passing.filter_map(|(id, meaning)| Some((*id, onward.id_of(meaning)?)))
    }

    fn id_of(&self, meaning: &Meaning) -> Option<u8> {
        self.negotiated.iter().find(|(_, known)| known == meaning).map(|(id, _)| *id)
    }
}
