//! The common RTCP header (RFC 3550, section 6.4.1), read and written.

use super::RtcpError;
use crate::bytes::{Reader, WriteError, Writer};

const VERSION: u8 = 2;
const PADDING_BIT: u8 = 0x20;
const HEADER_LEN: usize = 4;
/// The low five bits of the first byte: a count, or the format of feedback.
const COUNT_MASK: u8 = 0x1f;

/// One packet of a compound, without header and padding.
pub(super) struct Frame<'a> {
    pub(super) packet_type: u8,
    pub(super) count: u8,
    pub(super) body: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Takes the next packet off a compound.
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, RtcpError> {
        let [flags, packet_type] = reader.array().ok_or(RtcpError::BadFraming)?;
        let words = reader.u16().ok_or(RtcpError::BadFraming)?;
        let padded = reader.take(4 * usize::from(words)).ok_or(RtcpError::BadFraming)?;
        if flags >> 6 != VERSION {
            return Err(RtcpError::BadFraming);
        }
        let body = if flags & PADDING_BIT == 0 { padded } else { without_padding(padded)? };
        Ok(Self { packet_type, count: flags & COUNT_MASK, body })
    }
}

fn without_padding(padded: &[u8]) -> Result<&[u8], RtcpError> {
    let padding = padded.last().copied().filter(|padding| *padding > 0).ok_or(RtcpError::BadFraming)?;
    let len = padded.len().checked_sub(padding.into()).ok_or(RtcpError::BadFraming)?;
    padded.get(..len).ok_or(RtcpError::BadFraming)
}

/// Appends a packet whose body `write_body` writes, padded to whole words. On failure nothing is appended.
pub(super) fn write_packet<T>(
    out: &mut Writer<'_>,
    packet_type: u8,
    count: u8,
    write_body: impl FnOnce(&mut Writer<'_>) -> Result<T, WriteError>,
) -> Result<T, WriteError> {
    let start = out.len();
    let written = write_frame(out, packet_type, count, write_body);
    if written.is_err() {
        out.truncate(start);
    }
    written
}

fn write_frame<T>(
    out: &mut Writer<'_>,
    packet_type: u8,
    count: u8,
    write_body: impl FnOnce(&mut Writer<'_>) -> Result<T, WriteError>,
) -> Result<T, WriteError> {
    let start = out.len();
    let mut first = VERSION << 6 | (count & COUNT_MASK);
    out.u8(first)?;
    out.u8(packet_type)?;
    out.u16(0)?;
    let result = write_body(out)?;
    let padding = (out.len() - start).next_multiple_of(4) - (out.len() - start);
    if padding > 0 {
        first |= PADDING_BIT;
        out.put([0, 0, 0].get(..padding - 1).unwrap_or_default())?;
        // Less than four.
        out.u8(padding as u8)?;
    }
    let words = (out.len() - start - HEADER_LEN) / 4;
    let words = u16::try_from(words).map_err(|_| WriteError::ValueTooLarge)?;
    out.overwrite(start, &[first])?;
    out.overwrite(start + 2, &words.to_be_bytes())?;
    Ok(result)
}

/// The two SSRCs with which every feedback packet starts: who reports, and on which stream.
pub(super) fn read_feedback_ssrcs(reader: &mut Reader<'_>) -> Option<(u32, u32)> {
    Some((reader.u32()?, reader.u32()?))
}

/// The big-endian numbers of a body that holds nothing else.
pub(super) fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> + Clone + use<'_> {
    bytes.as_chunks().0.iter().map(|number| u32::from_be_bytes(*number))
}
