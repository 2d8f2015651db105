//! Why input, or output, is dropped: counted, and never raised into the engine.

use crate::rtcp::RtcpError;
use crate::rtp::RtpError;
use crate::srtp::SrtpError;
use crate::stun::StunError;

coded_error! {
    /// Why something was dropped. The codes are the keys under which it is counted.
    pub enum DropReason {
        /// DTLS or SRTP from an address that no valid STUN check has come from.
        UnknownSource => "unknownSource",
        /// The first byte is none of STUN, DTLS, SRTP (RFC 7983).
        UnknownProtocol => "unknownProtocol",
        /// Not STUN, or a check without what ICE demands.
        BadStun => "badStun",
        /// A check for nobody that is known.
        UnknownUfrag => "unknownUfrag",
        /// A check with a wrong password.
        BadIntegrity => "badIntegrity",
        /// A valid check from the address of another Peer that is connected there.
        PathTaken => "pathTaken",
        /// SRTP before there were keys.
        NoKeys => "noKeys",
        /// SRTP or SRTCP that is not authentic.
        BadSrtp => "badSrtp",
        /// SRTP that came before, or a check that came before from elsewhere.
        Replayed => "replayed",
        /// More SSRCs than a Peer may use.
        TooManyStreams => "tooManyStreams",
        /// RTP that is malformed, or whose payload is.
        BadRtp => "badRtp",
        /// RTCP that is malformed.
        BadRtcp => "badRtcp",
        /// RTP that no Publication of the Peer claims.
        UnknownStream => "unknownStream",
        /// RTP that came before, or is too late to be of use.
        Duplicate => "duplicate",
        /// A TCP frame that is empty or too large (RFC 4571).
        BadFrame => "badFrame",
        /// A TCP connection that was closed because too many others, or too long, showed no valid STUN check.
        TooManyConnections => "tooManyConnections",
        /// A TCP connection that waits, for the process has no descriptor left.
        NoDescriptors => "noDescriptors",
        /// From a Peer, but more than it can have a reason for: DTLS, RTCP, or changes of its path.
        Excess => "excess",
        /// RTP from a Peer beyond what anybody publishes.
        ExcessMedia => "excessMedia",
        /// DTLS that came faster than the events were taken, of its Peer or of all together.
        EventsFull => "eventsFull",
        /// Output that the kernel, a slow TCP reader or SRTP refused.
        NotSent => "notSent",
    }
}

impl DropReason {
    /// All reasons, in the order of their declaration.
    pub const ALL: [Self; 21] = [
        Self::UnknownSource,
        Self::UnknownProtocol,
        Self::BadStun,
        Self::UnknownUfrag,
        Self::BadIntegrity,
        Self::PathTaken,
        Self::NoKeys,
        Self::BadSrtp,
        Self::Replayed,
        Self::TooManyStreams,
        Self::BadRtp,
        Self::BadRtcp,
        Self::UnknownStream,
        Self::Duplicate,
        Self::BadFrame,
        Self::TooManyConnections,
        Self::NoDescriptors,
        Self::Excess,
        Self::ExcessMedia,
        Self::EventsFull,
        Self::NotSent,
    ];
}

impl From<StunError> for DropReason {
    fn from(error: StunError) -> Self {
        if error == StunError::BadIntegrity { Self::BadIntegrity } else { Self::BadStun }
    }
}

impl From<RtpError> for DropReason {
    fn from(_: RtpError) -> Self {
        Self::BadRtp
    }
}

impl From<RtcpError> for DropReason {
    fn from(_: RtcpError) -> Self {
        Self::BadRtcp
    }
}

impl From<SrtpError> for DropReason {
    fn from(error: SrtpError) -> Self {
        match error {
            SrtpError::Replayed | SrtpError::TooOld => Self::Replayed,
            SrtpError::TooManyStreams => Self::TooManyStreams,
            _ => Self::BadSrtp,
        }
    }
}

/// How often each reason occurred.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drops {
    counts: [u64; DropReason::ALL.len()],
}

impl Drops {
    /// Counts one.
    pub fn count(&mut self, reason: DropReason) {
        // The discriminants are the places in `ALL`.
        if let Some(count) = self.counts.get_mut(reason as usize) {
            *count += 1;
        }
    }

    /// How often a reason occurred.
    pub fn of(&self, reason: DropReason) -> u64 {
        self.counts.get(reason as usize).copied().unwrap_or_default()
    }
}
