//! Who hears whom.

use super::Engine;
use crate::arena::Key;
use crate::negotiated::{Id, MediaKind, Wish};
use crate::peer::Peer;
use crate::publication::Publication;
use crate::slot::Slot;
use crate::speakers::Room;
use crate::time::Instant;

/// Sound has no layers to choose from.
const SOUND: Wish = Wish { max_height: 0, max_temporal: u8::MAX, priority: i32::MAX };

impl Engine {
    /// Ranks the speakers of a room again and tells what is worth telling. Where the order changed, everybody's audio
    /// Slots are filled again; where it did not, a thousand listeners cost nothing.
    pub(super) fn update_room(&mut self, key: Option<Key<Room>>, now: Instant) {
        let Some((key, room)) = key.and_then(|key| Some((key, self.rooms.get_mut(key)?))) else { return };
        let publications = &self.switchboard.publications;
        let members = room.members.iter().filter_map(|member| self.peers.get(*member));
        let all = members.flat_map(|member| &member.publications);
        let levels: Vec<(Key<Publication>, u8)> = all
            .filter_map(|key| Some((*key, publications.get(*key)?)))
            .filter(|(_, publication)| publication.kind == MediaKind::Audio && !publication.is_paused)
            .map(|(key, publication)| (key, publication.level.at(now)))
            .collect();
        if room.rank(&levels) {
            for member in room.members.clone() {
                self.fill_slots(member, now);
            }
        }
        let interval = self.config.speakers_interval;
        let publications = &self.switchboard.publications;
        let news = self.rooms.get_mut(key).and_then(|room| room.tell(&levels, publications, interval, now));
        self.switchboard.events.extend(news);
    }

    /// Gives a member the loudest others, as many as it has audio Slots; what stays keeps its Slot.
    pub(super) fn fill_slots(&mut self, member: Key<Peer>, now: Instant) {
        self.empty_paused_slots(member, now);
        let Some(peer) = self.peers.get(member) else { return };
        let Some(room) = peer.room.and_then(|room| self.rooms.get(room)) else { return };
        let wanted_by = |slot: &Key<Slot>| {
            let slot_state = self.switchboard.slots.get(*slot)?;
            (slot_state.kind == MediaKind::Audio && !slot_state.is_paused).then_some((*slot, slot_state.wanted))
        };
        let slots: Vec<(Key<Slot>, Option<Key<Publication>>)> = peer.slots.iter().filter_map(wanted_by).collect();
        let is_other = |key: &Key<Publication>| {
            self.switchboard.publications.get(*key).is_some_and(|publication| publication.peer != member)
        };
        let chosen: Vec<Key<Publication>> = room.ranked().filter(is_other).take(slots.len()).collect();
        let has_place = |publication| slots.iter().any(|(_, wanted)| *wanted == Some(publication));
        let mut coming = chosen.iter().copied().filter(|publication| !has_place(*publication));
        for (slot, wanted) in &slots {
            if !wanted.is_some_and(|wanted| chosen.contains(&wanted)) {
                let next = coming.next();
                if next != *wanted {
                    self.switchboard.want(*slot, next, SOUND, now);
                }
            }
        }
    }

    /// What a paused Slot would carry may be heard in another one.
    fn empty_paused_slots(&mut self, member: Key<Peer>, now: Instant) {
        let Some(peer) = self.peers.get(member) else { return };
        let is_in_vain = |slot: &Slot| slot.kind == MediaKind::Audio && slot.is_paused && slot.wanted.is_some();
        let slots = &self.switchboard.slots;
        let in_vain = peer.slots.iter().filter(|slot| slots.get(**slot).is_some_and(is_in_vain));
        for slot in in_vain.copied().collect::<Vec<Key<Slot>>>() {
            self.switchboard.want(slot, None, SOUND, now);
        }
    }

    pub(super) fn join_room(&mut self, key: Key<Peer>, name: &Id, now: Instant) {
        let current = self.peers.get(key).and_then(|peer| peer.room).and_then(|room| self.rooms.get(room));
        if current.is_none_or(|room| room.name != *name) {
            self.leave_room(key, now);
        }
        let room = match self.rooms_by_name.get(name) {
            Some(room) => *room,
            None => {
                let room = self.rooms.insert(Room::new(name.clone()));
                self.rooms_by_name.insert(name.clone(), room);
                room
            }
        };
        if let (Some(peer), Some(entered)) = (self.peers.get_mut(key), self.rooms.get_mut(room)) {
            peer.room = Some(room);
            if !entered.members.contains(&key) {
                entered.members.push(key);
            }
        }
        self.update_room(Some(room), now);
        self.fill_slots(key, now);
    }

    pub(super) fn leave_room(&mut self, key: Key<Peer>, now: Instant) {
        let Some(peer) = self.peers.get_mut(key) else { return };
        let Some(left) = peer.room.take() else { return };
        for slot in peer.slots.clone() {
            if self.switchboard.slots.get(slot).is_some_and(|slot| slot.kind == MediaKind::Audio) {
                self.switchboard.want(slot, None, SOUND, now);
            }
        }
        let Some(room) = self.rooms.get_mut(left) else { return };
        room.members.retain(|member| *member != key);
        if room.members.is_empty() {
            self.rooms_by_name.remove(&room.name);
            self.rooms.remove(left);
        } else {
            self.update_room(Some(left), now);
        }
    }
}
