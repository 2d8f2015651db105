//! Picture Loss Indication (RFC 4585, section 6.3.1): a wish for a keyframe.

use super::framing::{read_feedback_ssrcs, write_packet};
use super::{feedback_format, packet_type};
use crate::bytes::{Reader, WriteError, Writer};

/// PLI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureLoss {
    /// Who asks.
    pub sender_ssrc: u32,
    /// The stream.
    pub media_ssrc: u32,
}

impl PictureLoss {
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let (sender_ssrc, media_ssrc) = read_feedback_ssrcs(&mut Reader::new(body))?;
        Some(Self { sender_ssrc, media_ssrc })
    }
}

/// Appends a PLI.
///
/// # Errors
/// [`WriteError::BufferTooSmall`].
pub fn write_picture_loss(out: &mut Writer<'_>, sender_ssrc: u32, media_ssrc: u32) -> Result<(), WriteError> {
    write_packet(out, packet_type::PAYLOAD_SPECIFIC_FEEDBACK, feedback_format::PICTURE_LOSS, |body| {
        body.u32(sender_ssrc)?;
        body.u32(media_ssrc)
    })
}
