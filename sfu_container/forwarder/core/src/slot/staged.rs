//! A packet that waits for the end of the batch, so that packets to one Peer leave together.

use super::continuity::Place;
use super::sent_packets::Departed;
use crate::arena::Key;
use crate::bytes::{WriteError, Writer};
use crate::codec::red::rewrite_payload_types;
use crate::media::{Descriptor, MediaPacket};
use crate::stream::Stream;

/// The original sequence number in front of a repeated payload (RFC 4588, section 4).
const ORIGINAL_SEQUENCE_LEN: usize = 2;
/// A packet of nothing but padding: it takes up a sequence number and carries no media.
const PADDING: [u8; 4] = [0, 0, 0, 4];
/// As much as padding can be, its last byte being its length.
const PROBE: [u8; 255] = {
    let mut padding = [0; 255];
    padding[254] = 255;
    padding
};

/// What of a payload goes out.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PayloadForm {
    All,
    /// All blocks of redundant sound, under this payload type.
    Blocks(u8),
    /// Only the block that is no copy of an earlier packet.
    Primary,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum StagedKind {
    Media,
    Repetition,
    /// The same packet once more, for a receiver that knows no RTX.
    Again(Departed),
    Padding,
    /// Nothing but padding on the RTX stream, to see whether more fits.
    Probe,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Staged {
    pub(crate) kind: StagedKind,
    pub(crate) stream: Key<Stream>,
    pub(crate) index: u64,
    pub(crate) place: Place,
    /// Among the headers of the Slot.
    pub(crate) header_start: usize,
    pub(crate) header_len: usize,
    /// Where the header has fields that are known only when the packet leaves.
    pub(crate) transport_sequence_at: Option<usize>,
    pub(crate) send_time_at: Option<usize>,
    pub(crate) body_len: usize,
    /// Whether a receiver can begin with it.
    pub(crate) is_switch_point: bool,
    pub(crate) form: PayloadForm,
}

impl Staged {
    /// Nothing but padding, while `stream` is carried.
    pub(crate) const fn without_media(kind: StagedKind, stream: Key<Stream>, place: Place) -> Self {
        Self::of(kind, stream, 0, 0, place)
    }

    pub(crate) const fn new(
        kind: StagedKind,
        stream: Key<Stream>,
        media: &MediaPacket,
        form: PayloadForm,
        place: Place,
    ) -> Self {
        let payload_len = match form {
            PayloadForm::All | PayloadForm::Blocks(_) => media.payload_len,
            PayloadForm::Primary => media.primary_len(),
        };
        let is_switch_point = media.is_switch_point;
        Self { form, is_switch_point, ..Self::of(kind, stream, media.index, payload_len, place) }
    }

    const fn of(kind: StagedKind, stream: Key<Stream>, index: u64, payload_len: usize, place: Place) -> Self {
        let body_len = match kind {
            StagedKind::Media | StagedKind::Again(_) => payload_len,
            StagedKind::Repetition => payload_len + ORIGINAL_SEQUENCE_LEN,
            StagedKind::Padding => PADDING.len(),
            StagedKind::Probe => PROBE.len(),
        };
        Self {
            kind,
            stream,
            index,
            place,
            header_start: 0,
            header_len: 0,
            transport_sequence_at: None,
            send_time_at: None,
            body_len,
            is_switch_point: false,
            form: PayloadForm::All,
        }
    }

    /// The length of the packet in bytes, before protection.
    pub(crate) const fn len(&self) -> usize {
        self.header_len + self.body_len
    }

    /// Writes the packet; `headers` are those of the Slot, `source` what the stream's cache has.
    pub(crate) fn write(
        &self,
        out: &mut [u8],
        headers: &[u8],
        source: Option<(&MediaPacket, &[u8])>,
    ) -> Result<(), WriteError> {
        let mut writer = Writer::new(out);
        writer.put(headers.get(self.header_start..self.header_start + self.header_len).unwrap_or_default())?;
        if matches!(self.kind, StagedKind::Padding) {
            return writer.put(&PADDING);
        }
        if matches!(self.kind, StagedKind::Probe) {
            return writer.put(&PROBE);
        }
        if matches!(self.kind, StagedKind::Repetition) {
            writer.u16(self.place.sequence)?;
        }
        // Padding is repeated as nothing.
        if matches!(self.kind, StagedKind::Repetition) && self.body_len == ORIGINAL_SEQUENCE_LEN {
            return Ok(());
        }
        let start = writer.len();
        let (media, packet) = source.ok_or(WriteError::BufferTooSmall)?;
        let end = media.header.len + media.payload_len;
        let len = if matches!(self.form, PayloadForm::Primary) { media.primary_len() } else { media.payload_len };
        writer.put(packet.get(end - len..end).unwrap_or_default())?;
        let payload = out.get_mut(start..).unwrap_or_default();
        let (picture_id, tl0_index) = (self.place.picture_id, self.place.tl0_index);
        match &media.descriptor {
            Descriptor::Vp8(descriptor) => descriptor.rewrite(payload, picture_id, tl0_index),
            Descriptor::Vp9(descriptor) => descriptor.rewrite(payload, picture_id, tl0_index),
            Descriptor::Red(_) => {
                if let PayloadForm::Blocks(payload_type) = self.form {
                    rewrite_payload_types(payload, payload_type);
                }
                Ok(())
            }
            Descriptor::Av1(_) | Descriptor::None => Ok(()),
        }
        .map_err(|_| WriteError::BufferTooSmall)
    }
}
