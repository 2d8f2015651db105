//! Who a stream belongs to, and that it ended (RFC 3550, sections 6.5 and 6.6).

use super::framing::{numbers, write_packet};
use super::packet_type;
use crate::bytes::{Reader, WriteError, Writer};

const ITEM_END: u8 = 0;
const ITEM_CNAME: u8 = 1;

/// SDES.
#[derive(Debug, Clone)]
pub struct SourceDescription<'a> {
    count: u8,
    body: &'a [u8],
}

impl<'a> SourceDescription<'a> {
    pub(super) const fn new(count: u8, body: &'a [u8]) -> Self {
        Self { count, body }
    }

    /// Each stream with its CNAME, which streams of one source share. Ends at the first chunk that is cut short.
    pub fn cnames(&self) -> impl Iterator<Item = (u32, &'a [u8])> + use<'a> {
        let mut reader = Reader::new(self.body);
        (0..self.count).map_while(move |_| read_chunk(&mut reader)).filter_map(|(ssrc, cname)| Some((ssrc, cname?)))
    }
}

fn read_chunk<'a>(reader: &mut Reader<'a>) -> Option<(u32, Option<&'a [u8]>)> {
    let ssrc = reader.u32()?;
    let before = reader.remaining();
    let mut cname = None;
    loop {
        match reader.u8()? {
            ITEM_END => break,
            kind => {
                let len = reader.u8()?;
                let text = reader.take(len.into())?;
                if kind == ITEM_CNAME {
                    cname.get_or_insert(text);
                }
            }
        }
    }
    // Zeros fill the chunk up to the next word.
    let read = before - reader.remaining();
    reader.take(read.next_multiple_of(4) - read)?;
    Some((ssrc, cname))
}

/// Appends an SDES packet that gives one stream its CNAME, which every compound must hold (RFC 3550, section 6.1).
///
/// # Errors
/// [`WriteError::ValueTooLarge`] for a name of more than 255 bytes, [`WriteError::BufferTooSmall`].
pub fn write_cname(out: &mut Writer<'_>, ssrc: u32, cname: &[u8]) -> Result<(), WriteError> {
    let len = u8::try_from(cname.len()).map_err(|_| WriteError::ValueTooLarge)?;
    write_packet(out, packet_type::SOURCE_DESCRIPTION, 1, |body| {
        body.u32(ssrc)?;
        body.u8(ITEM_CNAME)?;
        body.u8(len)?;
        body.put(cname)?;
        // The end of the list is at least one zero; the packet starts at a multiple of four, so this fills the word.
        body.u8(ITEM_END)?;
        let item_len = 3 + cname.len();
        (item_len..item_len.next_multiple_of(4)).try_for_each(|_| body.u8(0))
    })
}

/// BYE.
#[derive(Debug, Clone)]
pub struct Goodbye<'a> {
    ssrcs: &'a [u8],
}

impl<'a> Goodbye<'a> {
    pub(super) fn parse(count: u8, body: &'a [u8]) -> Option<Self> {
        Some(Self { ssrcs: Reader::new(body).take(4 * usize::from(count))? })
    }

    /// The streams that ended.
    pub fn ssrcs(&self) -> impl Iterator<Item = u32> + use<'a> {
        numbers(self.ssrcs)
    }
}
