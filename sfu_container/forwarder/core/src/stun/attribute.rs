//! The attributes of a STUN message (RFC 8489, section 14).

use super::{HEADER_LEN, StunError};
use crate::bytes::Reader;

/// Attribute types (RFC 8489, section 18.3; RFC 8445, section 16.1).
pub mod kind {
    /// The two ICE user fragments, the receiver's first.
    pub const USERNAME: u16 = 0x0006;
    /// HMAC-SHA1 of what stands before it.
    pub const MESSAGE_INTEGRITY: u16 = 0x0008;
    /// Why a request was refused.
    pub const ERROR_CODE: u16 = 0x0009;
    /// The attributes that a 420 is about.
    pub const UNKNOWN_ATTRIBUTES: u16 = 0x000a;
    /// The address that a request came from.
    pub const XOR_MAPPED_ADDRESS: u16 = 0x0020;
    /// The priority of the candidate pair.
    pub const PRIORITY: u16 = 0x0024;
    /// The controlling side chose this pair.
    pub const USE_CANDIDATE: u16 = 0x0025;
    /// CRC-32 of the message.
    pub const FINGERPRINT: u16 = 0x8028;
    /// The sender believes that it is controlled.
    pub const ICE_CONTROLLED: u16 = 0x8029;
    /// The sender believes that it is controlling.
    pub const ICE_CONTROLLING: u16 = 0x802a;

    /// Whether a receiver that does not know `kind` must refuse the request (RFC 8489, section 14).
    pub const fn must_be_understood(kind: u16) -> bool {
        kind < 0x8000
    }
}

/// One attribute as it stands in the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// Its type, see [`kind`].
    pub kind: u16,
    /// Its value without padding.
    pub value: &'a [u8],
    /// Where its header starts, in bytes from the start of the message.
    pub offset: usize,
}

/// Goes through the attributes in order; one that runs over the end is an error and the last.
#[derive(Debug, Clone)]
pub struct Attributes<'a> {
    reader: Reader<'a>,
    offset: usize,
}

impl<'a> Attributes<'a> {
    pub(super) const fn new(after_header: &'a [u8]) -> Self {
        Self { reader: Reader::new(after_header), offset: HEADER_LEN }
    }

    fn read(&mut self) -> Option<Attribute<'a>> {
        let offset = self.offset;
        let before = self.reader.remaining();
        let kind = self.reader.u16()?;
        let length = usize::from(self.reader.u16()?);
        let value = self.reader.take(length)?;
        self.reader.take(length.next_multiple_of(4) - length)?;
        self.offset += before - self.reader.remaining();
        Some(Attribute { kind, value, offset })
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<Attribute<'a>, StunError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_empty() {
            return None;
        }
        let attribute = self.read().ok_or(StunError::BadAttribute);
        if attribute.is_err() {
            self.reader = Reader::new(&[]);
        }
        Some(attribute)
    }
}
