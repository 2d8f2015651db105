//! How the three sizes of a picture are sent.

use parley_forwarder_core::negotiated::Codec;

use crate::simulation::packets::{AV1, H264, VP8, VP9};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    Vp8Simulcast,
    /// Each encoding in three temporal layers.
    Vp8Temporal,
    H264Simulcast,
    Vp9Layers,
    /// Layers that need those below only in keyframes (L3T1_KEY).
    Vp9KeyLayers,
    Av1Layers,
    Av1KeyLayers,
}

/// What a picture is among the temporal layers.
pub struct TemporalPlace {
    pub layer: u8,
    /// How many pictures before it the one is that it needs.
    pub needed_back: u32,
    /// Whether that is of the lowest layer.
    pub is_sync: bool,
}

/// Pictures in turn behind a keyframe, as Chromium sends three layers.
const THREE_LAYERS: [TemporalPlace; 4] = [
    TemporalPlace { layer: 0, needed_back: 4, is_sync: false },
    TemporalPlace { layer: 2, needed_back: 1, is_sync: true },
    TemporalPlace { layer: 1, needed_back: 2, is_sync: true },
    TemporalPlace { layer: 2, needed_back: 1, is_sync: false },
];
const ONE_LAYER: [TemporalPlace; 1] = [TemporalPlace { layer: 0, needed_back: 1, is_sync: false }];

impl Scheme {
    pub fn codec(self) -> &'static Codec {
        match self {
            Self::Vp8Simulcast | Self::Vp8Temporal => &VP8,
            Self::H264Simulcast => &H264,
            Self::Vp9Layers | Self::Vp9KeyLayers => &VP9,
            Self::Av1Layers | Self::Av1KeyLayers => &AV1,
        }
    }

    /// Whether all sizes are in one stream, where the higher ones need the lower ones.
    pub const fn is_layered(self) -> bool {
        !matches!(self, Self::Vp8Simulcast | Self::Vp8Temporal | Self::H264Simulcast)
    }

    /// Whether a frame needs the one of the layer below it.
    pub const fn needs_layer_below(self, is_key: bool) -> bool {
        match self {
            Self::Vp9Layers | Self::Av1Layers => true,
            Self::Vp9KeyLayers | Self::Av1KeyLayers => is_key,
            Self::Vp8Simulcast | Self::Vp8Temporal | Self::H264Simulcast => false,
        }
    }

    pub const fn has_temporal_layers(self) -> bool {
        matches!(self, Self::Vp8Temporal)
    }

    /// Of the picture that comes so many behind a keyframe.
    pub const fn temporal_place(self, since_key: u32) -> TemporalPlace {
        let pattern: &[TemporalPlace] = if self.has_temporal_layers() { &THREE_LAYERS } else { &ONE_LAYER };
        let TemporalPlace { layer, needed_back, is_sync } = pattern[since_key as usize % pattern.len()];
        TemporalPlace { layer, needed_back, is_sync }
    }

    /// The temporal layer of a packet, by its payload descriptor (RFC 7741, section 4.2).
    pub fn temporal_layer(self, payload: &[u8]) -> u8 {
        if self.has_temporal_layers() { payload[5] >> 6 } else { 0 }
    }

    /// Where the picture id stands in a payload; TL0PICIDX follows the fourth byte.
    pub const fn picture_id_at(self) -> Option<usize> {
        match self {
            Self::Vp8Simulcast | Self::Vp8Temporal => Some(2),
            Self::Vp9Layers | Self::Vp9KeyLayers => Some(1),
            Self::H264Simulcast | Self::Av1Layers | Self::Av1KeyLayers => None,
        }
    }
}
