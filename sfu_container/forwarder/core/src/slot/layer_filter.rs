//! Which layers of a stream a Slot lets pass, so that what is left still decodes.
//!
//! Down is possible with the next picture. Up it goes only where the sender allows: to a temporal layer where a frame
//! needs none of those left out, to a spatial one with a frame that needs no earlier picture. Streams with a dependency
//! descriptor say of every frame what it is to each decode target, and where to switch to one.

use crate::codec::av1::Indication;
use crate::media::{Descriptor, FrameNumber, MediaPacket};

/// A set of layers that decodes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DecodeTarget {
    /// Its place in the indications of a frame.
    pub(crate) place: usize,
    /// The highest spatial layer in it.
    pub(crate) spatial: u8,
    /// The highest temporal layer in it.
    pub(crate) temporal: u8,
}

/// The highest layers wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) spatial: u8,
    pub(crate) temporal: u8,
    /// Where the stream has a dependency structure.
    pub(crate) target: Option<DecodeTarget>,
}

#[derive(Debug, Clone)]
pub(crate) struct LayerFilter {
    limits: Limits,
    spatial: u8,
    temporal: u8,
    target: Option<DecodeTarget>,
    /// The timestamp of the last picture.
    picture: Option<u32>,
    /// The spatial layer for which a keyframe was asked.
    asked_for: u8,
}

impl LayerFilter {
    /// Lets everything pass.
    pub(crate) const fn new() -> Self {
        let limits = Limits { spatial: u8::MAX, temporal: u8::MAX, target: None };
        Self { limits, spatial: 0, temporal: u8::MAX, target: None, picture: None, asked_for: 0 }
    }

    /// A keyframe begins another stream: every layer wanted may follow it.
    pub(crate) const fn restart(&mut self) {
        self.temporal = self.limits.temporal;
        (self.spatial, self.asked_for) = (0, 0);
        (self.target, self.picture) = (None, None);
    }

    /// Changes the highest layers wanted. True when that needs a keyframe, once for each layer.
    pub(crate) fn limit(&mut self, limits: Limits) -> bool {
        self.limits = limits;
        self.temporal = self.temporal.min(limits.temporal);
        let (wanted, carried) = match (limits.target, self.target) {
            (Some(wanted), Some(carried)) => (wanted.spatial, carried.spatial),
            _ => (limits.spatial, self.spatial),
        };
        if wanted <= carried {
            self.asked_for = wanted;
        }
        let needs_keyframe = wanted > carried && self.asked_for != wanted;
        if needs_keyframe {
            self.asked_for = wanted;
        }
        needs_keyframe
    }

    /// Whether a packet is forwarded, and then, whether it is the last of its picture.
    pub(crate) fn admit(&mut self, media: &MediaPacket) -> Option<bool> {
        let is_new_picture = self.picture != Some(media.header.timestamp);
        self.picture = Some(media.header.timestamp);
        let highest = match &media.descriptor {
            Descriptor::Av1(frame) => self.admit_to_target(media, frame)?,
            _ => self.admit_to_layers(media, is_new_picture)?,
        };
        Some(media.header.marker || (media.frame.ends_frame && media.frame.spatial == highest))
    }

    /// Returns the highest spatial layer of the picture that passes.
    fn admit_to_layers(&mut self, media: &MediaPacket, is_new_picture: bool) -> Option<u8> {
        let frame = &media.frame;
        if is_new_picture {
            self.spatial = self.spatial.min(self.limits.spatial);
        }
        if frame.keyframe && frame.spatial > self.spatial && frame.spatial <= self.limits.spatial && frame.starts_frame
        {
            self.spatial = frame.spatial;
        }
        if frame.keyframe && frame.spatial == 0 {
            self.temporal = self.limits.temporal;
        } else if frame.temporal > self.temporal && frame.temporal <= self.limits.temporal && frame.switch_up {
            self.temporal = frame.temporal;
        }
        // The upper layers of a keyframe are still to come.
        let highest = if frame.keyframe { self.limits.spatial } else { self.limits.spatial.min(self.spatial) };
        (frame.temporal <= self.temporal && frame.spatial <= self.spatial).then_some(highest)
    }

    /// Returns the highest spatial layer of the target, if the frame is part of it.
    fn admit_to_target(&mut self, media: &MediaPacket, frame: &FrameNumber) -> Option<u8> {
        if self.target != self.limits.target
            && let Some(wanted) = self.limits.target
        {
            // A frame to switch at needs what it refers to, and of layers above those carried nothing was sent.
            let climbs = self.target.is_some_and(|carried| wanted.spatial > carried.spatial);
            let is_offered = !climbs && frame.indications.get(wanted.place) == Indication::Switch;
            let may_switch = is_offered || media.is_switch_point;
            if media.frame.starts_frame && (may_switch || self.target.is_none()) {
                self.target = Some(wanted);
            }
        }
        // Before the structure is known to the switchboard everything passes, with the publisher's own marker.
        let Some(target) = self.target else { return Some(u8::MAX) };
        // Layers that need one another only at keyframes pass together all the same: else there would be no way down
        // before the next one.
        let is_below = media.frame.spatial < target.spatial && media.frame.temporal <= target.temporal;
        (is_below || frame.indications.get(target.place) != Indication::NotPresent).then_some(target.spatial)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::av1::Indications;
    use crate::codec::{BitReader, FrameInfo};
    use crate::rtp::Header;

    /// Two spatial layers that need one another only in keyframes (L2T1_KEY), each a decode target.
    const LOW: DecodeTarget = DecodeTarget { place: 0, spatial: 0, temporal: 0 };
    const HIGH: DecodeTarget = DecodeTarget { place: 1, spatial: 1, temporal: 0 };

    /// A frame in one packet. Two bits for each target: 0 is not present, 2 a point to switch at.
    fn frame(picture: u32, spatial: u8, keyframe: bool) -> MediaPacket {
        let [a, b, c, d] = (picture * 3_000).to_be_bytes();
        let header = Header::parse(&[0x80, 96, 0, 0, a, b, c, d, 0, 0, 0, 1]).unwrap();
        let bits = match (spatial, keyframe) {
            (0, true) => 0b1010_0000,
            (0, false) => 0b1000_0000,
            _ => 0b0010_0000,
        };
        let indications = Indications::read(&mut BitReader::new(&[bits]), 2).unwrap();
        MediaPacket {
            index: 0,
            header,
            payload_len: 1,
            is_forwardable: true,
            is_switch_point: keyframe && spatial == 0,
            frame: FrameInfo { keyframe, starts_frame: true, ends_frame: true, spatial, ..FrameInfo::default() },
            descriptor: Descriptor::Av1(FrameNumber { number: 0, indications }),
        }
    }

    fn admitted(filter: &mut LayerFilter, picture: u32, keyframe: bool) -> Vec<Option<bool>> {
        [0, 1].map(|spatial| filter.admit(&frame(picture, spatial, keyframe))).into()
    }

    fn limit(filter: &mut LayerFilter, target: DecodeTarget) -> bool {
        filter.limit(Limits { spatial: target.spatial, temporal: 0, target: Some(target) })
    }

    #[test]
    fn layers_that_are_independent_between_keyframes_go_down_at_once_and_up_with_a_keyframe() {
        let mut filter = LayerFilter::new();
        limit(&mut filter, HIGH);
        let both = [Some(false), Some(true)];
        assert_eq!(admitted(&mut filter, 0, true), both);
        assert_eq!(admitted(&mut filter, 1, false), both, "the lower layer keeps the way down open");
        assert!(!limit(&mut filter, LOW), "down needs no keyframe");
        assert_eq!(admitted(&mut filter, 2, false), [Some(true), None]);
        assert!(limit(&mut filter, HIGH), "up does");
        assert_eq!(admitted(&mut filter, 3, false), [Some(true), None]);
        assert_eq!(admitted(&mut filter, 4, true), both);
    }
}
