//! What a Slot sends: packets under its own SSRC, payload types, header extensions and numbers.

mod header;
mod passed_extensions;
mod repetition;

use header::HeaderTemplate;

use super::continuity::{Continuity, Place};
use super::sent_packets::{Departed, SentPackets};
use super::staged::{PayloadForm, Staged, StagedKind};
use crate::arena::Key;
use crate::bytes::WriteError;
use crate::media::MediaPacket;
use crate::negotiated::{Codec, Format, SlotLine};
use crate::publication::Publication;
use crate::random::Random;
use crate::rtp::FixedFields;
use crate::srtp::SendState;
use crate::stream::Stream;
use crate::time::Instant;

/// Of a header with all its extensions, in bytes.
const MAX_HEADER_LEN: usize = 512;

/// The payload types of a codec in the stream that is carried, and in the Slot.
struct PayloadTypes {
    incoming: u8,
    outgoing: u8,
    rtx: Option<u8>,
    form: PayloadForm,
}

pub(crate) struct SlotOutput {
    codecs: Vec<Codec>,
    header: HeaderTemplate,
    payload_types: Vec<PayloadTypes>,
    /// The payload type of the last packet that was sent, which padding between such packets has too.
    outgoing: Option<u8>,
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
        Self {
            codecs: line.codecs,
            header: HeaderTemplate::new(line.mid, line.extensions),
            payload_types: Vec::new(),
            outgoing: None,
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
        }
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
        self.header.renegotiate(line.extensions);
        self.rtx_ssrc = line.rtx_ssrc;
        self.rtx_state = self.rtx_state.take().or_else(|| line.rtx_ssrc.map(SendState::new));
    }

    /// The SSRCs under which it has sent, or may have.
    pub(crate) fn used_ssrcs(&self) -> impl Iterator<Item = u32> {
        [Some(self.ssrc), self.rtx_state.as_ref().map(SendState::ssrc)].into_iter().flatten()
    }

    /// Whether another m-line is the same as far as this cannot change: the SSRC of repetitions may come and go only.
    pub(crate) fn is_same_line(&self, line: &SlotLine) -> bool {
        let used = self.rtx_state.as_ref().map(SendState::ssrc);
        self.header.is_of(&line.mid)
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
        self.header.begin(&publication.extensions);
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

    /// A packet is not sent, and not when it is asked for either.
    pub(crate) fn give_up(&mut self, sequence: u16) {
        self.sent.forget(sequence);
    }

    /// Whether arrivals of what it sends are reported.
    pub(crate) const fn has_transport_sequence(&self) -> bool {
        self.header.has_transport_sequence()
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
        let out = self.headers.get_mut(start..).unwrap_or_default();
        let written = self.header.write(out, &mut staged, fields, source);
        let len = written.unwrap_or_default();
        self.headers.truncate(start + len);
        written?;
        (staged.header_start, staged.header_len) = (start, len);
        self.staged.push(staged);
        Ok(())
    }
}
