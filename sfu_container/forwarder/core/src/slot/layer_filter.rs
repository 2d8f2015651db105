//! Which layers of a stream a Slot lets pass, so that what is left still decodes.
//!
//! Down is possible with the next picture. Up it goes only where the sender allows: to a temporal layer where a frame
//! needs none of those left out, to a spatial one with a frame that needs no earlier picture. Streams with a dependency
//! descriptor say of every frame what it is to each decode target, and where to switch to one; that holds for those who
//! have the frames that it needs, which somebody who has seen only another target may not.

use std::time::Duration;

use super::frame_set::FrameSet;
use super::limits::{DecodeTarget, Limits};
use crate::codec::av1::Indication;
use crate::media::{Descriptor, FrameNumber, MediaPacket};
use crate::time::Instant;

/// A keyframe that brought no better layers is asked for again after this.
const KEYFRAME_INTERVAL: Duration = Duration::from_secs(1);

/// What passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Carried {
    spatial: u8,
    target: Option<DecodeTarget>,
}

#[derive(Debug, Clone)]
pub(crate) struct LayerFilter {
    limits: Limits,
    carried: Carried,
    /// What passed before `since`, the index of a packet: those that come late belong to pictures of that time.
    former: Carried,
    since: u64,
    newest: Option<u64>,
    /// The timestamp of the last picture whose base layer needs earlier ones.
    predicted_picture: Option<u32>,
    temporal: u8,
    forwarded: FrameSet,
    /// A switch was allowed to those who have frames that this receiver has not.
    is_blocked: bool,
    /// Something that did pass never reached the receiver.
    is_broken: bool,
    asked_at: Option<Instant>,
}

impl LayerFilter {
    /// Lets everything pass.
    pub(crate) fn new() -> Self {
        Self {
            limits: Limits { spatial: u8::MAX, temporal: u8::MAX, target: None, coming: 0 },
            carried: Carried::default(),
            former: Carried::default(),
            since: 0,
            newest: None,
            predicted_picture: None,
            temporal: u8::MAX,
            forwarded: FrameSet::default(),
            is_blocked: false,
            is_broken: false,
            asked_at: None,
        }
    }

    /// A keyframe begins another stream: every layer wanted may follow it.
    pub(crate) fn restart(&mut self) {
        *self = Self { limits: self.limits, temporal: self.limits.temporal, ..Self::new() };
    }

    /// Changes the highest layers wanted. True when a keyframe has to be asked for to get there.
    pub(crate) fn limit(&mut self, limits: Limits, now: Instant) -> bool {
        self.limits = limits;
        self.temporal = self.temporal.min(limits.temporal);
        if !self.needs_keyframe() {
            self.asked_at = None;
            return false;
        }
        let is_due = self.asked_at.is_none_or(|asked_at| now - asked_at >= KEYFRAME_INTERVAL);
        if is_due {
            self.asked_at = Some(now);
        }
        is_due
    }

    /// Something that was let pass will not reach the receiver. Nothing passes until the next keyframe: it could not be
    /// decoded, and would only take the keyframe's room.
    pub(crate) const fn break_off(&mut self) {
        self.is_broken = true;
    }

    /// Whether a packet begins a keyframe that was waited for, but comes after some that follow it. These were judged
    /// without it.
    pub(crate) fn is_overtaken(&self, media: &MediaPacket) -> bool {
        let is_late = self.newest.is_some_and(|newest| media.index < newest);
        media.is_switch_point && is_late && self.needs_keyframe()
    }

    fn needs_keyframe(&self) -> bool {
        let (wanted, carried) = match (self.limits.target, self.carried.target) {
            (Some(wanted), Some(carried)) => (wanted.spatial, carried.spatial),
            _ => (self.limits.spatial, self.carried.spatial),
        };
        let is_blocked = self.is_blocked && self.limits.target != self.carried.target;
        wanted.min(self.limits.coming) > carried || is_blocked || self.is_broken
    }

    /// Whether a packet is forwarded, and then, whether it is the last of its picture.
    pub(crate) fn admit(&mut self, media: &MediaPacket) -> Option<bool> {
        let frame = &media.frame;
        // Only where no later packet has been judged, so that a frame passes whole or not at all.
        if self.newest.is_none_or(|newest| media.index > newest) {
            self.newest = Some(media.index);
            self.is_broken &= !media.is_switch_point;
            if frame.starts_frame {
                self.change(media);
            }
        }
        if self.is_broken {
            return None;
        }
        let carried = if media.index < self.since { self.former } else { self.carried };
        let highest = match (&media.descriptor, carried.target) {
            (Descriptor::Av1(numbers), Some(target)) => self.admit_to_target(media, numbers, target)?,
            // Before the structure is known to the switchboard everything passes.
            (Descriptor::Av1(_), None) => u8::MAX,
            _ => self.admit_to_layers(media, carried.spatial)?,
        };
        Some(media.header.marker || (frame.ends_frame && frame.spatial == highest))
    }

    /// Comes closer to what is wanted where a frame allows it.
    fn change(&mut self, media: &MediaPacket) {
        let next = match &media.descriptor {
            Descriptor::Av1(numbers) => Carried { target: self.next_target(media, numbers), ..self.carried },
            _ => Carried { spatial: self.next_spatial(media), ..self.carried },
        };
        if next != self.carried {
            (self.former, self.carried, self.since) = (self.carried, next, media.index);
        }
    }

    fn next_spatial(&mut self, media: &MediaPacket) -> u8 {
        let (frame, carried, wanted) = (&media.frame, self.carried.spatial, self.limits.spatial);
        let picture = Some(media.header.timestamp);
        if frame.spatial == 0 {
            self.predicted_picture = picture.filter(|_| !frame.keyframe);
            return if frame.keyframe { wanted } else { carried.min(wanted) };
        }
        // An encoder that takes a layer up again makes its first frame from the layer below alone. The upper layers of a
        // keyframe are like that too, but say nothing before its base has come.
        let begins = frame.keyframe && self.predicted_picture == picture;
        if begins && frame.spatial <= wanted && frame.spatial == carried.saturating_add(1) {
            frame.spatial
        } else {
            carried
        }
    }

    fn next_target(&mut self, media: &MediaPacket, frame: &FrameNumber) -> Option<DecodeTarget> {
        let (carried, Some(wanted)) = (self.carried.target, self.limits.target) else { return self.carried.target };
        if carried == Some(wanted) {
            return carried;
        }
        // Of layers above those carried nothing was sent.
        let climbs = carried.is_some_and(|carried| wanted.spatial > carried.spatial);
        let is_allowed = !climbs && frame.indications.get(wanted.place) == Indication::Switch;
        let has_needed = || frame.needed().all(|needed| self.forwarded.contains(needed));
        if carried.is_none() || media.is_switch_point || (is_allowed && has_needed()) {
            self.is_blocked = false;
            return Some(wanted);
        }
        self.is_blocked |= is_allowed;
        carried
    }

    /// Returns the highest spatial layer that passes.
    fn admit_to_layers(&mut self, media: &MediaPacket, spatial: u8) -> Option<u8> {
        let frame = &media.frame;
        if frame.keyframe && frame.spatial == 0 {
            self.temporal = self.limits.temporal;
        } else if frame.temporal > self.temporal && frame.temporal <= self.limits.temporal && frame.switch_up {
            self.temporal = frame.temporal;
        }
        (frame.temporal <= self.temporal && frame.spatial <= spatial).then_some(spatial)
    }

    /// Returns the highest spatial layer of the target, if the frame is part of it.
    fn admit_to_target(&mut self, media: &MediaPacket, frame: &FrameNumber, target: DecodeTarget) -> Option<u8> {
        // Layers that need one another only at keyframes pass together all the same: else there would be no way down
        // before the next one.
        let is_below = media.frame.spatial < target.spatial && media.frame.temporal <= target.temporal;
        if !is_below && frame.indications.get(target.place) == Indication::NotPresent {
            return None;
        }
        if media.frame.starts_frame {
            self.forwarded.insert(frame.number);
        }
        Some(target.spatial)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::av1::{FrameDifferences, Indications};
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
            index: u64::from(2 * picture) + u64::from(spatial),
            header,
            payload_len: 1,
            is_forwardable: true,
            is_switch_point: keyframe && spatial == 0,
            frame: FrameInfo { keyframe, starts_frame: true, ends_frame: true, spatial, ..FrameInfo::default() },
            descriptor: Descriptor::Av1(FrameNumber {
                number: 0,
                indications,
                differences: FrameDifferences::default(),
            }),
        }
    }

    fn admitted(filter: &mut LayerFilter, picture: u32, keyframe: bool) -> Vec<Option<bool>> {
        [0, 1].map(|spatial| filter.admit(&frame(picture, spatial, keyframe))).into()
    }

    fn limit(filter: &mut LayerFilter, target: DecodeTarget) -> bool {
        let limits = Limits { spatial: target.spatial, temporal: 0, target: Some(target), coming: 1 };
        filter.limit(limits, Instant::default())
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
