//! Which stream goes to which Slots, and every change of that.

mod choice;
mod refusal;
mod renegotiation;
mod retarget;

use std::collections::VecDeque;

use crate::arena::{Arena, Key};
use crate::downlink::Downlink;
use crate::event::Event;
use crate::media::MediaPacket;
use crate::negotiated::{MediaKind, Wish};
use crate::peer::Peer;
use crate::publication::Publication;
use crate::slot::{Slot, Staged, StagedKind};
use crate::stream::Stream;
use crate::time::Instant;

#[derive(Default)]
pub(crate) struct Switchboard {
    pub(crate) publications: Arena<Publication>,
    pub(crate) streams: Arena<Stream>,
    pub(crate) slots: Arena<Slot>,
    pub(crate) events: VecDeque<Event>,
    /// The Peers for whom something is staged, maybe more than once.
    pub(crate) staged_for: Vec<Key<Peer>>,
    /// Slots that have a Sender Report to pass on.
    pub(crate) owing_reports: Vec<Key<Slot>>,
    /// Slots to be visited, kept for its room.
    visiting: Vec<Key<Slot>>,
}

impl Switchboard {
    /// Hands a packet to the Slots that carry its stream, or that may begin to with it.
    pub(crate) fn deliver(&mut self, key: Key<Stream>, media: &MediaPacket, packet: &[u8], now: Instant) {
        let Some(stream) = self.streams.get(key) else { return };
        let Some(publication) = self.publications.get(stream.publication).filter(|all| !all.is_paused) else { return };
        for slot in &stream.carriers {
            if let Some(slot) = self.slots.get_mut(*slot).filter(|slot| !slot.layers.is_overtaken(media)) {
                let was_empty = slot.output.staged.is_empty();
                slot.forward(key, media, packet, now);
                if was_empty && !slot.output.staged.is_empty() {
                    self.staged_for.push(slot.peer);
                }
            }
        }
        if !media.is_switch_point {
            return;
        }
        let mut visiting = std::mem::take(&mut self.visiting);
        let waiting = |slot: &&Key<Slot>| {
            let slot = self.slots.get(**slot);
            slot.is_some_and(|slot| slot.current != Some(key) || slot.layers.is_overtaken(media))
        };
        visiting.extend(publication.slots.iter().filter(waiting));
        for slot in visiting.drain(..) {
            self.consider(slot, key, media, packet, now);
        }
        self.visiting = visiting;
    }

    /// Lets a Slot carry a Publication from its next keyframe or sound on; `None` empties it at once.
    pub(crate) fn want(&mut self, key: Key<Slot>, wanted: Option<Key<Publication>>, wish: Wish, now: Instant) {
        let Some(slot) = self.slots.get_mut(key) else { return };
        slot.wish = wish;
        let before = std::mem::replace(&mut slot.wanted, wanted);
        // Sound has no keyframe to wait for, and the one before may be heard in another Slot from now on.
        if wanted.is_none() || (slot.kind == MediaKind::Audio && wanted != before) {
            self.become_carrier(key, None);
        }
        if let Some(publication) = wanted.and_then(|wanted| self.publications.get_mut(wanted))
            && !publication.slots.contains(&key)
        {
            publication.slots.push(key);
        }
        self.leave_unless_needed(key, before);
        self.forget_refusal(key);
        self.retarget(key, now);
    }

    /// A packet waited too long and is not sent, also not when it is asked for. A viewer cannot show what follows it, and
    /// may take seconds to say so: the keyframe that it needs is asked for now, and what waits before it is dropped.
    pub(crate) fn give_up(&mut self, key: Key<Slot>, staged: &Staged, downlink: &mut Downlink, now: Instant) {
        let Some(slot) = self.slots.get_mut(key) else { return };
        slot.output.give_up(staged.place.sequence);
        let is_new = matches!(staged.kind, StagedKind::Media);
        if is_new {
            let give_up = |staged: &Staged| slot.output.give_up(staged.place.sequence);
            if downlink.discard_until_keyframe(key, give_up) {
                return;
            }
            slot.layers.break_off();
        }
        let is_needed = is_new || matches!(staged.kind, StagedKind::Repetition | StagedKind::Again(_));
        if let Some(stream) = slot.current.filter(|_| is_needed).and_then(|current| self.streams.get_mut(current)) {
            stream.ask_for_keyframe(now);
        }
    }

    /// Lets a Slot carry nothing for a while; afterwards it goes on with the next keyframe.
    pub(crate) fn pause_slot(&mut self, key: Key<Slot>, is_paused: bool, now: Instant) {
        if let Some(slot) = self.slots.get_mut(key) {
            slot.is_paused = is_paused;
        }
        self.retarget(key, now);
    }

    /// Stops forwarding a Publication to everyone, or goes on.
    pub(crate) fn pause_publication(&mut self, key: Key<Publication>, is_paused: bool, now: Instant) {
        if let Some(publication) = self.publications.get_mut(key) {
            publication.is_paused = is_paused;
        }
        self.retarget_all(key, now);
    }

    /// Lets every Slot of a Publication choose its encoding again.
    pub(crate) fn retarget_all(&mut self, key: Key<Publication>, now: Instant) {
        let Some(publication) = self.publications.get(key) else { return };
        let mut visiting = std::mem::take(&mut self.visiting);
        visiting.extend(&publication.slots);
        for slot in visiting.drain(..) {
            self.retarget(slot, now);
        }
        self.visiting = visiting;
    }

    /// A stream is gone: another SSRC took its place, or its Publication is removed.
    pub(crate) fn lose(&mut self, key: Key<Stream>) -> Option<Stream> {
        let stream = self.streams.get(key)?;
        let publication = self.publications.get_mut(stream.publication)?;
        publication.streams.iter_mut().filter(|place| **place == Some(key)).for_each(|place| *place = None);
        for slot in publication.slots.clone() {
            let Some(slot_state) = self.slots.get_mut(slot) else { continue };
            slot_state.target = slot_state.target.filter(|target| *target != key);
            if slot_state.current == Some(key) {
                self.become_carrier(slot, None);
            }
        }
        self.streams.remove(key)
    }

    /// A Publication is gone. Its streams must be lost already.
    pub(crate) fn remove_publication(&mut self, key: Key<Publication>) {
        let Some(publication) = self.publications.remove(key) else { return };
        for slot in publication.slots {
            if let Some(wishing) = self.slots.get_mut(slot).filter(|slot| slot.wanted == Some(key)) {
                (wishing.wanted, wishing.target) = (None, None);
                self.forget_refusal(slot);
            }
        }
    }

    /// A Slot is gone; nobody is told.
    pub(crate) fn remove_slot(&mut self, key: Key<Slot>) {
        let Some(slot) = self.slots.remove(key) else { return };
        let current = slot.current.and_then(|current| self.streams.get_mut(current));
        let carried = current.map(|current| {
            current.carriers.retain(|carrier| *carrier != key);
            current.publication
        });
        for publication in [slot.wanted, carried].into_iter().flatten() {
            if let Some(publication) = self.publications.get_mut(publication) {
                publication.slots.retain(|other| *other != key);
            }
        }
    }

    fn become_carrier(&mut self, key: Key<Slot>, chosen: Option<Key<Stream>>) {
        if chosen.is_none() {
            self.fill_gaps(key);
        }
        let Some(slot) = self.slots.get_mut(key) else { return };
        let before = std::mem::replace(&mut slot.current, chosen);
        if before == chosen {
            return;
        }
        slot.refused = None;
        let slot_id = slot.id.clone();
        if let Some(stream) = before.and_then(|before| self.streams.get_mut(before)) {
            stream.carriers.retain(|carrier| *carrier != key);
            let publication = stream.publication;
            self.leave_unless_needed(key, Some(publication));
        }
        let stream = chosen.and_then(|chosen| self.streams.get_mut(chosen));
        let (publication, rid) = stream.map_or((None, None), |stream| {
            stream.carriers.push(key);
            (self.publications.get(stream.publication).map(|all| all.id.clone()), stream.rid.clone())
        });
        self.events.push_back(Event::SlotChanged { slot: slot_id, publication, rid });
    }

    /// Ends the gaps in what a Slot sent of its stream, before it goes on with another one: what fills them in the stream
    /// would come too late.
    fn fill_gaps(&mut self, key: Key<Slot>) {
        let Some(slot) = self.slots.get_mut(key) else { return };
        let Some((current, stream)) = slot.current.and_then(|key| Some((key, self.streams.get(key)?))) else { return };
        let was_empty = slot.output.staged.is_empty();
        stream.missing.indices().for_each(|index| slot.output.fill_gap(current, index));
        if was_empty && !slot.output.staged.is_empty() {
            self.staged_for.push(slot.peer);
        }
    }

    fn leave_unless_needed(&mut self, key: Key<Slot>, publication: Option<Key<Publication>>) {
        let Some(publication) = publication else { return };
        let Some(slot) = self.slots.get(key) else { return };
        let carried = slot.current.and_then(|current| self.streams.get(current)).map(|stream| stream.publication);
        if slot.wanted != Some(publication)
            && carried != Some(publication)
            && let Some(publication) = self.publications.get_mut(publication)
        {
            publication.slots.retain(|other| *other != key);
        }
    }
}
