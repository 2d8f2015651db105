//! Generic NACK (RFC 4585, section 6.2.1).

use super::framing::{numbers, read_feedback_ssrcs, write_packet};
use super::{feedback_format, packet_type};
use crate::bytes::{Reader, WriteError, Writer};

/// How many sequence numbers after the first one an entry can name.
const FOLLOWING: u16 = 16;

/// Packets of one stream that its receiver asks for again.
#[derive(Debug, Clone)]
pub struct Nack<'a> {
    /// Who asks.
    pub sender_ssrc: u32,
    /// The stream.
    pub media_ssrc: u32,
    entries: &'a [u8],
}

impl<'a> Nack<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(body);
        let (sender_ssrc, media_ssrc) = read_feedback_ssrcs(&mut reader)?;
        Some(Self { sender_ssrc, media_ssrc, entries: reader.rest() })
    }

    /// The sequence numbers asked for: at most 17 for each four bytes, in the order of the entries.
    pub fn sequences(&self) -> impl Iterator<Item = u16> + use<'a> {
        numbers(self.entries).flat_map(|entry| {
            // An entry is a sequence number and a bit for each of the next 16.
            let (first, mask) = ((entry >> 16) as u16, entry & 0xffff);
            let following = (1..=FOLLOWING).filter(move |step| mask & (1 << (step - 1)) != 0);
            std::iter::once(first).chain(following.map(move |step| first.wrapping_add(step)))
        })
    }
}

/// Appends a NACK for `sequences`, which come in order, oldest first, and are at least one.
///
/// # Errors
/// [`WriteError::BufferTooSmall`].
pub fn write_nack(
    out: &mut Writer<'_>,
    sender_ssrc: u32,
    media_ssrc: u32,
    sequences: impl IntoIterator<Item = u16>,
) -> Result<(), WriteError> {
    write_packet(out, packet_type::TRANSPORT_LAYER_FEEDBACK, feedback_format::NACK, |body| {
        body.u32(sender_ssrc)?;
        body.u32(media_ssrc)?;
        let mut sequences = sequences.into_iter().peekable();
        while let Some(first) = sequences.next() {
            let mut mask: u16 = 0;
            while let Some(next) = sequences.next_if(|next| (1..=FOLLOWING).contains(&next.wrapping_sub(first))) {
                mask |= 1 << (next.wrapping_sub(first) - 1);
            }
            body.u16(first)?;
            body.u16(mask)?;
        }
        Ok(())
    })
}
