//! Slots go on with what they carry when its codecs, or their own, are negotiated again.

use super::Switchboard;
use crate::arena::Key;
use crate::negotiated::SlotLine;
use crate::publication::Publication;
use crate::slot::Slot;
use crate::time::Instant;

impl Switchboard {
    /// The codecs or extensions of a Publication are others now.
    pub(crate) fn translate_all(&mut self, key: Key<Publication>, now: Instant) {
        let Some(publication) = self.publications.get(key) else { return };
        let streams = publication.streams_lowest_first().filter_map(|stream| self.streams.get(stream));
        for carrier in streams.flat_map(|stream| &stream.carriers) {
            if let Some(slot) = self.slots.get_mut(*carrier) {
                slot.output.translate(publication);
            }
        }
        self.retarget_all(key, now);
    }

    /// Gives a Slot what was negotiated for it anew. What its receiver cannot decode any more ends.
    pub(crate) fn renegotiate_slot(&mut self, key: Key<Slot>, line: SlotLine, now: Instant) {
        let Some(slot) = self.slots.get_mut(key) else { return };
        slot.output.renegotiate(line);
        let carried = slot.current.and_then(|current| self.streams.get(current));
        if let Some(stream) = carried
            && let Some(publication) = self.publications.get(stream.publication)
        {
            if slot.output.can_carry(publication, stream.payload_type) {
                slot.output.translate(publication);
            } else {
                self.become_carrier(key, None);
            }
        }
        self.retarget(key, now);
    }
}
