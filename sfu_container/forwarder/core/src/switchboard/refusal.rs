//! Slots whose receivers cannot decode what they are to carry.

use super::Switchboard;
use crate::arena::Key;
use crate::event::Event;
use crate::publication::Publication;
use crate::slot::Slot;

impl Switchboard {
    /// Where the codec of everything that the Slot shall carry is beyond its receiver, empties it and tells so, once.
    pub(super) fn refuse_undecodable(&mut self, key: Key<Slot>) {
        let Some(slot) = self.slots.get(key).filter(|slot| slot.refused.is_none() || slot.refused != slot.wanted)
        else {
            return;
        };
        let Some(publication) = slot.wanted.and_then(|wanted| self.publications.get(wanted)) else { return };
        let Some(codec) = self.undecodable_codec(slot, publication) else { return };
        let event = Event::CodecUnsupported { slot: slot.id.clone(), publication: publication.id.clone(), codec };
        self.become_carrier(key, None);
        self.events.push_back(event);
        if let Some(slot) = self.slots.get_mut(key) {
            slot.refused = slot.wanted;
        }
    }

    /// The name of the codec of the lowest stream, where the Slot can carry none.
    fn undecodable_codec(&self, slot: &Slot, publication: &Publication) -> Option<String> {
        let streams = publication.streams_lowest_first().filter_map(|stream| self.streams.get(stream));
        let mut payload_types = streams.map(|stream| stream.payload_type).peekable();
        let lowest = publication.codec(*payload_types.peek()?)?;
        let can_carry = payload_types.any(|payload_type| slot.output.can_carry(publication, payload_type));
        (!can_carry).then(|| lowest.name.clone())
    }

    /// What was told of a refusal holds no longer when something else is wanted.
    pub(super) fn forget_refusal(&mut self, key: Key<Slot>) {
        let Some(slot) = self.slots.get_mut(key).filter(|slot| slot.refused != slot.wanted) else { return };
        if slot.refused.take().is_some() {
            self.events.push_back(Event::SlotChanged { slot: slot.id.clone(), publication: None, rid: None });
        }
    }
}
