//! The picture id of VP8 and VP9 descriptors, which are alike (RFC 7741, section 4.2; RFC 9628, section 4.2).

use super::CodecError;
use crate::bytes::Reader;

const WIDE_BIT: u8 = 0x80;

/// Counts the pictures, in 7 or 15 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureId {
    /// The number.
    pub value: u16,
    /// Whether it has 15 bits rather than 7.
    pub is_wide: bool,
    /// Where it starts in the payload.
    offset: usize,
}

impl PictureId {
    /// The values that there are, less one: adding wraps by AND with this.
    pub const fn mask(self) -> u16 {
        if self.is_wide { 0x7fff } else { 0x7f }
    }

    pub(super) fn read(reader: &mut Reader<'_>, offset: usize) -> Option<Self> {
        let first = reader.u8()?;
        if first & WIDE_BIT == 0 {
            return Some(Self { value: first.into(), is_wide: false, offset });
        }
        let value = u16::from_be_bytes([first & !WIDE_BIT, reader.u8()?]);
        Some(Self { value, is_wide: true, offset })
    }

    /// Writes another value in its place, cut to its width.
    pub(super) fn rewrite(self, payload: &mut [u8], value: u16) -> Result<(), CodecError> {
        let [high, low] = (value & self.mask()).to_be_bytes();
        let place = payload.get_mut(self.offset..).ok_or(CodecError::TooShort)?;
        match place {
            [first, second, ..] if self.is_wide => (*first, *second) = (high | WIDE_BIT, low),
            [first, ..] if !self.is_wide => *first = low,
            _ => return Err(CodecError::TooShort),
        }
        Ok(())
    }
}
