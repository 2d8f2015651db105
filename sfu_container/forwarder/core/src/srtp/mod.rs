//! SRTP and SRTCP in place (RFC 3711, RFC 7714), for the three profiles that WebRTC peers negotiate.
//!
//! A [`SendContext`] or [`ReceiveContext`] holds the keys of one direction of one Peer. What changes per stream is
//! apart from it: a Slot holds its [`SendState`], and a receive context makes the state of a stream only when its first
//! packet has proved authentic, so that a stranger cannot make it grow.

mod cipher;
mod counter_mode;
mod gcm;
mod key_derivation;
mod profile;
mod receive;
mod replay;
mod send;

pub use profile::Profile;
pub use receive::{MAX_STREAMS, ReceiveContext};
pub use replay::ReplayWindow;
pub use send::{SendContext, SendState};

use crate::rtp::RtpError;

coded_error! {
    /// Why a packet was not protected or not accepted.
    pub enum SrtpError {
        /// The keying material does not have the profile's length.
        WrongKeyLength => "wrongSrtpKeyLength",
        /// Too short to be what it should be.
        TooShort => "srtpTooShort",
        /// The caller's buffer has no room for the tag.
        BufferTooSmall => "bufferTooSmall",
        /// The packet has another SSRC than the state it was to be sent with.
        WrongSsrc => "wrongSsrc",
        /// The tag is wrong: forged, damaged, or made with another key or rollover counter.
        NotAuthentic => "badSrtp",
        /// A packet with this index was accepted, or sent, before.
        Replayed => "replayed",
        /// Older than the replay window.
        TooOld => "srtpTooOld",
        /// The sender says that it did not encrypt, which no WebRTC peer may (RFC 8827, section 6.5).
        Unencrypted => "srtcpUnencrypted",
        /// The Peer has more streams than a context keeps state for.
        TooManyStreams => "tooManyStreams",
        /// The key has protected all packets that it may (RFC 3711, section 9.2); a new one is needed.
        KeyExhausted => "srtpKeyExhausted",
    }
}

impl From<RtpError> for SrtpError {
    fn from(_: RtpError) -> Self {
        Self::TooShort
    }
}

/// The E bit of the SRTCP index word (RFC 3711, section 3.4).
const ENCRYPTED_FLAG: u32 = 0x8000_0000;
/// The part of an RTCP packet that is authenticated but not encrypted: the first header and the sender's SSRC.
const RTCP_CLEAR_LEN: usize = 8;
const INDEX_WORD_LEN: usize = 4;

fn rtcp_ssrc(packet: &[u8]) -> Option<u32> {
    let (clear, _) = packet.split_first_chunk::<RTCP_CLEAR_LEN>()?;
    clear.last_chunk().copied().map(u32::from_be_bytes)
}
