//! VP9 (RFC 9628).

use super::{CodecError, FrameInfo, PictureId, Resolution};
use crate::bytes::Reader;

/// The most spatial layers that a structure can describe.
pub const MAX_SPATIAL_LAYERS: usize = 8;

/// In flexible mode a frame names at most three pictures that it needs (RFC 9628, section 4.2).
const MAX_REFERENCES: usize = 3;

/// The layer indices of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layers {
    /// TID: 0 is the lowest.
    pub temporal: u8,
    /// SID: 0 is the lowest.
    pub spatial: u8,
    /// U: a receiver may go up to this temporal layer here.
    pub switching_up_point: bool,
    /// D: the frame needs the next lower spatial layer of the same picture.
    pub inter_layer_predicted: bool,
}

/// The payload descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptor {
    /// The picture id.
    pub picture_id: Option<PictureId>,
    /// P: the frame needs an earlier picture.
    pub inter_picture_predicted: bool,
    /// L: TID, SID, U and D.
    pub layers: Option<Layers>,
    /// TL0PICIDX: counts the pictures of temporal layer 0; only in non-flexible mode.
    pub tl0_picture_index: Option<u8>,
    /// F: the frame names the pictures that it needs.
    pub flexible: bool,
    /// B: the first packet of a frame.
    pub starts_frame: bool,
    /// E: the last packet of a frame.
    pub ends_frame: bool,
    /// Z: no upper spatial layer needs this frame.
    pub not_inter_layer_reference: bool,
    /// V: the scalability structure, in keyframes.
    pub structure: Option<ScalabilityStructure>,
    /// The length of the descriptor in bytes.
    pub len: usize,
    tl0_offset: usize,
}

/// How many spatial layers there are and how large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScalabilityStructure {
    /// From 1 to [`MAX_SPATIAL_LAYERS`].
    pub spatial_layers: u8,
    /// Of each layer, the lowest first, where told.
    pub resolutions: [Option<Resolution>; MAX_SPATIAL_LAYERS],
}

impl Descriptor {
    /// Reads the start of an RTP payload.
    ///
    /// # Errors
    /// [`CodecError::TooShort`]; [`CodecError::Malformed`] for more than three references.
    pub fn parse(payload: &[u8]) -> Result<Self, CodecError> {
        let mut reader = Reader::new(payload);
        let flags = reader.u8().ok_or(CodecError::TooShort)?;
        let mut descriptor = Self {
            picture_id: None,
            inter_picture_predicted: flags & 0x40 != 0,
            layers: None,
            tl0_picture_index: None,
            flexible: flags & 0x10 != 0,
            starts_frame: flags & 0x08 != 0,
            ends_frame: flags & 0x04 != 0,
            not_inter_layer_reference: flags & 0x01 != 0,
            structure: None,
            len: 0,
            tl0_offset: 0,
        };
        if flags & 0x80 != 0 {
            descriptor.picture_id = Some(PictureId::read(&mut reader, 1).ok_or(CodecError::TooShort)?);
        }
        if flags & 0x20 != 0 {
            descriptor.read_layers(&mut reader, payload.len()).ok_or(CodecError::TooShort)?;
        }
        if descriptor.flexible && descriptor.inter_picture_predicted {
            skip_references(&mut reader)?;
        }
        if flags & 0x02 != 0 {
            descriptor.structure = Some(ScalabilityStructure::read(&mut reader).ok_or(CodecError::TooShort)?);
        }
        descriptor.len = payload.len() - reader.remaining();
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

    /// What it tells. The whole picture ends with the marker of the RTP header, this only with a spatial layer.
    pub fn frame_info(&self) -> FrameInfo {
        let temporal = self.layers.map_or(0, |layers| layers.temporal);
        let spatial = self.layers.map_or(0, |layers| layers.spatial);
        FrameInfo {
            keyframe: !self.inter_picture_predicted,
            starts_frame: self.starts_frame,
            ends_frame: self.ends_frame,
            spatial,
            temporal,
            switch_up: temporal == 0 || self.layers.is_some_and(|layers| layers.switching_up_point),
            discardable: false,
            resolution: self.structure.and_then(|structure| structure.resolution(spatial)),
        }
    }

    fn read_layers(&mut self, reader: &mut Reader<'_>, total: usize) -> Option<()> {
        let byte = reader.u8()?;
        self.layers = Some(Layers {
            temporal: byte >> 5,
            switching_up_point: byte & 0x10 != 0,
            spatial: (byte >> 1) & 0x07,
            inter_layer_predicted: byte & 0x01 != 0,
        });
        if !self.flexible {
            self.tl0_offset = total - reader.remaining();
            self.tl0_picture_index = Some(reader.u8()?);
        }
        Some(())
    }
}

/// P_DIFF: seven bits each; the lowest bit says that another follows.
fn skip_references(reader: &mut Reader<'_>) -> Result<(), CodecError> {
    for _ in 0..MAX_REFERENCES {
        if reader.u8().ok_or(CodecError::TooShort)? & 1 == 0 {
            return Ok(());
        }
    }
    Err(CodecError::Malformed)
}

impl ScalabilityStructure {
    /// The size of a spatial layer.
    pub fn resolution(&self, spatial: u8) -> Option<Resolution> {
        self.resolutions.get(usize::from(spatial)).copied().flatten()
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let flags = reader.u8()?;
        let spatial_layers = (flags >> 5) + 1;
        let mut resolutions = [None; MAX_SPATIAL_LAYERS];
        if flags & 0x10 != 0 {
            for resolution in resolutions.iter_mut().take(spatial_layers.into()) {
                *resolution = Some(Resolution { width: reader.u16()?.into(), height: reader.u16()?.into() });
            }
        }
        if flags & 0x08 != 0 {
            skip_picture_group(reader)?;
        }
        Some(Self { spatial_layers, resolutions })
    }
}

/// The pictures of a group, each with two bits for how many references follow it.
fn skip_picture_group(reader: &mut Reader<'_>) -> Option<()> {
    for _ in 0..reader.u8()? {
        let picture = reader.u8()?;
        reader.take(usize::from((picture >> 2) & 0x03))?;
    }
    Some(())
}
