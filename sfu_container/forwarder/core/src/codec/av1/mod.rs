//! AV1 (the RTP payload format for AV1 1.0, <https://aomediacodec.github.io/av1-rtp-spec/>).
//!
//! Layers are chosen by the dependency descriptor, a header extension; the payload itself is looked at only to learn
//! the picture's size and, where there is no descriptor, where a sequence starts.

mod dependency_descriptor;
mod dependency_structure;
mod dependency_tracker;
mod payload;
mod sequence_header;

pub use dependency_descriptor::{DependencyDescriptor, rewrite_frame_number};
pub use dependency_structure::{
    ChainDifferences, DependencyStructure, FrameDifferences, Indication, Indications, LayerIds, MAX_CHAINS,
    MAX_DECODE_TARGETS, MAX_FRAME_DIFFERENCES, MAX_TEMPLATES, Template,
};
pub use dependency_tracker::DependencyTracker;
pub use payload::{AggregationHeader, PacketInfo};
