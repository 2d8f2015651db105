//! Where an H264 stream can be begun: not with an IDR picture alone, when its parameter sets come in front of it.

use crate::media::MediaPacket;

/// After so many IDR pictures without parameter sets it is believed that they come in another way, or came once.
const MAX_BARE_PICTURES: u8 = 2;

/// What one stream does with its parameter sets.
#[derive(Default)]
pub(crate) struct ParameterSets {
    /// The timestamp of the last picture that had some.
    last: Option<u32>,
    /// The timestamp of the last picture that had none so far, and how many there were in a row.
    last_bare: Option<u32>,
    bare_pictures: u8,
}

impl ParameterSets {
    /// Whether a packet that begins a keyframe is one that a decoder can begin with.
    pub(crate) fn allow(&mut self, media: &MediaPacket) -> bool {
        let picture = Some(media.header.timestamp);
        if media.frame.resolution.is_some() {
            (self.last, self.bare_pictures) = (picture, 0);
            return true;
        }
        if self.last != picture && self.last_bare != picture {
            self.last_bare = picture;
            self.bare_pictures = self.bare_pictures.saturating_add(1);
        }
        self.last.is_none() || self.bare_pictures > MAX_BARE_PICTURES
    }
}
