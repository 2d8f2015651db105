//! VP8 (RFC 7741).

use super::{CodecError, FrameInfo, PictureId, Resolution};
use crate::bytes::Reader;

/// What starts the data of a keyframe after its frame tag (RFC 6386, section 9.1).
const START_CODE: [u8; 3] = [0x9d, 0x01, 0x2a];
const FRAME_TAG_LEN: usize = 3;
/// The upper two bits of each side are for scaling.
const SIDE_MASK: u16 = 0x3fff;

/// The temporal layer of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TemporalLayer {
    /// TID: 0 is the lowest.
    pub id: u8,
    /// Y: the frame needs only frames of layer 0, so that a receiver may go up to its layer here.
    pub layer_sync: bool,
}

/// The payload descriptor, and what the start of a frame tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptor {
    /// N: no other frame needs this one.
    pub non_reference: bool,
    /// S: a partition starts here.
    pub starts_partition: bool,
    /// PID: which partition; a frame starts with partition 0.
    pub partition: u8,
    /// The picture id.
    pub picture_id: Option<PictureId>,
    /// TL0PICIDX: counts the frames of temporal layer 0.
    pub tl0_picture_index: Option<u8>,
    /// TID and Y.
    pub temporal: Option<TemporalLayer>,
    /// The size of the picture, in the first packet of a keyframe.
    pub resolution: Option<Resolution>,
    /// Whether this is the first packet of a keyframe.
    pub starts_keyframe: bool,
    /// The length of the descriptor in bytes.
    pub len: usize,
    tl0_offset: usize,
}

impl Descriptor {
    /// Reads the start of an RTP payload.
    ///
    /// # Errors
    /// [`CodecError::TooShort`], also when no VP8 data follows.
    pub fn parse(payload: &[u8]) -> Result<Self, CodecError> {
        let mut reader = Reader::new(payload);
        let mut descriptor = Self::read(&mut reader, payload.len()).ok_or(CodecError::TooShort)?;
        let first = reader.rest().first().ok_or(CodecError::TooShort)?;
        descriptor.starts_keyframe = descriptor.starts_frame() && first & 1 == 0;
        if descriptor.starts_keyframe {
            descriptor.resolution = read_resolution(reader);
        }
        Ok(descriptor)
    }

    /// Writes other numbers in place, where the descriptor has such fields; the width of the picture id stays.
    ///
    /// # Errors
    /// [`CodecError::TooShort`] when `payload` is not what was parsed.
    pub fn rewrite(&self, payload: &mut [u8], picture_id: u16, tl0_picture_index: u8) -> Result<(), CodecError> {
        if let Some(present) = self.picture_id {
            present.rewrite(payload, picture_id)?;
        }
        if self.tl0_picture_index.is_some() {
            *payload.get_mut(self.tl0_offset).ok_or(CodecError::TooShort)? = tl0_picture_index;
        }
        Ok(())
    }

    /// What it tells; `marker` is that of the RTP header.
    pub fn frame_info(&self, marker: bool) -> FrameInfo {
        let temporal = self.temporal.map_or(0, |layer| layer.id);
        FrameInfo {
            keyframe: self.starts_keyframe,
            starts_frame: self.starts_frame(),
            ends_frame: marker,
            spatial: 0,
            temporal,
            switch_up: temporal == 0 || self.temporal.is_some_and(|layer| layer.layer_sync),
            discardable: self.non_reference,
            resolution: self.resolution,
        }
    }

    const fn starts_frame(&self) -> bool {
        self.starts_partition && self.partition == 0
    }

    fn read(reader: &mut Reader<'_>, total: usize) -> Option<Self> {
        let required = reader.u8()?;
        let present = if required & 0x80 == 0 { 0 } else { reader.u8()? };
        let (has_tid, has_key_index) = (present & 0x20 != 0, present & 0x10 != 0);
        let picture_id_offset = total - reader.remaining();
        let picture_id = if present & 0x80 == 0 { None } else { Some(PictureId::read(reader, picture_id_offset)?) };
        let tl0_offset = total - reader.remaining();
        let tl0_picture_index = if present & 0x40 == 0 { None } else { Some(reader.u8()?) };
        let layers = if has_tid || has_key_index { reader.u8()? } else { 0 };
        Some(Self {
            non_reference: required & 0x20 != 0,
            starts_partition: required & 0x10 != 0,
            partition: required & 0x07,
            picture_id,
            tl0_picture_index,
            temporal: has_tid.then_some(TemporalLayer { id: layers >> 6, layer_sync: layers & 0x20 != 0 }),
            resolution: None,
            starts_keyframe: false,
            len: total - reader.remaining(),
            tl0_offset,
        })
    }
}

fn read_resolution(mut frame: Reader<'_>) -> Option<Resolution> {
    frame.take(FRAME_TAG_LEN)?;
    if frame.array() != Some(START_CODE) {
        return None;
    }
    let mut side = || frame.array().map(|bytes| u32::from(u16::from_le_bytes(bytes) & SIDE_MASK));
    Some(Resolution { width: side()?, height: side()? })
}
