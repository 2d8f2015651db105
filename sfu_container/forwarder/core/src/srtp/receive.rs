//! Opening what a Peer sends.

use super::cipher::Cipher;
use super::key_derivation::Protocol;
use super::{ENCRYPTED_FLAG, Profile, ReplayWindow, SrtpError, rtcp_ssrc};
use crate::rtp::{Header, sequence};

/// The most streams a Peer can send, for RTP and RTCP each: ten Publications with three encodings and RTX fit.
pub const MAX_STREAMS: usize = 64;

/// The keys for what one Peer sends, and the state of each of its streams.
pub struct ReceiveContext {
    rtp: Cipher,
    rtcp: Cipher,
    rtp_streams: Streams<16>,
    rtcp_streams: Streams<2>,
}

impl ReceiveContext {
    /// Derives the session keys from `master`, the master key followed by the master salt (RFC 5764, section 4.2).
    ///
    /// # Errors
    /// [`SrtpError::WrongKeyLength`].
    pub fn new(profile: Profile, master: &[u8]) -> Result<Self, SrtpError> {
        Ok(Self {
            rtp: Cipher::new(profile, master, Protocol::Rtp)?,
            rtcp: Cipher::new(profile, master, Protocol::Rtcp)?,
            rtp_streams: Streams::default(),
            rtcp_streams: Streams::default(),
        })
    }

    /// Opens the SRTP packet that fills `packet`, whose header was parsed before; returns the length without the tag.
    ///
    /// The state of the stream changes only on success. A first packet is taken to have rollover counter 0.
    ///
    /// # Errors
    /// [`SrtpError::TooShort`], [`SrtpError::Replayed`], [`SrtpError::TooOld`], [`SrtpError::NotAuthentic`] and
    /// [`SrtpError::TooManyStreams`]. The content of `packet` is undefined then.
    pub fn unprotect_rtp(&mut self, packet: &mut [u8], header: &Header) -> Result<usize, SrtpError> {
        let known = self.rtp_streams.find(header.ssrc);
        let highest = known.and_then(|window| window.highest());
        let index = sequence::extend(highest, header.sequence);
        known.map_or(Ok(()), |window| window.check(index))?;
        let len = self.rtp.unprotect_rtp(header.ssrc, index, packet, header.len)?;
        self.rtp_streams.record(header.ssrc, index)?;
        Ok(len)
    }

    /// Opens the SRTCP packet that fills `packet`; returns the length without tag and index.
    ///
    /// # Errors
    /// Those of [`unprotect_rtp`](Self::unprotect_rtp), and [`SrtpError::Unencrypted`].
    pub fn unprotect_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, SrtpError> {
        let ssrc = rtcp_ssrc(packet).ok_or(SrtpError::TooShort)?;
        let word = self.rtcp.rtcp_index_word(packet)?;
        if word & ENCRYPTED_FLAG == 0 {
            return Err(SrtpError::Unencrypted);
        }
        let index = word & !ENCRYPTED_FLAG;
        self.rtcp_streams.find(ssrc).map_or(Ok(()), |window| window.check(index.into()))?;
        let len = self.rtcp.unprotect_rtcp(ssrc, index, packet)?;
        self.rtcp_streams.record(ssrc, index.into())?;
        Ok(len)
    }

    /// Frees the state of a stream that is gone, so that a long-lived Peer never runs out of [`MAX_STREAMS`]. Its old
    /// packets could be replayed from then on: forget only SSRCs that nothing is routed from any more.
    pub fn forget_stream(&mut self, ssrc: u32) {
        self.rtp_streams.remove(ssrc);
        self.rtcp_streams.remove(ssrc);
    }

    /// How many streams there is RTP state for.
    pub fn stream_count(&self) -> usize {
        self.rtp_streams.windows.len()
    }
}

/// Replay windows by SSRC: a short list, which is faster to search than a map and bounded.
#[derive(Default)]
struct Streams<const WORDS: usize> {
    ssrcs: Vec<u32>,
    windows: Vec<ReplayWindow<WORDS>>,
}

impl<const WORDS: usize> Streams<WORDS> {
    fn position(&self, ssrc: u32) -> Option<usize> {
        self.ssrcs.iter().position(|known| *known == ssrc)
    }

    fn find(&self, ssrc: u32) -> Option<&ReplayWindow<WORDS>> {
        self.windows.get(self.position(ssrc)?)
    }

    fn record(&mut self, ssrc: u32, index: u64) -> Result<(), SrtpError> {
        if let Some(window) = self.position(ssrc).and_then(|position| self.windows.get_mut(position)) {
            window.record(index);
            return Ok(());
        }
        if self.ssrcs.len() >= MAX_STREAMS {
            return Err(SrtpError::TooManyStreams);
        }
        let mut window = ReplayWindow::default();
        window.record(index);
        self.ssrcs.push(ssrc);
        self.windows.push(window);
        Ok(())
    }

    fn remove(&mut self, ssrc: u32) {
        if let Some(position) = self.position(ssrc) {
            self.ssrcs.swap_remove(position);
            self.windows.swap_remove(position);
        }
    }
}
