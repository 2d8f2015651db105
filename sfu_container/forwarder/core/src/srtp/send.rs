//! Protecting what a node sends.

use super::cipher::Cipher;
use super::key_derivation::Protocol;
use super::{ENCRYPTED_FLAG, Profile, ReplayWindow, SrtpError, rtcp_ssrc};
use crate::rtp::{self, sequence};

/// Packet indices have 48 bits: a 32-bit rollover counter and the sequence number (RFC 3711, section 3.3.1).
const INDEX_LIMIT: u64 = 1 << 48;

/// The keys for sending to one Peer.
pub struct SendContext {
    profile: Profile,
    rtp: Cipher,
    rtcp: Cipher,
    next_rtcp_index: u32,
}

/// What one sent stream needs: its rollover counter and which indices it used. A Slot holds one for its SSRC and one
/// for its RTX SSRC. Two states for one SSRC under one key would break the cipher.
#[derive(Debug, Clone)]
pub struct SendState {
    ssrc: u32,
    sent: ReplayWindow<16>,
}

impl SendState {
    /// The state of a stream that has sent nothing.
    pub fn new(ssrc: u32) -> Self {
        Self { ssrc, sent: ReplayWindow::default() }
    }

    /// The SSRC that it is for.
    pub const fn ssrc(&self) -> u32 {
        self.ssrc
    }
}

impl SendContext {
    /// Derives the session keys from `master`, the master key followed by the master salt (RFC 5764, section 4.2).
    ///
    /// # Errors
    /// [`SrtpError::WrongKeyLength`].
    pub fn new(profile: Profile, master: &[u8]) -> Result<Self, SrtpError> {
        Ok(Self {
            profile,
            rtp: Cipher::new(profile, master, Protocol::Rtp)?,
            rtcp: Cipher::new(profile, master, Protocol::Rtcp)?,
            next_rtcp_index: 1,
        })
    }

    /// The profile, which tells how much room protection needs.
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// Protects the RTP packet in the first `len` bytes of `buffer`, whose header with CSRCs and extensions has
    /// `header_len` bytes; returns its new length, [`Profile::rtp_overhead`] longer.
    ///
    /// A sequence number may be sent late but never twice, for a second packet under the same index would give the
    /// key away (RFC 7714, section 8.4): retransmit by RTX.
    ///
    /// # Errors
    /// [`SrtpError::BufferTooSmall`], [`SrtpError::TooShort`], [`SrtpError::WrongSsrc`], [`SrtpError::Replayed`],
    /// [`SrtpError::TooOld`] and [`SrtpError::KeyExhausted`]. The packet is not to be sent then.
    pub fn protect_rtp(
        &self,
        state: &mut SendState,
        buffer: &mut [u8],
        header_len: usize,
        len: usize,
    ) -> Result<usize, SrtpError> {
        let (sequence_number, ssrc) = rtp::sequence_and_ssrc(buffer)?;
        if header_len < rtp::FIXED_HEADER_LEN {
            return Err(SrtpError::TooShort);
        }
        if ssrc != state.ssrc {
            return Err(SrtpError::WrongSsrc);
        }
        let index = sequence::extend(state.sent.highest(), sequence_number);
        if index >= INDEX_LIMIT {
            return Err(SrtpError::KeyExhausted);
        }
        state.sent.check(index)?;
        let protected = self.rtp.protect_rtp(ssrc, index, buffer, header_len, len)?;
        state.sent.record(index);
        Ok(protected)
    }

    /// Protects a packet that was sent before with the same `state`, and must be the same byte for byte: then the result is
    /// too, and gives nothing away. For Peers that know no RTX.
    ///
    /// # Errors
    /// Those of [`protect_rtp`](Self::protect_rtp), with [`SrtpError::TooOld`] for a packet that is not known to have been
    /// sent.
    pub fn protect_rtp_again(
        &self,
        state: &SendState,
        buffer: &mut [u8],
        header_len: usize,
        len: usize,
    ) -> Result<usize, SrtpError> {
        let (sequence_number, ssrc) = rtp::sequence_and_ssrc(buffer)?;
        if ssrc != state.ssrc {
            return Err(SrtpError::WrongSsrc);
        }
        let index = sequence::extend(state.sent.highest(), sequence_number);
        if state.sent.check(index) != Err(SrtpError::Replayed) {
            return Err(SrtpError::TooOld);
        }
        self.rtp.protect_rtp(ssrc, index, buffer, header_len, len)
    }

    /// Protects the compound RTCP packet in the first `len` bytes of `buffer`; returns its new length,
    /// [`Profile::rtcp_overhead`] longer. All senders of the context share one index, which RFC 3711 allows.
    ///
    /// # Errors
    /// [`SrtpError::BufferTooSmall`], [`SrtpError::TooShort`] and [`SrtpError::KeyExhausted`].
    pub fn protect_rtcp(&mut self, buffer: &mut [u8], len: usize) -> Result<usize, SrtpError> {
        let ssrc = buffer.get(..len).and_then(rtcp_ssrc).ok_or(SrtpError::TooShort)?;
        let index = self.next_rtcp_index;
        if index & ENCRYPTED_FLAG != 0 {
            return Err(SrtpError::KeyExhausted);
        }
        let protected = self.rtcp.protect_rtcp(ssrc, index, buffer, len)?;
        self.next_rtcp_index = index + 1;
        Ok(protected)
    }
}
