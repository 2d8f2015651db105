//! The headers of what a Slot sends: the extensions of its own, and those that go on from the publisher.

use super::passed_extensions::PassedExtensions;
use crate::bytes::WriteError;
use crate::codec::av1::rewrite_frame_number;
use crate::extension_ids::{ExtensionIds, Known};
use crate::media::MediaPacket;
use crate::rtp::{ExtensionFormat, FixedFields, HeaderWriter};
use crate::slot::staged::{Staged, StagedKind};

const PADDING_BIT: u8 = 0x20;

/// What the headers of all packets of a Slot have in common.
pub(super) struct HeaderTemplate {
    mid: String,
    extensions: ExtensionIds,
    mid_id: Option<u8>,
    transport_sequence_id: Option<u8>,
    send_time_id: Option<u8>,
    passed: PassedExtensions,
}

impl HeaderTemplate {
    pub(super) fn new(mid: String, extensions: Vec<(u8, String)>) -> Self {
        let mut template = Self {
            mid,
            mid_id: None,
            transport_sequence_id: None,
            send_time_id: None,
            extensions: ExtensionIds::default(),
            passed: PassedExtensions::default(),
        };
        template.renegotiate(extensions);
        template
    }

    /// Takes other extensions. `begin` has to follow where something is carried.
    pub(super) fn renegotiate(&mut self, extensions: Vec<(u8, String)>) {
        let extensions = ExtensionIds::new(extensions);
        self.mid_id = extensions.id(Known::Mid);
        self.transport_sequence_id = extensions.id(Known::TransportSequence);
        self.send_time_id = extensions.id(Known::AbsoluteSendTime);
        self.extensions = extensions;
    }

    pub(super) fn is_of(&self, mid: &str) -> bool {
        self.mid == mid
    }

    /// Goes on with the packets of another m-line, which has these extensions.
    pub(super) fn begin(&mut self, incoming: &ExtensionIds) {
        self.passed.begin(incoming, &self.extensions);
    }

    pub(super) const fn has_transport_sequence(&self) -> bool {
        self.transport_sequence_id.is_some()
    }

    /// Writes the header of a packet into `out`, and into `staged` where it has what is known only when the packet leaves.
    /// Returns its length in bytes.
    pub(super) fn write(
        &self,
        out: &mut [u8],
        staged: &mut Staged,
        fields: &FixedFields,
        source: Option<(&MediaPacket, &[u8])>,
    ) -> Result<usize, WriteError> {
        let format = self.format(source);
        let mut frame_number_at = None;
        let mut header = HeaderWriter::start(out, fields, &[], format)?;
        if let Some(id) = self.mid_id {
            header.extension(id, self.mid.as_bytes())?;
        }
        if let Some(id) = self.send_time_id {
            staged.send_time_at = Some(header.extension(id, &[0; 3])?);
        }
        if let Some(id) = self.transport_sequence_id {
            staged.transport_sequence_at = Some(header.extension(id, &[0; 2])?);
        }
        if let Some((media, packet)) = source {
            for extension in media.header.extensions(packet) {
                let Some(id) = self.passed.onward_id(extension.id, media) else { continue };
                let at = header.extension(id, extension.data)?;
                if self.passed.is_dependency(id) {
                    frame_number_at = Some((at, extension.data.len()));
                }
            }
        }
        let len = header.finish()?;
        if let Some((at, data_len)) = frame_number_at
            && let Some(data) = out.get_mut(at..at + data_len)
        {
            rewrite_frame_number(data, staged.place.picture_id).map_err(|_| WriteError::BufferTooSmall)?;
        }
        if matches!(staged.kind, StagedKind::Padding | StagedKind::Probe)
            && let Some(flags) = out.first_mut()
        {
            *flags |= PADDING_BIT;
        }
        Ok(len)
    }

    /// One byte where everything fits it.
    fn format(&self, source: Option<(&MediaPacket, &[u8])>) -> ExtensionFormat {
        let one_byte = ExtensionFormat::OneByte;
        let own_fit = self.mid_id.is_none_or(|id| one_byte.fits(id, self.mid.as_bytes()))
            && self.send_time_id.is_none_or(|id| one_byte.fits(id, &[0; 3]))
            && self.transport_sequence_id.is_none_or(|id| one_byte.fits(id, &[0; 2]));
        if own_fit && self.passed.fit_one_byte(source) { one_byte } else { ExtensionFormat::TwoByte }
    }
}
