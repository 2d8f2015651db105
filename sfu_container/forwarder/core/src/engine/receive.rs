//! What comes from the network.

use super::Engine;
use crate::arena::Key;
use crate::demux::{Protocol, classify};
use crate::drop_reason::DropReason;
use crate::event::Event;
use crate::media;
use crate::negotiated::{Format, MediaKind};
use crate::path::{Path, Transmit};
use crate::peer::{Peer, Source};
use crate::rtp::{Header, known_extension};
use crate::speakers::level_of;
use crate::stream::{RepairStream, Stream};
use crate::time::Instant;

/// The original sequence number in front of a repeated payload (RFC 4588, section 4).
const ORIGINAL_SEQUENCE_LEN: usize = 2;

impl Engine {
    /// Takes a datagram, or a frame from TCP; it is opened in place. Whatever it is, it is counted at worst.
    pub fn receive(&mut self, path: &Path, data: &mut [u8], now: Instant, out: &mut dyn Transmit) {
        let taken = match classify(data) {
            None => Err(DropReason::UnknownProtocol),
            Some(Protocol::Stun) => self.receive_stun(path, data, now, out),
            Some(protocol) => match self.ice.peer_at(path) {
                None => Err(DropReason::UnknownSource),
                Some(peer) => self.receive_from(peer, path, protocol, data, now),
            },
        };
        if let Err(reason) = taken {
            self.drops.count(reason);
        }
        if std::mem::take(&mut self.must_flush) {
            self.flush(now, out);
        }
    }

    fn receive_stun(
        &mut self,
        path: &Path,
        data: &[u8],
        now: Instant,
        out: &mut dyn Transmit,
    ) -> Result<(), DropReason> {
        let event = self.ice.receive(path, data, now, &mut self.peers, out)?;
        self.switchboard.events.extend(event);
        Ok(())
    }

    fn receive_from(
        &mut self,
        key: Key<Peer>,
        path: &Path,
        protocol: Protocol,
        data: &mut [u8],
        now: Instant,
    ) -> Result<(), DropReason> {
        match protocol {
            Protocol::Stun => Ok(()),
            Protocol::Dtls => {
                let peer = self.peers.get_mut(key).ok_or(DropReason::UnknownSource)?;
                if !peer.dtls_budget.take(1, now) {
                    return Err(DropReason::Excess);
                }
                let event = Event::DtlsReceived { peer: peer.id.clone(), data: data.to_vec() };
                self.switchboard.events.push_back(event);
                Ok(())
            }
            Protocol::Rtcp => {
                let keys = self.peers.get_mut(key).and_then(|peer| peer.keys.as_mut()).ok_or(DropReason::NoKeys)?;
                let len = keys.receive.unprotect_rtcp(data)?;
                self.hear(key, path, now);
                self.receive_rtcp(key, data.get(..len).unwrap_or_default(), now)
            }
            Protocol::Rtp => {
                let peer = self.peers.get_mut(key).ok_or(DropReason::NoKeys)?;
                let keys = peer.keys.as_mut().ok_or(DropReason::NoKeys)?;
                let header = Header::parse(data)?;
                let len = keys.receive.unprotect_rtp(data, &header)?;
                for counts in [&mut peer.received, &mut self.totals.received] {
                    counts.packets += 1;
                    counts.bytes += data.len() as u64;
                }
                let is_within_limit = peer.may_send_media(now);
                self.hear(key, path, now);
                if !is_within_limit {
                    return Err(DropReason::ExcessMedia);
                }
                self.receive_rtp(key, header, data.get_mut(..len).unwrap_or_default(), now)
            }
        }
    }

    /// Authentic media came from a Peer.
    fn hear(&mut self, key: Key<Peer>, path: &Path, now: Instant) {
        if let Some(peer) = self.peers.get_mut(key)
            && peer.ice.hear(now)
        {
            self.switchboard.events.push_back(Event::IceConnected { peer: peer.id.clone(), path: *path });
        }
    }

    fn receive_rtp(
        &mut self,
        key: Key<Peer>,
        header: Header,
        packet: &mut [u8],
        now: Instant,
    ) -> Result<(), DropReason> {
        let peer = self.peers.get_mut(key).ok_or(DropReason::UnknownSource)?;
        peer.note_arrival(&header, packet, now);
        let source = match peer.sources.get(&header.ssrc) {
            Some(source) => *source,
            None => self.bind(key, &header, packet)?,
        };
        match source {
            Source::Media(stream) => self.accept(stream, header, packet, false, now),
            Source::Repair(repair) => self.repair(key, repair, header, packet, now),
        }
    }

    /// Takes a packet of a stream, or one that RTX brought back, and hands it on.
    fn accept(
        &mut self,
        key: Key<Stream>,
        header: Header,
        packet: &[u8],
        is_recovered: bool,
        now: Instant,
    ) -> Result<(), DropReason> {
        let stream = self.switchboard.streams.get_mut(key).ok_or(DropReason::UnknownStream)?;
        let publication = stream.publication;
        let owner = self.switchboard.publications.get_mut(publication).ok_or(DropReason::UnknownStream)?;
        let mut ended_freeze = None;
        if !is_recovered {
            ended_freeze = stream.freeze_ended_by(header.sequence, header.timestamp, now);
            stream.reception.record(header.sequence, header.timestamp, now);
        }
        stream.counts.packets += 1;
        stream.counts.bytes += packet.len() as u64;
        stream.counts.retransmitted += u64::from(is_recovered);
        let format = owner.codec(header.payload_type).map(crate::negotiated::Codec::format);
        let dependency = owner.dependency_id.and_then(|id| header.extension(packet, id));
        // What overtook the first keyframe is asked for again once that is there.
        let is_av1 = format == Some(Format::Av1);
        if is_av1 && dependency.is_some_and(|data| stream.dependencies.is_too_early(data)) {
            return Err(DropReason::UnknownStream);
        }
        let index = stream.missing.record(header.sequence, now).ok_or(DropReason::Duplicate)?;
        let mut media = media::read(index, header, packet, format, dependency, &mut stream.dependencies)?;
        if media.is_switch_point && format == Some(Format::H264) {
            media.is_switch_point = stream.parameter_sets.allow(&media);
        }
        let mut has_changed = false;
        if media.is_forwardable {
            stream.cache.store(media, packet);
            self.must_flush |= stream.cache.is_crowded_by(self.batch);
            has_changed = stream.note_flow(media.frame.spatial, packet.len(), now);
        }
        if media.is_switch_point {
            has_changed |= stream.note_switch_point(&media);
        }
        if owner.kind == MediaKind::Audio && !owner.is_paused && media.is_forwardable {
            let told = owner.audio_level_id.and_then(|id| header.extension(packet, id));
            let told = told.and_then(known_extension::AudioLevel::parse).map(|told| told.level);
            owner.level.hear(level_of(told, media.primary_len()), now);
        } else if has_changed {
            self.switchboard.retarget_all(publication, now);
        }
        if media.is_switch_point
            && let Some(stream) = self.switchboard.streams.get_mut(key)
        {
            // Also the wish that its own news has just raised.
            stream.wish.fulfil();
        }
        if let Some(lasted) = ended_freeze {
            self.count_freezes(key, lasted);
        }
        self.switchboard.deliver(key, &media, packet, now);
        Ok(())
    }

    /// Takes an RTX packet, and the one that it repeats (RFC 4588, section 4).
    fn repair(
        &mut self,
        peer: Key<Peer>,
        key: Key<RepairStream>,
        mut header: Header,
        packet: &mut [u8],
        now: Instant,
    ) -> Result<(), DropReason> {
        let repair = self.repairs.get_mut(key).ok_or(DropReason::UnknownStream)?;
        repair.reception.record(header.sequence, header.timestamp, now);
        let payload_len = header.payload(packet)?.len();
        let publication = self.switchboard.publications.get(repair.publication).ok_or(DropReason::UnknownStream)?;
        let stream = publication.stream(repair.encoding);
        let codec = publication.repaired_codec(header.payload_type);
        let (Some(stream), Some(codec)) = (stream, codec) else { return Ok(()) };
        // A packet without payload is a probe.
        if payload_len <= ORIGINAL_SEQUENCE_LEN {
            return Ok(());
        }
        header.ssrc = self.switchboard.streams.get(stream).map_or(header.ssrc, |stream| stream.ssrc);
        header.payload_type = codec.payload_type;
        let original = restore(packet, &mut header).ok_or(DropReason::BadRtp)?;
        self.accept(stream, header, original, true, now)?;
        if let Some(peer) = self.peers.get_mut(peer) {
            peer.received.retransmitted += 1;
            self.totals.received.retransmitted += 1;
        }
        Ok(())
    }
}

/// Turns an RTX packet into the one that it repeats, in place; `header` has its SSRC and payload type already.
fn restore<'a>(packet: &'a mut [u8], header: &mut Header) -> Option<&'a [u8]> {
    let (start, len) = (header.len, packet.len());
    header.sequence = u16::from_be_bytes(*packet.get(start..)?.first_chunk()?);
    packet.copy_within(start + ORIGINAL_SEQUENCE_LEN..len, start);
    packet.get(..len - ORIGINAL_SEQUENCE_LEN)
}
