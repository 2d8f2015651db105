//! Streams begin and end: what an SSRC is turns out with its first packet.

use super::Engine;
use crate::arena::Key;
use crate::drop_reason::DropReason;
use crate::event::Event;
use crate::negotiated::MediaKind;
use crate::packet_cache::PacketCache;
use crate::peer::{Peer, Source};
use crate::publication::Publication;
use crate::reception::Reception;
use crate::rtp::Header;
use crate::stream::{RepairStream, Stream};

/// The clock of RTX streams, whose reports need one; that of all video.
const RTX_CLOCK_RATE: u32 = 90_000;
/// Packets of sound kept to be sent again.
const AUDIO_CACHE_PACKETS: usize = 64;

impl Engine {
    /// Finds out what an SSRC is that came for the first time.
    pub(super) fn bind(&mut self, key: Key<Peer>, header: &Header, packet: &[u8]) -> Result<Source, DropReason> {
        let peer = self.peers.get_mut(key).ok_or(DropReason::UnknownSource)?;
        if peer.replaced.contains(&header.ssrc) {
            return Err(DropReason::UnknownStream);
        }
        let identity = peer.identify(header, packet)?;
        let publications = &self.switchboard.publications;
        let of_line = |key: &&Key<_>| publications.get(**key).is_some_and(|all| *all.mid == *identity.mid);
        let publication = *peer.publications.iter().find(of_line).ok_or(DropReason::UnknownStream)?;
        let owner = publications.get(publication).ok_or(DropReason::UnknownStream)?;
        let encoding = owner.encoding(identity.rid.as_deref()).ok_or(DropReason::UnknownStream)?;
        let source = if identity.repairs || owner.repaired_codec(header.payload_type).is_some() {
            let reception = Reception::new(RTX_CLOCK_RATE);
            Source::Repair(self.repairs.insert(RepairStream { publication, encoding, reception }))
        } else {
            Source::Media(self.start(key, publication, encoding, header)?)
        };
        if let Some(peer) = self.peers.get_mut(key) {
            peer.sources.insert(header.ssrc, source);
        }
        Ok(source)
    }

    /// An encoding begins, or goes on under another SSRC.
    fn start(
        &mut self,
        peer: Key<Peer>,
        key: Key<Publication>,
        encoding: usize,
        header: &Header,
    ) -> Result<Key<Stream>, DropReason> {
        let publication = self.switchboard.publications.get(key).ok_or(DropReason::UnknownStream)?;
        let codec = publication.codec(header.payload_type).ok_or(DropReason::UnknownStream)?;
        let rid = publication.encodings.get(encoding).and_then(|encoding| encoding.rid.clone());
        let (kind, clock_rate) = (publication.kind, codec.clock_rate);
        if let Some(replaced) = publication.stream(encoding) {
            self.drop_stream(peer, replaced, true);
        }
        let packets =
            if kind == MediaKind::Audio { AUDIO_CACHE_PACKETS } else { self.config.retransmission_cache_packets };
        let cache = PacketCache::new(packets);
        let stream = Stream::new(key, kind, rid.clone(), (header.ssrc, header.payload_type), clock_rate, cache);
        let stream = self.switchboard.streams.insert(stream);
        let publication = self.switchboard.publications.get_mut(key).ok_or(DropReason::UnknownStream)?;
        if let Some(place) = publication.streams.get_mut(encoding) {
            *place = Some(stream);
        }
        let event = Event::StreamStarted { publication: publication.id.clone(), rid, ssrc: header.ssrc };
        self.switchboard.events.push_back(event);
        Ok(stream)
    }

    /// A stream ends. Where another SSRC took its place, its own is refused from now on.
    pub(super) fn drop_stream(&mut self, key: Key<Peer>, stream: Key<Stream>, is_replaced: bool) {
        let (Some(gone), Some(peer)) = (self.switchboard.lose(stream), self.peers.get_mut(key)) else { return };
        peer.lost_before += gone.reception.lost();
        peer.sources.remove(&gone.ssrc);
        if is_replaced {
            peer.replaced.insert(gone.ssrc);
        }
        peer.free_replay_window(gone.ssrc);
    }
}
