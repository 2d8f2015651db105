//! The template dependency structure (sections A.8.1 to A.8.3): what the frames of a stream look like, sent with its
//! keyframes, so that other packets need only name a template.

use crate::codec::{BitReader, Resolution};

/// Template ids have six bits.
pub const MAX_TEMPLATES: usize = 64;
/// Their number has five bits.
pub const MAX_DECODE_TARGETS: usize = 32;
/// At most one chain protects each decode target.
pub const MAX_CHAINS: usize = 32;
/// A frame that needs more others is refused: AV1 and VP9 know at most seven.
pub const MAX_FRAME_DIFFERENCES: usize = 8;
const MAX_LAYERS: u8 = 8;

/// What a frame is to a decode target (table A.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Indication {
    /// It is not part of it.
    NotPresent,
    /// It is part of it, and nothing else in it needs the frame.
    Discardable,
    /// It is part of it, and a receiver may switch to the target here.
    Switch,
    /// It is part of it and needed.
    Required,
}

/// The indications of a frame, two bits for each decode target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Indications(u64);

impl Indications {
    /// What the frame is to decode target `target`.
    pub const fn get(self, target: usize) -> Indication {
        if target >= MAX_DECODE_TARGETS {
            return Indication::NotPresent;
        }
        match (self.0 >> (2 * target)) & 3 {
            0 => Indication::NotPresent,
            1 => Indication::Discardable,
            2 => Indication::Switch,
            _ => Indication::Required,
        }
    }

    /// Of all decode targets, the first one first.
    pub fn all(self) -> impl Iterator<Item = Indication> {
        (0..MAX_DECODE_TARGETS).map(move |target| self.get(target))
    }

    pub(crate) fn read(bits: &mut BitReader<'_>, targets: usize) -> Option<Self> {
        let packed = (0..targets).try_fold(0, |packed, target| Some(packed | u64::from(bits.bits(2)?) << (2 * target)));
        packed.map(Self)
    }
}

/// How many frames back the frames are that a frame needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FrameDifferences {
    values: [u16; MAX_FRAME_DIFFERENCES],
    len: usize,
}

impl FrameDifferences {
    /// The differences of frame numbers, each at least 1.
    pub fn as_slice(&self) -> &[u16] {
        self.values.get(..self.len).unwrap_or_default()
    }

    /// `None` when there are too many.
    pub(super) fn push(&mut self, minus_one: u32) -> Option<()> {
        let value = u16::try_from(minus_one + 1).ok()?;
        *self.values.get_mut(self.len)? = value;
        self.len += 1;
        Some(())
    }
}

/// For each chain, how many frames back its last frame before this one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChainDifferences {
    values: [u8; MAX_CHAINS],
    len: usize,
}

impl ChainDifferences {
    /// One difference of frame numbers for each chain; 0 where the chain needs nothing earlier.
    pub fn as_slice(&self) -> &[u8] {
        self.values.get(..self.len).unwrap_or_default()
    }

    pub(super) fn read(bits: &mut BitReader<'_>, chains: usize, width: u32) -> Option<Self> {
        let mut differences = Self { len: chains, ..Self::default() };
        for value in differences.values.get_mut(..chains)? {
            // The width is 4 or 8 bits.
            *value = bits.bits(width)? as u8;
        }
        Some(differences)
    }
}

/// A spatial and a temporal layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LayerIds {
    /// 0 is the lowest.
    pub spatial: u8,
    /// 0 is the lowest.
    pub temporal: u8,
}

/// What frames of one sort have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Template {
    /// The layer.
    pub layers: LayerIds,
    /// What it is to each decode target.
    pub indications: Indications,
    /// Which frames it needs.
    pub frame_differences: FrameDifferences,
    /// Where the chains stand.
    pub chain_differences: ChainDifferences,
}

/// The structure of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DependencyStructure {
    template_id_offset: u8,
    decode_targets: usize,
    templates: Vec<Template>,
    chains: usize,
    /// The chain of each decode target; empty without chains.
    protected_by: Vec<u8>,
    /// Of each spatial layer, the lowest first; empty where not told.
    resolutions: Vec<Resolution>,
}

impl DependencyStructure {
    /// How many decode targets there are, at most [`MAX_DECODE_TARGETS`].
    pub const fn decode_targets(&self) -> usize {
        self.decode_targets
    }

    /// How many chains there are, at most [`MAX_CHAINS`].
    pub const fn chains(&self) -> usize {
        self.chains
    }

    /// The chain that protects a decode target: while none of its frames is missing, the target can be decoded.
    pub fn chain_of(&self, target: usize) -> Option<usize> {
        self.protected_by.get(target).map(|chain| usize::from(*chain))
    }

    /// The highest layers of a decode target (`decode_target_layers()` in section A.8.2).
    pub fn layers_of(&self, target: usize) -> LayerIds {
        let present = self.templates.iter().filter(|frame| frame.indications.get(target) != Indication::NotPresent);
        present.fold(LayerIds::default(), |highest, template| LayerIds {
            spatial: highest.spatial.max(template.layers.spatial),
            temporal: highest.temporal.max(template.layers.temporal),
        })
    }

    /// The best decode target within `limit`: the highest spatial layer, then the highest temporal one. Of those whose
    /// bit in `active` is set; see [`DependencyTracker::active_targets`](super::DependencyTracker::active_targets).
    pub fn best_target(&self, limit: LayerIds, active: u32) -> Option<usize> {
        (0..self.decode_targets)
            .filter(|target| active & (1 << target) != 0)
            .map(|target| (self.layers_of(target), target))
            .filter(|(layers, _)| layers.spatial <= limit.spatial && layers.temporal <= limit.temporal)
            .max_by_key(|(layers, target)| (layers.spatial, layers.temporal, std::cmp::Reverse(*target)))
            .map(|(_, target)| target)
    }

    /// The size of the frames of a spatial layer.
    pub fn resolution(&self, spatial: u8) -> Option<Resolution> {
        self.resolutions.get(usize::from(spatial)).copied()
    }

    pub(super) fn template(&self, template_id: u8) -> Option<&Template> {
        let index = (usize::from(template_id) + MAX_TEMPLATES - usize::from(self.template_id_offset)) % MAX_TEMPLATES;
        self.templates.get(index)
    }

    /// `template_dependency_structure()`. Allocates, which is paid only for keyframes.
    pub(super) fn read(bits: &mut BitReader<'_>) -> Option<Self> {
        let template_id_offset = u8::try_from(bits.bits(6)?).ok()?;
        let decode_targets = usize::try_from(bits.bits(5)? + 1).ok()?;
        let mut templates = read_layers(bits)?;
        for template in &mut templates {
            template.indications = Indications::read(bits, decode_targets)?;
        }
        for template in &mut templates {
            while bits.flag()? {
                template.frame_differences.push(bits.bits(4)?)?;
            }
        }
        let (chains, protected_by) = read_chains(bits, decode_targets, &mut templates)?;
        let spatial_layers = templates.iter().map(|template| template.layers.spatial).max().unwrap_or(0) + 1;
        let resolutions = if bits.flag()? { read_resolutions(bits, spatial_layers)? } else { Vec::new() };
        Some(Self { template_id_offset, decode_targets, templates, chains, protected_by, resolutions })
    }
}

/// `template_layers()`: each template's layer follows from the one before (table A.2).
fn read_layers(bits: &mut BitReader<'_>) -> Option<Vec<Template>> {
    let mut layers = LayerIds::default();
    let mut templates = Vec::new();
    loop {
        templates.push(Template { layers, ..Template::default() });
        match bits.bits(2)? {
            0 => {}
            1 => layers.temporal += 1,
            2 => layers = LayerIds { spatial: layers.spatial + 1, temporal: 0 },
            _ => return Some(templates),
        }
        if templates.len() >= MAX_TEMPLATES || layers.spatial >= MAX_LAYERS || layers.temporal >= MAX_LAYERS {
            return None;
        }
    }
}

/// `template_chains()`: their number, and which one protects each decode target.
fn read_chains(
    bits: &mut BitReader<'_>,
    decode_targets: usize,
    templates: &mut [Template],
) -> Option<(usize, Vec<u8>)> {
    let chain_count = bits.non_symmetric(u32::try_from(decode_targets + 1).ok()?)?;
    if chain_count == 0 {
        return Some((0, Vec::new()));
    }
    let chains = usize::try_from(chain_count).ok()?;
    let protecting = (0..decode_targets).map(|_| u8::try_from(bits.non_symmetric(chain_count)?).ok());
    let protected_by = protecting.collect::<Option<Vec<u8>>>()?;
    for template in templates {
        template.chain_differences = ChainDifferences::read(bits, chains, 4)?;
    }
    Some((chains, protected_by))
}

/// `render_resolutions()`.
fn read_resolutions(bits: &mut BitReader<'_>, spatial_layers: u8) -> Option<Vec<Resolution>> {
    (0..spatial_layers).map(|_| Some(Resolution { width: bits.bits(16)? + 1, height: bits.bits(16)? + 1 })).collect()
}
