//! Writing the header that a Slot sends.

use super::extension::ExtensionFormat;
use super::header::{FIXED_HEADER_LEN, MAX_CSRCS};
use crate::bytes::{WriteError, Writer};

const VERSION_BITS: u8 = 0x80;
const EXTENSION_BIT: u8 = 0x10;

/// The values of a header that every packet has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FixedFields {
    /// See [`Header::marker`](super::Header::marker).
    pub marker: bool,
    /// The payload type, less than 128.
    pub payload_type: u8,
    /// The sequence number.
    pub sequence: u16,
    /// In ticks of the codec's clock.
    pub timestamp: u32,
    /// The stream.
    pub ssrc: u32,
}

/// Writes a header into the start of a buffer: fixed fields and CSRCs first, then extension elements one by one.
///
/// ```
/// use parley_forwarder_core::rtp::{ExtensionFormat, FixedFields, HeaderWriter};
///
/// let mut packet = [0; 1500];
/// let fields = FixedFields { marker: true, payload_type: 96, sequence: 7, timestamp: 90_000, ssrc: 0xcafe };
/// let mut header = HeaderWriter::start(&mut packet, &fields, &[], ExtensionFormat::OneByte)?;
/// header.extension(3, b"0")?;
/// assert_eq!(header.finish()?, 20);
/// # Ok::<(), parley_forwarder_core::bytes::WriteError>(())
/// ```
#[derive(Debug)]
pub struct HeaderWriter<'a> {
    writer: Writer<'a>,
    format: ExtensionFormat,
    /// Where the extension block starts, once it does.
    block: Option<usize>,
    flags: u8,
}

impl<'a> HeaderWriter<'a> {
    /// Writes the fixed fields and the contributing sources.
    ///
    /// # Errors
    /// [`WriteError::BufferTooSmall`]; [`WriteError::ValueTooLarge`] for more than 15 sources or a payload type that
    /// has more than 7 bits.
    pub fn start(
        out: &'a mut [u8],
        fields: &FixedFields,
        csrcs: &[u32],
        format: ExtensionFormat,
    ) -> Result<Self, WriteError> {
        if csrcs.len() > MAX_CSRCS || fields.payload_type > 0x7f {
            return Err(WriteError::ValueTooLarge);
        }
        // At most 15, so it fits the low bits.
        let flags = VERSION_BITS | csrcs.len() as u8;
        let mut writer = Writer::new(out);
        writer.u8(flags)?;
        writer.u8(u8::from(fields.marker) << 7 | fields.payload_type)?;
        writer.u16(fields.sequence)?;
        writer.u32(fields.timestamp)?;
        writer.u32(fields.ssrc)?;
        debug_assert_eq!(writer.len(), FIXED_HEADER_LEN);
        for csrc in csrcs {
            writer.u32(*csrc)?;
        }
        Ok(Self { writer, format, block: None, flags })
    }

    /// Appends an element; returns the offset of its data in the buffer, for values that are known only when the packet
    /// leaves.
    ///
    /// # Errors
    /// [`WriteError::ValueTooLarge`] when the format cannot hold it, [`WriteError::BufferTooSmall`]. Nothing was
    /// written then, and the header can go on without the element.
    pub fn extension(&mut self, id: u8, data: &[u8]) -> Result<usize, WriteError> {
        if !self.format.fits(id, data) {
            return Err(WriteError::ValueTooLarge);
        }
        let before = self.writer.len();
        let block = self.block;
        self.append(id, data).inspect_err(|_| {
            self.writer.truncate(before);
            self.block = block;
        })
    }

    /// Pads the extension block and sets its length; returns the length of the whole header in bytes.
    ///
    /// # Errors
    /// [`WriteError::BufferTooSmall`].
    pub fn finish(mut self) -> Result<usize, WriteError> {
        if let Some(block) = self.block {
            self.writer.align(4)?;
            let words = (self.writer.len() - block) / 4 - 1;
            let words = u16::try_from(words).map_err(|_| WriteError::ValueTooLarge)?;
            self.writer.overwrite(block + 2, &words.to_be_bytes())?;
            self.writer.overwrite(0, &[self.flags | EXTENSION_BIT])?;
        }
        Ok(self.writer.len())
    }

    fn append(&mut self, id: u8, data: &[u8]) -> Result<usize, WriteError> {
        if self.block.is_none() {
            self.block = Some(self.writer.len());
            self.writer.u16(self.format.profile())?;
            self.writer.u16(0)?;
        }
        // `fits` has checked that the length fits its field.
        let len = data.len() as u8;
        match self.format {
            ExtensionFormat::OneByte => self.writer.u8(id << 4 | (len - 1))?,
            ExtensionFormat::TwoByte => {
                self.writer.u8(id)?;
                self.writer.u8(len)?;
            }
        }
        let offset = self.writer.len();
        self.writer.put(data)?;
        Ok(offset)
    }
}
