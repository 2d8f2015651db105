//! Which header extensions of a packet go on to the receiver, and under which ids.

use crate::extension_ids::{ExtensionIds, Known};
use crate::media::{Descriptor, MediaPacket};
use crate::rtp::ExtensionFormat;

#[derive(Default)]
pub(crate) struct PassedExtensions {
    /// By incoming id, the outgoing one.
    ids: Vec<(u8, u8)>,
    /// Outgoing.
    dependency_id: Option<u8>,
}

impl PassedExtensions {
    /// Goes on with the packets of another m-line.
    pub(crate) fn begin(&mut self, incoming: &ExtensionIds, outgoing: &ExtensionIds) {
        self.ids.clear();
        self.ids.extend(incoming.passed_to(outgoing));
        self.dependency_id = outgoing.id(Known::DependencyDescriptor);
    }

    /// The id under which an extension goes out, if it does. A dependency descriptor whose frame number is not written
    /// anew stays behind: after a switch it would contradict what the receiver had before.
    pub(crate) fn onward_id(&self, incoming: u8, media: &MediaPacket) -> Option<u8> {
        let (_, id) = self.ids.iter().find(|(passed, _)| *passed == incoming)?;
        let is_stale = self.is_dependency(*id) && !matches!(media.descriptor, Descriptor::Av1(_));
        Some(*id).filter(|_| !is_stale)
    }

    /// Whether an outgoing id is that of the dependency descriptor.
    pub(crate) fn is_dependency(&self, outgoing: u8) -> bool {
        self.dependency_id == Some(outgoing)
    }

    /// Whether the one-byte format holds all that goes on from a packet.
    pub(crate) fn fit_one_byte(&self, source: Option<(&MediaPacket, &[u8])>) -> bool {
        let one_byte = ExtensionFormat::OneByte;
        let data_fit = source.is_none_or(|(media, packet)| {
            media.header.extension_format != Some(ExtensionFormat::TwoByte)
                || media.header.extensions(packet).all(|extension| {
                    self.onward_id(extension.id, media).is_none_or(|id| one_byte.fits(id, extension.data))
                })
        });
        data_fit && self.ids.iter().all(|(_, id)| one_byte.fits(*id, &[0]))
    }
}
