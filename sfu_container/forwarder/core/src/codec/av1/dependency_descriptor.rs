//! The dependency descriptor of one packet (section A.8.2).

use super::dependency_structure::{
    ChainDifferences, DependencyStructure, FrameDifferences, Indication, Indications, LayerIds,
};
use crate::codec::{BitReader, CodecError, FrameInfo, Resolution};

/// Mandatory fields, after which a descriptor may end.
const MANDATORY_LEN: usize = 3;
const FRAME_NUMBER_OFFSET: usize = 1;

/// What a packet tells of its frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DependencyDescriptor {
    /// The first packet of the frame.
    pub starts_frame: bool,
    /// The last packet of the frame.
    pub ends_frame: bool,
    /// Counts the frames of all layers in decode order.
    pub frame_number: u16,
    /// A new structure, which holds from this frame on.
    pub attached: Option<Box<DependencyStructure>>,
    /// Which decode targets there are from this frame on, a bit for each, where told.
    pub active_targets: Option<u32>,
    /// The layer.
    pub layers: LayerIds,
    /// What the frame is to each decode target.
    pub indications: Indications,
    /// Which frames it needs.
    pub frame_differences: FrameDifferences,
    /// Where the chains stand.
    pub chain_differences: ChainDifferences,
    /// The size of the frame, where the structure tells.
    pub resolution: Option<Resolution>,
}

/// The flags that say what is written out rather than taken from the template.
#[derive(Default)]
struct Custom {
    indications: bool,
    frame_differences: bool,
    chains: bool,
}

impl DependencyDescriptor {
    /// Reads the data of the extension with the structure in force, which an attached one replaces.
    ///
    /// # Errors
    /// [`CodecError::TooShort`]; [`CodecError::Malformed`]; [`CodecError::UnknownStructure`] where there is no
    /// structure or it does not know the template.
    pub fn parse(data: &[u8], known: Option<&DependencyStructure>) -> Result<Self, CodecError> {
        let mut bits = BitReader::new(data);
        let (starts_frame, ends_frame, template_id, frame_number) =
            read_mandatory(&mut bits).ok_or(CodecError::TooShort)?;
        let mut custom = Custom::default();
        let mut has_targets = false;
        let mut attached = None;
        if data.len() > MANDATORY_LEN {
            let mut flag = || bits.flag().ok_or(CodecError::TooShort);
            let has_structure = flag()?;
            has_targets = flag()?;
            custom = Custom { indications: flag()?, frame_differences: flag()?, chains: flag()? };
            if has_structure {
                let structure = DependencyStructure::read(&mut bits).ok_or(CodecError::Malformed)?;
                attached = Some(Box::new(structure));
            }
        }
        let structure = attached.as_deref().or(known).ok_or(CodecError::UnknownStructure)?;
        let mut active_targets = attached.is_some().then(|| all_targets(structure));
        if has_targets {
            let width = structure.decode_targets() as u32;
            active_targets = Some(bits.bits(width).ok_or(CodecError::TooShort)?);
        }
        let mut descriptor = Self::of_template(structure, template_id).ok_or(CodecError::UnknownStructure)?;
        descriptor.read_custom(&mut bits, structure, &custom).ok_or(CodecError::Malformed)?;
        Ok(Self { starts_frame, ends_frame, frame_number, attached, active_targets, ..descriptor })
    }

    /// What it tells, for those who do not ask by decode target.
    pub fn frame_info(&self) -> FrameInfo {
        let mut present = self.indications.all().filter(|indication| *indication != Indication::NotPresent).peekable();
        let is_present = present.peek().is_some();
        FrameInfo {
            keyframe: self.frame_differences.as_slice().is_empty(),
            starts_frame: self.starts_frame,
            ends_frame: self.ends_frame,
            spatial: self.layers.spatial,
            temporal: self.layers.temporal,
            switch_up: self.indications.all().any(|indication| indication == Indication::Switch),
            discardable: is_present && present.all(|indication| indication == Indication::Discardable),
            resolution: self.resolution,
        }
    }

    fn of_template(structure: &DependencyStructure, template_id: u8) -> Option<Self> {
        let template = structure.template(template_id)?;
        Some(Self {
            starts_frame: false,
            ends_frame: false,
            frame_number: 0,
            attached: None,
            active_targets: None,
            layers: template.layers,
            indications: template.indications,
            frame_differences: template.frame_differences,
            chain_differences: template.chain_differences,
            resolution: structure.resolution(template.layers.spatial),
        })
    }

    /// Replaces what the frame does not have in common with its template.
    fn read_custom(
        &mut self,
        bits: &mut BitReader<'_>,
        structure: &DependencyStructure,
        custom: &Custom,
    ) -> Option<()> {
        if custom.indications {
            self.indications = Indications::read(bits, structure.decode_targets())?;
        }
        if custom.frame_differences {
            self.frame_differences = FrameDifferences::default();
            // The size is in units of four bits; 0 ends the list.
            while let size @ 1.. = bits.bits(2)? {
                self.frame_differences.push(bits.bits(4 * size)?)?;
            }
        }
        if custom.chains {
            self.chain_differences = ChainDifferences::read(bits, structure.chains(), 8)?;
        }
        Some(())
    }
}

/// Writes another frame number into the data of an extension.
///
/// # Errors
/// [`CodecError::TooShort`].
pub fn rewrite_frame_number(data: &mut [u8], frame_number: u16) -> Result<(), CodecError> {
    let place = data.get_mut(FRAME_NUMBER_OFFSET..MANDATORY_LEN).ok_or(CodecError::TooShort)?;
    place.copy_from_slice(&frame_number.to_be_bytes());
    Ok(())
}

fn read_mandatory(bits: &mut BitReader<'_>) -> Option<(bool, bool, u8, u16)> {
    let (starts_frame, ends_frame) = (bits.flag()?, bits.flag()?);
    // Six and sixteen bits.
    Some((starts_frame, ends_frame, bits.bits(6)? as u8, bits.bits(16)? as u16))
}

/// A bit for each decode target of the structure.
fn all_targets(structure: &DependencyStructure) -> u32 {
    // There are 1 to 32.
    u32::MAX >> (u32::BITS - structure.decode_targets() as u32)
}
