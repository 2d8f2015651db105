//! The payload: an aggregation header and OBU elements (sections 4.3 and 4.4 of the RTP specification).

use super::sequence_header::max_resolution;
use crate::bytes::Reader;
use crate::codec::{CodecError, FrameInfo, Resolution};

const OBU_SEQUENCE_HEADER: u8 = 1;
const LEB128_MAX_LEN: usize = 8;

/// The first byte of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AggregationHeader {
    /// Z: the first element goes on with an OBU from the packet before.
    pub continues_previous: bool,
    /// Y: the last element goes on in the next packet.
    pub continues_in_next: bool,
    /// W: how many elements there are, 1 to 3; 0 is any number, each with its length.
    pub element_count: u8,
    /// N: a coded video sequence starts here.
    pub starts_sequence: bool,
}

impl AggregationHeader {
    const fn from_byte(byte: u8) -> Self {
        Self {
            continues_previous: byte & 0x80 != 0,
            continues_in_next: byte & 0x40 != 0,
            element_count: (byte >> 4) & 0x03,
            starts_sequence: byte & 0x08 != 0,
        }
    }
}

/// What a payload tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PacketInfo {
    /// The aggregation header.
    pub header: AggregationHeader,
    /// The temporal layer, where the first whole OBU tells it.
    pub temporal: u8,
    /// The spatial layer, likewise.
    pub spatial: u8,
    /// The greatest size of the sequence, from a whole sequence header.
    pub resolution: Option<Resolution>,
}

impl PacketInfo {
    /// Reads an RTP payload.
    ///
    /// # Errors
    /// [`CodecError::TooShort`].
    pub fn parse(payload: &[u8]) -> Result<Self, CodecError> {
        let (first, rest) = payload.split_first().ok_or(CodecError::TooShort)?;
        let header = AggregationHeader::from_byte(*first);
        let mut info = Self { header, temporal: 0, spatial: 0, resolution: None };
        let mut elements = ObuElements::new(header, rest);
        if header.continues_previous {
            elements.next().ok_or(CodecError::TooShort)??;
        }
        let mut layers = None;
        for element in elements {
            let obu = Obu::parse(element?).ok_or(CodecError::TooShort)?;
            layers = layers.or(obu.layers);
            if obu.obu_type == OBU_SEQUENCE_HEADER {
                info.resolution = info.resolution.or_else(|| max_resolution(obu.data));
            }
        }
        (info.temporal, info.spatial) = layers.unwrap_or_default();
        Ok(info)
    }

    /// What it tells; `marker` is that of the RTP header. With a dependency descriptor ask that instead.
    pub const fn frame_info(&self, marker: bool) -> FrameInfo {
        FrameInfo {
            keyframe: self.header.starts_sequence,
            starts_frame: !self.header.continues_previous,
            ends_frame: marker,
            spatial: self.spatial,
            temporal: self.temporal,
            switch_up: self.temporal == 0,
            discardable: false,
            resolution: self.resolution,
        }
    }
}

/// Goes through the elements of a payload; one that is cut short is an error and the last.
struct ObuElements<'a> {
    reader: Reader<'a>,
    /// How many elements are left, where the header says it.
    left: Option<u8>,
}

impl<'a> ObuElements<'a> {
    /// Over what follows the aggregation header.
    fn new(header: AggregationHeader, rest: &'a [u8]) -> Self {
        Self { reader: Reader::new(rest), left: Some(header.element_count).filter(|count| *count > 0) }
    }

    fn read(&mut self) -> Option<&'a [u8]> {
        // The last of a known number takes what is left.
        let len = if self.left == Some(1) { self.reader.remaining() } else { read_leb128(&mut self.reader)? };
        self.left = self.left.map(|left| left.saturating_sub(1));
        self.reader.take(len)
    }
}

impl<'a> Iterator for ObuElements<'a> {
    type Item = Result<&'a [u8], CodecError>;

    fn next(&mut self) -> Option<Self::Item> {
        let at_end = self.left.map_or(self.reader.is_empty(), |left| left == 0);
        if at_end {
            return None;
        }
        let element = self.read().ok_or(CodecError::TooShort);
        if element.is_err() {
            (self.reader, self.left) = (Reader::new(&[]), None);
        }
        Some(element)
    }
}

/// The start of an OBU (AV1, section 5.3.2), and what follows it.
struct Obu<'a> {
    obu_type: u8,
    /// Temporal and spatial id.
    layers: Option<(u8, u8)>,
    data: &'a [u8],
}

impl<'a> Obu<'a> {
    fn parse(element: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(element);
        let header = reader.u8()?;
        let layers = if header & 0x04 == 0 {
            None
        } else {
            let extension = reader.u8()?;
            Some((extension >> 5, (extension >> 3) & 0x03))
        };
        if header & 0x02 != 0 {
            read_leb128(&mut reader)?;
        }
        Some(Self { obu_type: (header >> 3) & 0x0f, layers, data: reader.rest() })
    }
}

/// leb128() (AV1, section 4.10.5): seven bits a byte, the low ones first.
fn read_leb128(reader: &mut Reader<'_>) -> Option<usize> {
    let mut value: u64 = 0;
    for position in 0..LEB128_MAX_LEN {
        let byte = reader.u8()?;
        value |= u64::from(byte & 0x7f) << (7 * position);
        if byte & 0x80 == 0 {
            return usize::try_from(value).ok();
        }
    }
    None
}
