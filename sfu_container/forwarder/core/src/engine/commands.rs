//! What the caller wants: what Peers send, what they are sent, and what goes where.

use super::{Engine, Item};
use crate::arena::Key;
use crate::event::CommandError;
use crate::negotiated::{Codec, Id, PublicationLine, SlotLine, Wish};
use crate::peer::{Peer, Source};
use crate::publication::Publication;
use crate::slot::Slot;
use crate::stream::Stream;
use crate::time::Instant;

/// Of names that go into header extensions, in bytes.
const MAX_NAME_LEN: usize = 255;

type Done = Result<(), CommandError>;

impl Engine {
    /// Receives an m-line of a Peer. Again for the same m-line, it takes the codecs and extensions that are negotiated now.
    ///
    /// # Errors
    /// [`CommandError::UnknownId`], [`CommandError::IdInUse`], [`CommandError::LineInUse`] and
    /// [`CommandError::BadValue`].
    pub fn add_publication(&mut self, peer: &str, publication: &str, line: PublicationLine, now: Instant) -> Done {
        let key = self.peer(peer)?;
        check_line(&line.mid, &line.codecs, &line.extensions)?;
        if let Some(existing) = self.items.get(publication) {
            return self.renegotiate_publication(key, *existing, line, now);
        }
        let owner = self.peers.get_mut(key).ok_or(CommandError::UnknownId)?;
        let publications = &self.switchboard.publications;
        if owner.publications.iter().any(|own| publications.get(*own).is_some_and(|own| own.mid == line.mid)) {
            return Err(CommandError::LineInUse);
        }
        let id = Id::from(publication);
        let added = Publication::new(id.clone(), key, line, now);
        owner.expect(&added.mid, &added.encodings, &added.extensions);
        let room = owner.room;
        let added = self.switchboard.publications.insert(added);
        if owner.publications.is_empty() {
            self.publishing.push(key);
        }
        owner.publications.push(added);
        self.items.insert(id, Item::Publication(added));
        self.update_room(room, now);
        Ok(())
    }

    /// Sends an m-line to a Peer from a fixed SSRC. Again for the same m-line, it takes the codecs and extensions that are
    /// negotiated now.
    ///
    /// # Errors
    /// [`CommandError::UnknownId`], [`CommandError::IdInUse`], [`CommandError::SsrcInUse`] and
    /// [`CommandError::BadValue`].
    pub fn add_slot(&mut self, peer: &str, slot: &str, line: SlotLine, now: Instant) -> Done {
        let key = self.peer(peer)?;
        check_line(&line.mid, &line.codecs, &line.extensions)?;
        if let Some(existing) = self.items.get(slot) {
            return self.renegotiate_slot(key, *existing, line, now);
        }
        self.check_ssrcs(key, &line)?;
        let id = Id::from(slot);
        let cache_packets = self.config.retransmission_cache_packets;
        let added = Slot::new(id.clone(), key, line, cache_packets, &mut self.random);
        let added = self.switchboard.slots.insert(added);
        self.items.insert(id, Item::Slot(added));
        self.peers.get_mut(key).ok_or(CommandError::UnknownId)?.slots.push(added);
        self.expect_arrivals(added, now);
        self.fill_slots(key, now);
        Ok(())
    }

    /// Lets a video Slot carry a Publication, or nothing. The switch waits for a keyframe, which is asked for; until then
    /// the Slot goes on with what it had.
    ///
    /// # Errors
    /// [`CommandError::UnknownId`].
    pub fn route(&mut self, slot: &str, publication: Option<&str>, wish: Wish, now: Instant) -> Done {
        let slot = self.slot(slot)?;
        let wanted = publication.map(|publication| self.publication(publication)).transpose()?;
        self.switchboard.want(slot, wanted, wish, now);
        Ok(())
    }

    /// Lets a Peer speak in `room`, and its audio Slots carry the loudest others of that room.
    ///
    /// # Errors
    /// [`CommandError::UnknownId`].
    pub fn route_speakers(&mut self, peer: &str, room: &str, now: Instant) -> Done {
        let key = self.peer(peer)?;
        self.join_room(key, &Id::from(room), now);
        Ok(())
    }

    /// Stops or goes on forwarding a Publication to everyone, or into one Slot.
    ///
    /// # Errors
    /// [`CommandError::UnknownId`].
    pub fn set_paused(&mut self, item: &str, is_paused: bool, now: Instant) -> Done {
        let owner = match *self.items.get(item).ok_or(CommandError::UnknownId)? {
            Item::Publication(publication) => {
                self.switchboard.pause_publication(publication, is_paused, now);
                self.switchboard.publications.get(publication).map(|publication| publication.peer)
            }
            Item::Slot(slot) => {
                self.switchboard.pause_slot(slot, is_paused, now);
                self.switchboard.slots.get(slot).map(|slot| slot.peer)
            }
        };
        self.update_room_of(owner, now);
        Ok(())
    }

    /// Forgets a Publication or a Slot.
    ///
    /// # Errors
    /// [`CommandError::UnknownId`].
    pub fn remove(&mut self, item: &str, now: Instant) -> Done {
        let owner = match *self.items.get(item).ok_or(CommandError::UnknownId)? {
            Item::Publication(publication) => self.remove_publication(publication),
            Item::Slot(slot) => {
                let owner = self.switchboard.slots.get(slot).map(|slot| slot.peer);
                self.remove_slot(slot);
                owner
            }
        };
        self.update_room_of(owner, now);
        Ok(())
    }

    /// Asks for a keyframe of all encodings that flow.
    ///
    /// # Errors
    /// [`CommandError::UnknownId`].
    pub fn request_keyframe(&mut self, publication: &str, now: Instant) -> Done {
        let key = self.publication(publication)?;
        let publication = self.switchboard.publications.get(key).ok_or(CommandError::UnknownId)?;
        for stream in publication.streams_lowest_first() {
            if let Some(stream) = self.switchboard.streams.get_mut(stream).filter(|stream| stream.is_flowing(now)) {
                stream.ask_for_keyframe(now);
            }
        }
        Ok(())
    }

    pub(super) fn remove_publication(&mut self, key: Key<Publication>) -> Option<Key<Peer>> {
        let publication = self.switchboard.publications.get(key)?;
        let (owner, id) = (publication.peer, publication.id.clone());
        for stream in publication.streams_lowest_first().collect::<Vec<Key<Stream>>>() {
            self.drop_stream(owner, stream, false);
        }
        self.switchboard.remove_publication(key);
        self.items.remove(&id);
        let peer = self.peers.get_mut(owner)?;
        peer.publications.retain(|other| *other != key);
        if peer.publications.is_empty() {
            self.publishing.retain(|other| *other != owner);
        }
        let mut lost = 0;
        let mut gone = Vec::new();
        peer.sources.retain(|ssrc, source| {
            let Source::Repair(repair) = source else { return true };
            let is_gone = self.repairs.get(*repair).is_none_or(|repair| repair.publication == key);
            if is_gone {
                gone.push(*ssrc);
                lost += self.repairs.remove(*repair).map_or(0, |repair| repair.reception.lost());
            }
            !is_gone
        });
        peer.lost_before += lost;
        gone.into_iter().for_each(|ssrc| peer.free_replay_window(ssrc));
        Some(owner)
    }

    pub(super) fn remove_slot(&mut self, key: Key<Slot>) {
        let Some(slot) = self.switchboard.slots.get(key) else { return };
        self.items.remove(&slot.id);
        if let Some(owner) = self.peers.get_mut(slot.peer) {
            owner.slots.retain(|other| *other != key);
            owner.spent_ssrcs.extend(slot.output.used_ssrcs());
        }
        self.switchboard.remove_slot(key);
    }

    /// Something of a Peer has changed: others may hear somebody else now, and so may the Peer.
    fn update_room_of(&mut self, peer: Option<Key<Peer>>, now: Instant) {
        let Some(peer) = peer else { return };
        let room = self.peers.get(peer).and_then(|peer| peer.room);
        self.update_room(room, now);
        self.fill_slots(peer, now);
    }

    pub(super) fn peer(&self, peer: &str) -> Result<Key<Peer>, CommandError> {
        self.peers_by_id.get(peer).copied().ok_or(CommandError::UnknownId)
    }

    fn publication(&self, publication: &str) -> Result<Key<Publication>, CommandError> {
        match self.items.get(publication) {
            Some(Item::Publication(key)) => Ok(*key),
            _ => Err(CommandError::UnknownId),
        }
    }

    fn slot(&self, slot: &str) -> Result<Key<Slot>, CommandError> {
        match self.items.get(slot) {
            Some(Item::Slot(key)) => Ok(*key),
            _ => Err(CommandError::UnknownId),
        }
    }
}

/// Signalling has checked these; a mistake must be heard of here, not when the first packet goes out.
fn check_line(mid: &str, codecs: &[Codec], extensions: &[(u8, String)]) -> Done {
    let is_valid = |codec: &Codec| {
        codec.payload_type < 128 && codec.clock_rate > 0 && codec.rtx_payload_type.is_none_or(|rtx| rtx < 128)
    };
    let are_valid = codecs.iter().all(is_valid) && extensions.iter().all(|(id, _)| *id > 0);
    if are_valid && mid.len() <= MAX_NAME_LEN { Ok(()) } else { Err(CommandError::BadValue) }
}
