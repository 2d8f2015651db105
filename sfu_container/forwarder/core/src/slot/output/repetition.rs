//! What a Slot sends again, or sends only to fill its Peer's path: repetitions on the RTX stream (RFC 4588), or as they
//! were where there is none, and padding.

use std::time::Duration;

use super::SlotOutput;
use crate::arena::Key;
use crate::media::MediaPacket;
use crate::rtp::FixedFields;
use crate::slot::sent_packets::SentPacket;
use crate::slot::staged::{Staged, StagedKind};
use crate::stream::Stream;
use crate::time::Instant;

/// What a receiver asks for beyond is not loss but abuse, or a link that repetition only fills further.
const MAX_RESENT_PER_SECOND: u32 = 512;

impl SlotOutput {
    /// Whether the receiver may have another packet repeated, and which one is `sequence`.
    pub(crate) fn find_for_resend(&mut self, sequence: u16, now: Instant) -> Option<SentPacket> {
        let (since, count) =
            self.resending.filter(|(since, _)| now - *since < Duration::from_secs(1)).unwrap_or((now, 0));
        self.resending = Some((since, count));
        if count >= MAX_RESENT_PER_SECOND {
            return None;
        }
        let found = self.sent.take_for_resend(sequence, now)?;
        self.resending = Some((since, count + 1));
        Some(found)
    }

    /// Stages the repetition of a packet: by RTX (RFC 4588, section 4), or as it was where RTX was not negotiated. False
    /// where it cannot be repeated.
    pub(crate) fn resend(&mut self, sent: &SentPacket, media: &MediaPacket, packet: &[u8]) -> bool {
        let Some(types) = self.payload_types(media) else { return false };
        let (rtx, place, form) = (self.rtx_ssrc.zip(types.rtx), sent.place, types.form);
        let same = FixedFields {
            marker: sent.is_last_of_picture,
            payload_type: types.outgoing,
            sequence: place.sequence,
            timestamp: place.timestamp,
            ssrc: self.ssrc,
        };
        let (kind, fields) = match (rtx, sent.departed) {
            (Some((ssrc, payload_type)), _) => {
                self.rtx_sequence = self.rtx_sequence.wrapping_add(1);
                (StagedKind::Repetition, FixedFields { payload_type, sequence: self.rtx_sequence, ssrc, ..same })
            }
            (None, Some(departed)) => (StagedKind::Again(departed), same),
            (None, None) => return false,
        };
        self.stage(Staged::new(kind, sent.stream, media, form, place), &fields, Some((media, packet))).is_ok()
    }

    /// Stages the repetition of padding. False without RTX.
    pub(crate) fn resend_padding(&mut self, sent: &SentPacket) -> bool {
        let types = self.payload_types.iter().find(|types| Some(types.outgoing) == self.outgoing);
        let rtx = types.and_then(|types| types.rtx);
        let Some((ssrc, payload_type)) = self.rtx_ssrc.zip(rtx) else { return false };
        self.rtx_sequence = self.rtx_sequence.wrapping_add(1);
        let (sequence, timestamp) = (self.rtx_sequence, sent.place.timestamp);
        let fields = FixedFields { marker: false, payload_type, sequence, timestamp, ssrc };
        let staged = Staged::without_media(StagedKind::Repetition, sent.stream, sent.place);
        self.stage(staged, &fields, None).is_ok()
    }

    /// Stages a packet of padding on the RTX stream. False where there is none.
    pub(crate) fn stage_probe(&mut self, stream: Key<Stream>) -> bool {
        // Before anything was carried, any codec's will do: padding is not decoded.
        let offered = || self.codecs.iter().find_map(|codec| codec.rtx_payload_type);
        let rtx = self.payload_types.iter().find_map(|types| types.rtx).or_else(offered);
        let Some((ssrc, payload_type)) = self.rtx_ssrc.zip(rtx) else { return false };
        self.rtx_sequence = self.rtx_sequence.wrapping_add(1);
        let place = self.continuity.last();
        let (sequence, timestamp) = (self.rtx_sequence, place.timestamp);
        let fields = FixedFields { marker: false, payload_type, sequence, timestamp, ssrc };
        self.stage(Staged::without_media(StagedKind::Probe, stream, place), &fields, None).is_ok()
    }
}
