//! The layout of protected packets, for both kinds of cipher (RFC 3711, sections 3.1 and 3.4; RFC 7714, sections 8
//! and 9). Each function works in place on the start of a buffer.

use super::counter_mode::{self, CounterMode};
use super::gcm::{self, Gcm};
use super::key_derivation::{Protocol, SessionKeys};
use super::{ENCRYPTED_FLAG, INDEX_WORD_LEN, Profile, RTCP_CLEAR_LEN, SrtpError};

/// The session keys of one protocol in one direction, ready for use.
#[allow(clippy::large_enum_variant, reason = "four live in each Peer, and a pointer would cost a cache miss a packet")]
pub(super) enum Cipher {
    Gcm(Gcm),
    CounterMode(CounterMode),
}

impl Cipher {
    pub(super) fn new(profile: Profile, master: &[u8], protocol: Protocol) -> Result<Self, SrtpError> {
        let keys = SessionKeys::derive(profile, master, protocol)?;
        match profile {
            Profile::AeadAes128Gcm | Profile::AeadAes256Gcm => Gcm::new(keys.encryption(), &keys.salt).map(Self::Gcm),
            Profile::Aes128CmHmacSha1_80 => {
                CounterMode::new(keys.encryption(), &keys.salt, &keys.authentication).map(Self::CounterMode)
            }
        }
    }

    /// Protects the RTP packet in the first `len` bytes of `buffer`; returns its new length.
    pub(super) fn protect_rtp(
        &self,
        ssrc: u32,
        index: u64,
        buffer: &mut [u8],
        header_len: usize,
        len: usize,
    ) -> Result<usize, SrtpError> {
        let (packet, room) = buffer.split_at_mut_checked(len).ok_or(SrtpError::BufferTooSmall)?;
        let (header, payload) = packet.split_at_mut_checked(header_len).ok_or(SrtpError::TooShort)?;
        match self {
            Self::Gcm(gcm) => {
                let place = tag_place::<{ gcm::TAG_LEN }>(room)?;
                *place = gcm.seal(ssrc, index, header, payload)?;
                Ok(len + gcm::TAG_LEN)
            }
            Self::CounterMode(counter_mode) => {
                let place = tag_place::<{ counter_mode::TAG_LEN }>(room)?;
                counter_mode.apply(ssrc, index, payload);
                *place = counter_mode.tag(&[packet, &rollover(index)]);
                Ok(len + counter_mode::TAG_LEN)
            }
        }
    }

    /// Undoes [`protect_rtp`](Self::protect_rtp) on the whole of `packet`; returns the length without the tag.
    pub(super) fn unprotect_rtp(
        &self,
        ssrc: u32,
        index: u64,
        packet: &mut [u8],
        header_len: usize,
    ) -> Result<usize, SrtpError> {
        match self {
            Self::Gcm(gcm) => {
                let (header, sealed) = packet.split_at_mut_checked(header_len).ok_or(SrtpError::TooShort)?;
                let text_len = sealed.len().checked_sub(gcm::TAG_LEN).ok_or(SrtpError::TooShort)?;
                gcm.open(ssrc, index, header, sealed)?;
                Ok(header_len + text_len)
            }
            Self::CounterMode(counter_mode) => {
                let (packet, tag) =
                    packet.split_last_chunk_mut::<{ counter_mode::TAG_LEN }>().ok_or(SrtpError::TooShort)?;
                if packet.len() < header_len {
                    return Err(SrtpError::TooShort);
                }
                if !counter_mode.is_authentic(&[packet, &rollover(index)], tag) {
                    return Err(SrtpError::NotAuthentic);
                }
                let payload = packet.get_mut(header_len..).ok_or(SrtpError::TooShort)?;
                counter_mode.apply(ssrc, index, payload);
                Ok(packet.len())
            }
        }
    }

    /// Protects the RTCP packet in the first `len` bytes of `buffer`; returns its new length.
    pub(super) fn protect_rtcp(
        &self,
        ssrc: u32,
        index: u32,
        buffer: &mut [u8],
        len: usize,
    ) -> Result<usize, SrtpError> {
        let word = (index | ENCRYPTED_FLAG).to_be_bytes();
        let (packet, room) = buffer.split_at_mut_checked(len).ok_or(SrtpError::BufferTooSmall)?;
        let (clear, text) = packet.split_at_mut_checked(RTCP_CLEAR_LEN).ok_or(SrtpError::TooShort)?;
        match self {
            Self::Gcm(gcm) => {
                let trailer = tag_place::<{ gcm::TAG_LEN + INDEX_WORD_LEN }>(room)?;
                let tag = gcm.seal(ssrc, index.into(), &clear_part(clear, word), text)?;
                put_parts(trailer, &tag, &word);
                Ok(len + gcm::TAG_LEN + INDEX_WORD_LEN)
            }
            Self::CounterMode(counter_mode) => {
                let trailer = tag_place::<{ counter_mode::TAG_LEN + INDEX_WORD_LEN }>(room)?;
                counter_mode.apply(ssrc, index.into(), text);
                let tag = counter_mode.tag(&[packet, &word]);
                put_parts(trailer, &word, &tag);
                Ok(len + counter_mode::TAG_LEN + INDEX_WORD_LEN)
            }
        }
    }

    /// The index word of a protected RTCP packet: the E bit and the index.
    pub(super) fn rtcp_index_word(&self, packet: &[u8]) -> Result<u32, SrtpError> {
        let after_word = match self {
            Self::Gcm(_) => 0,
            Self::CounterMode(_) => counter_mode::TAG_LEN,
        };
        let end = packet.len().checked_sub(after_word).ok_or(SrtpError::TooShort)?;
        let word = packet.get(RTCP_CLEAR_LEN..end).and_then(<[u8]>::last_chunk).ok_or(SrtpError::TooShort)?;
        Ok(u32::from_be_bytes(*word))
    }

    /// Undoes [`protect_rtcp`](Self::protect_rtcp) on the whole of `packet`; returns the length without the trailer.
    pub(super) fn unprotect_rtcp(&self, ssrc: u32, index: u32, packet: &mut [u8]) -> Result<usize, SrtpError> {
        match self {
            Self::Gcm(gcm) => {
                let (body, word) = packet.split_last_chunk_mut::<INDEX_WORD_LEN>().ok_or(SrtpError::TooShort)?;
                let (clear, sealed) = body.split_at_mut_checked(RTCP_CLEAR_LEN).ok_or(SrtpError::TooShort)?;
                let text_len = sealed.len().checked_sub(gcm::TAG_LEN).ok_or(SrtpError::TooShort)?;
                gcm.open(ssrc, index.into(), &clear_part(clear, *word), sealed)?;
                Ok(RTCP_CLEAR_LEN + text_len)
            }
            Self::CounterMode(counter_mode) => {
                let (signed, tag) =
                    packet.split_last_chunk_mut::<{ counter_mode::TAG_LEN }>().ok_or(SrtpError::TooShort)?;
                if !counter_mode.is_authentic(&[signed], tag) {
                    return Err(SrtpError::NotAuthentic);
                }
                let len = signed.len().checked_sub(INDEX_WORD_LEN).ok_or(SrtpError::TooShort)?;
                let text = signed.get_mut(RTCP_CLEAR_LEN..len).ok_or(SrtpError::TooShort)?;
                counter_mode.apply(ssrc, index.into(), text);
                Ok(len)
            }
        }
    }
}

fn tag_place<const N: usize>(room: &mut [u8]) -> Result<&mut [u8; N], SrtpError> {
    room.first_chunk_mut().ok_or(SrtpError::BufferTooSmall)
}

/// The rollover counter, which HMAC covers though it is not sent.
const fn rollover(index: u64) -> [u8; 4] {
    let [_, _, high, second, third, low, _, _] = index.to_be_bytes();
    [high, second, third, low]
}

/// What AES-GCM authenticates of an RTCP packet besides its text (RFC 7714, section 9.2).
fn clear_part(clear: &[u8], word: [u8; INDEX_WORD_LEN]) -> [u8; RTCP_CLEAR_LEN + INDEX_WORD_LEN] {
    let mut joined = [0; RTCP_CLEAR_LEN + INDEX_WORD_LEN];
    put_parts(&mut joined, clear, &word);
    joined
}

fn put_parts(place: &mut [u8], first: &[u8], second: &[u8]) {
    for (byte, value) in place.iter_mut().zip(first.iter().chain(second)) {
        *byte = *value;
    }
}
