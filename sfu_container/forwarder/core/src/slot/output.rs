//! What a Slot sends: packets under its own SSRC, payload types, header extensions and numbers, and their repetition.

use std::time::Duration;

use super::continuity::{Continuity, Place};
use super::passed_extensions::PassedExtensions;
use super::sent_packets::{Departed, SentPacket, SentPackets};
use super::staged::{PayloadForm, Staged, StagedKind};
use crate::arena::Key;
use crate::bytes::WriteError;
use crate::codec::av1::rewrite_frame_number;
use crate::extension_ids::{ExtensionIds, Known};
use crate::media::MediaPacket;
use crate::negotiated::{Codec, Format, SlotLine};
use crate::publication::Publication;
use crate::random::Random;
use crate::rtp::{ExtensionFormat, FixedFields, HeaderWriter};
use crate::srtp::SendState;
use crate::stream::Stream;
use crate::time::Instant;

/// What a receiver asks for beyond is not loss but abuse, or a link that repetition only fills further.
const MAX_RESENT_PER_SECOND: u32 = 512;
/// Of a header with all its extensions, in bytes.
const MAX_HEADER_LEN: usize = 512;
const PADDING_BIT: u8 = 0x20;

/// The payload types of a codec in the stream that is carried, and in the Slot.
struct PayloadTypes {
    incoming: u8,
    outgoing: u8,
    rtx: Option<u8>,
    form: PayloadForm,
}

pub(crate) struct SlotOutput {
    mid: String,
    codecs: Vec<Codec>,
    extensions: ExtensionIds,
    mid_id: Option<u8>,
    transport_sequence_id: Option<u8>,
    send_time_id: Option<u8>,
    payload_types: Vec<PayloadTypes>,
    /// The payload type of the last packet that was sent, which padding between such packets has too.
    outgoing: Option<u8>,
    passed: PassedExtensions,
    continuity: Continuity,
    sent: SentPackets,
    rtx_ssrc: Option<u32>,
    rtx_sequence: u16,
    resending: Option<(Instant, u32)>,
    pub(crate) ssrc: u32,
    pub(crate) state: SendState,
    pub(crate) rtx_state: Option<SendState>,
    pub(crate) staged: Vec<Staged>,
    /// The headers of what is staged, one behind the other.
    pub(crate) headers: Vec<u8>,
    pub(crate) packet_count: u32,
    pub(crate) octet_count: u32,
    /// When media was sent last that was not sent before.
    pub(crate) last_media_at: Option<Instant>,
}

impl SlotOutput {
    pub(crate) fn new(line: SlotLine, cache_packets: usize, random: &mut Random) -> Self {
        let mut output = Self {
            mid: line.mid,
            codecs: line.codecs,
            mid_id: None,
            transport_sequence_id: None,
            send_time_id: None,
            extensions: ExtensionIds::default(),
            payload_types: Vec::new(),
            outgoing: None,
            passed: PassedExtensions::default(),
            continuity: Continuity::new(random),
            sent: SentPackets::new(cache_packets),
            rtx_ssrc: line.rtx_ssrc,
            rtx_sequence: (random.next() & 0x7fff) as u16,
            resending: None,
            ssrc: line.ssrc,
            state: SendState::new(line.ssrc),
            rtx_state: line.rtx_ssrc.map(SendState::new),
            staged: Vec::new(),
            headers: Vec::new(),
            packet_count: 0,
            octet_count: 0,
            last_media_at: None,
        };
        output.take_extensions(ExtensionIds::new(line.extensions));
        output
    }

    /// There are new keys, under which every index is free again.
    pub(crate) fn rekey(&mut self) {
        self.sent.forget_departures();
        self.state = SendState::new(self.ssrc);
        self.rtx_state = self.rtx_ssrc.map(SendState::new);
    }

    /// Takes what was negotiated anew. What was used up under its SSRCs stays used up. `translate` has to follow where
    /// something is carried.
    pub(crate) fn renegotiate(&mut self, line: SlotLine) {
        self.codecs = line.codecs;
        self.take_extensions(ExtensionIds::new(line.extensions));
        self.rtx_ssrc = line.rtx_ssrc;
        self.rtx_state = self.rtx_state.take().or_else(|| line.rtx_ssrc.map(SendState::new));
    }

    fn take_extensions(&mut self, extensions: ExtensionIds) {
        self.mid_id = extensions.id(Known::Mid);
        self.transport_sequence_id = extensions.id(Known::TransportSequence);
        self.send_time_id = extensions.id(Known::AbsoluteSendTime);
        self.extensions = extensions;
    }

    /// The SSRCs under which it has sent, or may have.
    pub(crate) fn used_ssrcs(&self) -> impl Iterator<Item = u32> {
        [Some(self.ssrc), self.rtx_state.as_ref().map(SendState::ssrc)].into_iter().flatten()
    }

    /// Whether another m-line is the same as far as this cannot change: the SSRC of repetitions may come and go only.
    pub(crate) fn is_same_line(&self, line: &SlotLine) -> bool {
        let used = self.rtx_state.as_ref().map(SendState::ssrc);
        self.mid == line.mid
            && self.ssrc == line.ssrc
            && (used.is_none() || line.rtx_ssrc.is_none_or(|rtx| used == Some(rtx)))
    }

    /// Whether the codec of a payload type of the Publication was negotiated for this Slot too.
    pub(crate) fn can_carry(&self, publication: &Publication, payload_type: u8) -> bool {
        publication.codec(payload_type).is_some_and(|sent| Codec::carrying(&self.codecs, sent).is_some())
    }

    /// Goes on with another stream, which `first` begins.
    pub(crate) fn begin(&mut self, publication: &Publication, first: &MediaPacket, now: Instant) {
        self.translate(publication);
        let clock_rate = publication.codec(first.header.payload_type).map_or(1, |codec| codec.clock_rate);
        self.continuity.begin(first, clock_rate, now);
    }

    /// Finds the payload types and extension ids in which what the Publication sends goes out from now on.
    pub(crate) fn translate(&mut self, publication: &Publication) {
        // What went out cannot be made again byte for byte.
        self.sent.forget_departures();
        self.payload_types.clear();
        for codec in &publication.codecs {
            if let Some(own) = Codec::carrying(&self.codecs, codec) {
                let opus = Codec::opus(&self.codecs).filter(|_| codec.format() == Format::Red);
                let form = match opus.map(|opus| opus.payload_type) {
                    Some(payload_type) if payload_type == own.payload_type => PayloadForm::Primary,
                    Some(payload_type) => PayloadForm::Blocks(payload_type),
                    None => PayloadForm::All,
                };
                self.payload_types.push(PayloadTypes {
                    incoming: codec.payload_type,
                    outgoing: own.payload_type,
                    rtx: own.rtx_payload_type,
                    form,
                });
            }
        }
        self.passed.begin(&publication.extensions, &self.extensions);
    }

    /// Stages a packet of the stream that was begun.
    pub(crate) fn write(
        &mut self,
        stream: Key<Stream>,
        media: &MediaPacket,
        packet: &[u8],
        marker: bool,
        now: Instant,
    ) {
        let types = self.payload_types(media).filter(|_| media.is_forwardable);
        let Some((payload_type, form)) = types.map(|types| (types.outgoing, types.form)) else {
            self.skip(stream, media);
            return;
        };
        let Some(place) = self.continuity.place(media, now) else { return };
        self.outgoing = Some(payload_type);
        let fields =
            FixedFields { marker, payload_type, sequence: place.sequence, timestamp: place.timestamp, ssrc: self.ssrc };
        let staged = Staged::new(StagedKind::Media, stream, media, form, place);
        if self.stage(staged, &fields, Some((media, packet))).is_ok() {
            self.sent.store(stream, Some(media.index), place, marker);
            self.packet_count = self.packet_count.wrapping_add(1);
            self.octet_count = self.octet_count.wrapping_add(staged.body_len as u32);
        }
    }

    /// Leaves a packet of the stream out, without a gap for the receiver.
    pub(crate) fn skip(&mut self, stream: Key<Stream>, media: &MediaPacket) {
        if let Some(place) = self.continuity.skip(media) {
            self.stage_padding(stream, place);
        }
    }

    /// Fills the place of a packet that did not come and is not waited for any more.
    pub(crate) fn fill_gap(&mut self, stream: Key<Stream>, index: u64) {
        if let Some(place) = self.continuity.gap(index) {
            self.stage_padding(stream, place);
        }
    }

    fn stage_padding(&mut self, stream: Key<Stream>, place: Place) {
        let Some(payload_type) = self.outgoing else { return };
        let fields = FixedFields {
            marker: false,
            payload_type,
            sequence: place.sequence,
            timestamp: place.timestamp,
            ssrc: self.ssrc,
        };
        if self.stage(Staged::without_media(StagedKind::Padding, stream, place), &fields, None).is_ok() {
            self.sent.store(stream, None, place, false);
            self.packet_count = self.packet_count.wrapping_add(1);
        }
    }

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

    /// A packet is not sent, and not when it is asked for either.
    pub(crate) fn give_up(&mut self, sequence: u16) {
        self.sent.forget(sequence);
    }

    /// Whether arrivals of what it sends are reported.
    pub(crate) const fn has_transport_sequence(&self) -> bool {
        self.transport_sequence_id.is_some()
    }

    /// Notes how a packet left, where it may have to leave again as it was.
    pub(crate) fn note_departure(&mut self, sequence: u16, departed: Departed) {
        if self.rtx_ssrc.is_none() {
            self.sent.note_departure(sequence, departed);
        }
    }

    /// Of the media that it carries, in Hz.
    pub(crate) fn clock_rate(&self) -> u32 {
        self.codecs.first().map_or(1, |codec| codec.clock_rate)
    }

    /// The outgoing timestamp of an incoming one.
    pub(crate) const fn timestamp(&self, incoming: u32) -> u32 {
        self.continuity.timestamp(incoming)
    }

    fn payload_types(&self, media: &MediaPacket) -> Option<&PayloadTypes> {
        self.payload_types.iter().find(|all| all.incoming == media.header.payload_type)
    }

    fn stage(
        &mut self,
        mut staged: Staged,
        fields: &FixedFields,
        source: Option<(&MediaPacket, &[u8])>,
    ) -> Result<(), WriteError> {
        let start = self.headers.len();
        self.headers.resize(start + MAX_HEADER_LEN, 0);
        let written = self.write_header(start, &mut staged, fields, source);
        let len = written.unwrap_or_default();
        self.headers.truncate(start + len);
        written?;
        (staged.header_start, staged.header_len) = (start, len);
        self.staged.push(staged);
        Ok(())
    }

    fn write_header(
        &mut self,
        start: usize,
        staged: &mut Staged,
        fields: &FixedFields,
        source: Option<(&MediaPacket, &[u8])>,
    ) -> Result<usize, WriteError> {
        let format = self.format(source);
        let out = self.headers.get_mut(start..).unwrap_or_default();
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
            && let Some(data) = self.headers.get_mut(start + at..start + at + data_len)
        {
            rewrite_frame_number(data, staged.place.picture_id).map_err(|_| WriteError::BufferTooSmall)?;
        }
        if matches!(staged.kind, StagedKind::Padding | StagedKind::Probe)
            && let Some(flags) = self.headers.get_mut(start)
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
