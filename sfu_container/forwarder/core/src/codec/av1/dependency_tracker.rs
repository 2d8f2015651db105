//! The dependency structure in force of one stream.

use super::dependency_descriptor::DependencyDescriptor;
use super::dependency_structure::DependencyStructure;
use crate::codec::CodecError;
use crate::rtp::sequence;

/// A frame at most so far behind is late; one further back comes from an encoder that has begun to count anew.
const LATE_FRAMES: i16 = 1_024;

/// Reads the descriptors of one stream and keeps what later ones refer to.
#[derive(Debug, Clone, Default)]
pub struct DependencyTracker {
    in_force: Option<InForce>,
}

#[derive(Debug, Clone)]
struct InForce {
    structure: Box<DependencyStructure>,
    /// The frame that brought it.
    since: u16,
    active_targets: u32,
    /// The frame that told of the active targets.
    active_since: u16,
}

impl DependencyTracker {
    /// Reads the data of the extension and takes over a structure that it brings, unless a newer one is in force: a
    /// late or repeated packet changes nothing. The descriptor that it returns has no structure attached any more.
    ///
    /// # Errors
    /// Those of [`DependencyDescriptor::parse`].
    pub fn read(&mut self, data: &[u8]) -> Result<DependencyDescriptor, CodecError> {
        let mut descriptor = DependencyDescriptor::parse(data, self.structure())?;
        let frame = descriptor.frame_number;
        if let Some(structure) = descriptor.attached.take() {
            let active_targets = descriptor.active_targets.unwrap_or(u32::MAX);
            if self.in_force.as_ref().is_none_or(|in_force| !is_late(frame, in_force.since)) {
                self.in_force = Some(InForce { structure, since: frame, active_targets, active_since: frame });
            }
        } else if let (Some(active), Some(in_force)) = (descriptor.active_targets, &mut self.in_force)
            && !is_late(frame, in_force.active_since)
        {
            (in_force.active_targets, in_force.active_since) = (active, frame);
        }
        Ok(descriptor)
    }

    /// Whether no structure came yet that tells how to read this.
    pub fn is_too_early(&self, data: &[u8]) -> bool {
        self.in_force.is_none() && DependencyDescriptor::parse(data, None) == Err(CodecError::UnknownStructure)
    }

    /// The structure in force.
    pub fn structure(&self) -> Option<&DependencyStructure> {
        self.in_force.as_ref().map(|in_force| in_force.structure.as_ref())
    }

    /// Which decode targets the publisher sends at present, a bit for each; 0 before the first structure.
    pub fn active_targets(&self) -> u32 {
        self.in_force.as_ref().map_or(0, |in_force| in_force.active_targets)
    }
}

/// Whether `frame` is the same as `reference` or shortly before it.
fn is_late(frame: u16, reference: u16) -> bool {
    (-LATE_FRAMES..=0).contains(&sequence::distance(reference, frame))
}
