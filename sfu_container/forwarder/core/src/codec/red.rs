//! Redundant audio (RFC 2198): a packet with copies of earlier payloads before its own.

use super::CodecError;
use crate::bytes::Reader;

/// More copies are refused; WebRTC peers send one or two.
pub const MAX_REDUNDANT_BLOCKS: usize = 16;

const REDUNDANT_HEADER_LEN: usize = 4;

/// One payload in the packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block<'a> {
    /// Its payload type.
    pub payload_type: u8,
    /// How many clock ticks it is older than the packet's timestamp.
    pub timestamp_offset: u16,
    /// The payload.
    pub data: &'a [u8],
}

/// A redundant packet whose block lengths are valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedundantPacket<'a> {
    /// The payload that the packet was sent for.
    pub primary: Block<'a>,
    headers: &'a [u8],
    data: &'a [u8],
}

impl<'a> RedundantPacket<'a> {
    /// Reads the block headers and checks that their lengths fit.
    ///
    /// # Errors
    /// [`CodecError::TooShort`] and [`CodecError::Malformed`].
    pub fn parse(payload: &'a [u8]) -> Result<Self, CodecError> {
        let mut reader = Reader::new(payload);
        let mut redundant_len = 0;
        let mut blocks = 0;
        while reader.rest().first().is_some_and(|first| first & 0x80 != 0) {
            let (_, _, len) = read_header(&mut reader).ok_or(CodecError::TooShort)?;
            redundant_len += len;
            blocks += 1;
            if blocks > MAX_REDUNDANT_BLOCKS {
                return Err(CodecError::Malformed);
            }
        }
        let payload_type = reader.u8().ok_or(CodecError::TooShort)?;
        let headers = payload.get(..blocks * REDUNDANT_HEADER_LEN).ok_or(CodecError::TooShort)?;
        let data = reader.take(redundant_len).ok_or(CodecError::TooShort)?;
        let primary = Block { payload_type, timestamp_offset: 0, data: reader.rest() };
        Ok(Self { primary, headers, data })
    }

    /// The copies of earlier payloads, in order, usually the oldest first.
    pub fn redundant(&self) -> impl Iterator<Item = Block<'a>> + use<'a> {
        let mut headers = Reader::new(self.headers);
        let mut data = Reader::new(self.data);
        std::iter::from_fn(move || {
            let (payload_type, timestamp_offset, len) = read_header(&mut headers)?;
            Some(Block { payload_type, timestamp_offset, data: data.take(len)? })
        })
    }
}

/// Gives all blocks of a valid packet another payload type, in place.
pub fn rewrite_payload_types(payload: &mut [u8], payload_type: u8) {
    let mut at = 0;
    while let Some(first) = payload.get_mut(at) {
        let is_redundant = *first & 0x80 != 0;
        *first = (*first & 0x80) | (payload_type & 0x7f);
        if !is_redundant {
            return;
        }
        at += REDUNDANT_HEADER_LEN;
    }
}

/// Payload type, timestamp offset (14 bits) and length (10 bits) of a redundant block (RFC 2198, section 3).
fn read_header(headers: &mut Reader<'_>) -> Option<(u8, u16, usize)> {
    let payload_type = headers.u8()? & 0x7f;
    let rest = headers.u24()?;
    // The upper 14 of 24 bits.
    Some((payload_type, (rest >> 10) as u16, (rest & 0x3ff) as usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primary_and_copies_are_told_apart() {
        // Two copies, 1920 and 960 ticks old, of 2 and 1 bytes.
        let payload =
            [0x80 | 111, 0x1e, 0x00, 0x02, 0x80 | 111, 0x0f, 0x00, 0x01, 111, 0xa1, 0xa2, 0xb1, 0xc1, 0xc2, 0xc3];
        let packet = RedundantPacket::parse(&payload).unwrap();
        assert_eq!(packet.primary, Block { payload_type: 111, timestamp_offset: 0, data: &[0xc1, 0xc2, 0xc3] });
        let copies: Vec<_> = packet.redundant().map(|block| (block.timestamp_offset, block.data)).collect();
        assert_eq!(copies, [(1_920, &[0xa1, 0xa2][..]), (960, &[0xb1])]);
    }

    #[test]
    fn all_blocks_get_the_payload_type_and_nothing_else_changes() {
        let mut payload =
            [0x80 | 111, 0x1e, 0x00, 0x02, 0x80 | 111, 0x0f, 0x00, 0x01, 111, 0xa1, 0xa2, 0xb1, 0xc1, 0xc2, 0xc3];
        let before = payload;
        rewrite_payload_types(&mut payload, 96);
        let changed: Vec<_> = (0..payload.len()).filter(|at| payload[*at] != before[*at]).collect();
        assert_eq!(changed, [0, 4, 8]);
        let packet = RedundantPacket::parse(&payload).unwrap();
        let copies = packet.redundant().chain([packet.primary]);
        assert!(copies.map(|block| block.payload_type).eq([96, 96, 96]));
    }

    #[test]
    fn a_packet_without_copies_is_its_primary() {
        let packet = RedundantPacket::parse(&[111, 5, 6]).unwrap();
        assert_eq!((packet.primary.data, packet.redundant().count()), (&[5, 6][..], 0));
    }

    #[test]
    fn lengths_beyond_the_packet_are_refused() {
        for payload in [&[][..], &[0xef], &[0xef, 0, 0, 1], &[0xef, 0, 0, 1, 111]] {
            assert_eq!(RedundantPacket::parse(payload), Err(CodecError::TooShort), "{payload:?}");
        }
        assert_eq!(RedundantPacket::parse(&[0x80; 200]), Err(CodecError::Malformed));
    }
}
