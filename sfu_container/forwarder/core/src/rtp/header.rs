//! The RTP header (RFC 3550, section 5.1).

use super::RtpError;
use super::extension::{ExtensionFormat, Extensions};
use crate::bytes::Reader;

/// The length of a header without CSRCs and extensions, in bytes.
pub const FIXED_HEADER_LEN: usize = 12;
/// The most contributing sources a header can name.
pub const MAX_CSRCS: usize = 15;

const VERSION: u8 = 2;

/// A header whose bounds are valid. It holds values and offsets, no reference: the packet may be opened or rewritten
/// in place while the header is kept. Methods that take `packet` want the bytes that it was parsed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// For video the last packet of a frame, for audio the first after silence.
    pub marker: bool,
    /// The payload type, less than 128.
    pub payload_type: u8,
    /// The sequence number.
    pub sequence: u16,
    /// In ticks of the codec's clock.
    pub timestamp: u32,
    /// The stream.
    pub ssrc: u32,
    /// How many CSRCs follow, at most [`MAX_CSRCS`].
    pub csrc_count: u8,
    /// Whether the payload ends in padding.
    pub has_padding: bool,
    /// How extensions are written, when the header has any in a format of RFC 8285.
    pub extension_format: Option<ExtensionFormat>,
    /// The whole header in bytes, with CSRCs and extensions; the payload follows.
    pub len: usize,
}

impl Header {
    /// Reads the header and checks that CSRCs and extensions end inside the packet. Padding is checked by
    /// [`payload`](Self::payload), for in SRTP it is encrypted.
    ///
    /// # Errors
    /// [`RtpError::TooShort`] and [`RtpError::WrongVersion`].
    pub fn parse(packet: &[u8]) -> Result<Self, RtpError> {
        let mut reader = Reader::new(packet);
        let [flags, marker_and_type] = reader.array().ok_or(RtpError::TooShort)?;
        if flags >> 6 != VERSION {
            return Err(RtpError::WrongVersion);
        }
        let mut header = Self {
            marker: marker_and_type & 0x80 != 0,
            payload_type: marker_and_type & 0x7f,
            sequence: reader.u16().ok_or(RtpError::TooShort)?,
            timestamp: reader.u32().ok_or(RtpError::TooShort)?,
            ssrc: reader.u32().ok_or(RtpError::TooShort)?,
            csrc_count: flags & 0x0f,
            has_padding: flags & 0x20 != 0,
            extension_format: None,
            len: 0,
        };
        reader.take(4 * usize::from(header.csrc_count)).ok_or(RtpError::TooShort)?;
        if flags & 0x10 != 0 {
            let profile = reader.u16().ok_or(RtpError::TooShort)?;
            let words = reader.u16().ok_or(RtpError::TooShort)?;
            reader.take(4 * usize::from(words)).ok_or(RtpError::TooShort)?;
            header.extension_format = ExtensionFormat::from_profile(profile);
        }
        header.len = packet.len() - reader.remaining();
        Ok(header)
    }

    /// The contributing sources, in order.
    pub fn csrcs<'a>(&self, packet: &'a [u8]) -> impl Iterator<Item = u32> + use<'a> {
        let bytes = packet.get(FIXED_HEADER_LEN..self.csrcs_end()).unwrap_or_default();
        bytes.as_chunks().0.iter().map(|csrc| u32::from_be_bytes(*csrc))
    }

    /// The extension elements, in order.
    pub fn extensions<'a>(&self, packet: &'a [u8]) -> Extensions<'a> {
        // Four bytes of profile and length stand before the elements.
        let start = self.csrcs_end() + 4;
        match self.extension_format {
            Some(format) => Extensions::new(packet.get(start..self.len).unwrap_or_default(), format, start),
            None => Extensions::new(&[], ExtensionFormat::OneByte, start),
        }
    }

    /// The data of the first extension element with `id`.
    pub fn extension<'a>(&self, packet: &'a [u8], id: u8) -> Option<&'a [u8]> {
        self.extensions(packet).find(|extension| extension.id == id).map(|extension| extension.data)
    }

    /// The payload of an open packet without padding.
    ///
    /// # Errors
    /// [`RtpError::TooShort`] and [`RtpError::BadPadding`].
    pub fn payload<'a>(&self, packet: &'a [u8]) -> Result<&'a [u8], RtpError> {
        let padded = packet.get(self.len..).ok_or(RtpError::TooShort)?;
        if !self.has_padding {
            return Ok(padded);
        }
        // The last byte counts the padding with itself.
        let padding = padded.last().copied().filter(|padding| *padding > 0).ok_or(RtpError::BadPadding)?;
        let len = padded.len().checked_sub(padding.into()).ok_or(RtpError::BadPadding)?;
        padded.get(..len).ok_or(RtpError::BadPadding)
    }

    const fn csrcs_end(&self) -> usize {
        FIXED_HEADER_LEN + 4 * self.csrc_count as usize
    }
}

/// The sequence number and SSRC of a packet, without the checks of [`Header::parse`].
///
/// # Errors
/// [`RtpError::TooShort`].
pub fn sequence_and_ssrc(packet: &[u8]) -> Result<(u16, u32), RtpError> {
    let fixed = packet.first_chunk::<FIXED_HEADER_LEN>().ok_or(RtpError::TooShort)?;
    let [_, _, high, low, _, _, _, _, ssrc @ ..] = *fixed;
    Ok((u16::from_be_bytes([high, low]), u32::from_be_bytes(ssrc)))
}
