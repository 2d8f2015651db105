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

/// What belongs to one hop, and is written anew for the next.
const OF_ONE_HOP: [&str; 5] = [MID, RID, REPAIRED_RID, ABSOLUTE_SEND_TIME, TRANSPORT_SEQUENCE];

impl Known {
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
}

/// The negotiated ids of one m-line.
#[derive(Debug, Clone, Default)]
pub(crate) struct ExtensionIds {
    negotiated: Vec<(u8, String)>,
}

impl ExtensionIds {
    pub(crate) const fn new(negotiated: Vec<(u8, String)>) -> Self {
        Self { negotiated }
    }

    pub(crate) fn id(&self, known: Known) -> Option<u8> {
        self.of_uri(known.uri())
    }

    /// For each id of `self` that passes to an m-line with the ids `onward`, the id that it has there.
    pub(crate) fn passed_to<'a>(&'a self, onward: &'a Self) -> impl Iterator<Item = (u8, u8)> + 'a {
        let passing = self.negotiated.iter().filter(|(_, uri)| !OF_ONE_HOP.contains(&uri.as_str()));
        passing.filter_map(|(id, uri)| Some((*id, onward.of_uri(uri)?)))
    }

    fn of_uri(&self, uri: &str) -> Option<u8> {
        self.negotiated.iter().find(|(_, known)| known == uri).map(|(id, _)| *id)
    }
}
