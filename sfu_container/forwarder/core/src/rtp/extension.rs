//! Header extension elements (RFC 8285, section 4).

use crate::bytes::Reader;

const ONE_BYTE_PROFILE: u16 = 0xbede;
const TWO_BYTE_PROFILE: u16 = 0x1000;
/// The low four bits of the two-byte profile are for the application.
const TWO_BYTE_MASK: u16 = 0xfff0;
/// In the one-byte format padding is a byte 0; with a length, the id of padding ends the list as well.
const ONE_BYTE_PADDING: u8 = 0;
/// In the one-byte format this id ends the list (RFC 8285, section 4.2).
const ONE_BYTE_END: u8 = 15;

/// How the elements of a header are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExtensionFormat {
    /// Ids 1 to 14, data of 1 to 16 bytes.
    OneByte,
    /// Ids 1 to 255, data of 0 to 255 bytes. Needs `a=extmap-allow-mixed`.
    TwoByte,
}

impl ExtensionFormat {
    /// The format that the first 16 bits of the extension block stand for.
    pub const fn from_profile(profile: u16) -> Option<Self> {
        if profile == ONE_BYTE_PROFILE {
            Some(Self::OneByte)
        } else if profile & TWO_BYTE_MASK == TWO_BYTE_PROFILE {
            Some(Self::TwoByte)
        } else {
            None
        }
    }

    /// The first 16 bits of the extension block.
    pub const fn profile(self) -> u16 {
        match self {
            Self::OneByte => ONE_BYTE_PROFILE,
            Self::TwoByte => TWO_BYTE_PROFILE,
        }
    }

    /// Whether an element can be written so.
    pub fn fits(self, id: u8, data: &[u8]) -> bool {
        match self {
            Self::OneByte => (1..ONE_BYTE_END).contains(&id) && (1..=16).contains(&data.len()),
            Self::TwoByte => id > 0 && data.len() <= 255,
        }
    }
}

/// One element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension<'a> {
    /// The id that SDP gave to the extension.
    pub id: u8,
    /// The data of the element.
    pub data: &'a [u8],
    /// Where the data starts, in bytes from the start of the packet.
    pub offset: usize,
}

/// Goes through the elements in order, over padding. An element that runs over the end of the block ends it.
#[derive(Debug, Clone)]
pub struct Extensions<'a> {
    reader: Reader<'a>,
    format: ExtensionFormat,
    end: usize,
}

impl<'a> Extensions<'a> {
    /// Over the elements in `block`, which starts at `offset` in the packet.
    pub(super) const fn new(block: &'a [u8], format: ExtensionFormat, offset: usize) -> Self {
        Self { reader: Reader::new(block), format, end: offset + block.len() }
    }

    fn read_element_header(&mut self) -> Option<(u8, usize)> {
        loop {
            let first = self.reader.u8()?;
            match self.format {
                ExtensionFormat::OneByte | ExtensionFormat::TwoByte if first == 0 => {}
                ExtensionFormat::OneByte if matches!(first >> 4, ONE_BYTE_PADDING | ONE_BYTE_END) => return None,
                ExtensionFormat::OneByte => return Some((first >> 4, usize::from(first & 0x0f) + 1)),
                ExtensionFormat::TwoByte => return Some((first, self.reader.u8()?.into())),
            }
        }
    }
}

impl<'a> Iterator for Extensions<'a> {
    type Item = Extension<'a>;

    fn next(&mut self) -> Option<Extension<'a>> {
        let element = self.read_element_header().and_then(|(id, len)| {
            let offset = self.end - self.reader.remaining();
            Some(Extension { id, data: self.reader.take(len)?, offset })
        });
        if element.is_none() {
            self.reader = Reader::new(&[]);
        }
        element
    }
}
