//! The encoding that a Slot is to carry, and the change over to it.

use super::Switchboard;
use super::choice::choose_stream;
use crate::arena::Key;
use crate::media::MediaPacket;
use crate::publication::Publication;
use crate::slot::{Affordable, Slot};
use crate::stream::Stream;
use crate::time::Instant;

/// Packets that a Slot catches up with when it switches to a keyframe whose first packet came late.
const MAX_CATCH_UP: u64 = 128;

impl Switchboard {
    /// Chooses the encoding again, after a change of wishes or of what flows.
    pub(crate) fn retarget(&mut self, key: Key<Slot>, now: Instant) {
        let Some(slot) = self.slots.get_mut(key) else { return };
        slot.target = None;
        let (affordable, wanted) = (slot.affordable(), slot.wanted);
        let carried = slot.current.and_then(|current| self.streams.get(current)).map(|stream| stream.publication);
        let is_hidden = |publication| self.publications.get(publication).is_none_or(|all: &Publication| all.is_paused);
        if affordable.is_none() || carried.is_some_and(is_hidden) {
            self.become_carrier(key, None);
        }
        let wanted = wanted.and_then(|wanted| self.publications.get(wanted)).filter(|wanted| !wanted.is_paused);
        let Some((affordable, wanted)) = affordable.zip(wanted) else { return };
        let Some(output) = self.slots.get(key).map(|slot| &slot.output) else { return };
        let Some(chosen) = choose_stream(wanted, &self.streams, output, &affordable, now) else {
            self.refuse_undecodable(key);
            return;
        };
        let (Some(slot), Some(stream)) = (self.slots.get_mut(key), self.streams.get_mut(chosen)) else { return };
        let needs_keyframe = if slot.current == Some(chosen) {
            slot.layers.limit(stream.limits(affordable.wish), now)
        } else {
            slot.target = Some(chosen);
            true
        };
        if needs_keyframe {
            stream.ask_for_keyframe(now);
        }
    }

    /// Changes over to a stream with a packet that can begin it, if that is what is waited for.
    pub(super) fn consider(
        &mut self,
        key: Key<Slot>,
        chosen: Key<Stream>,
        media: &MediaPacket,
        packet: &[u8],
        now: Instant,
    ) {
        let (Some(slot), Some(stream)) = (self.slots.get(key), self.streams.get(chosen)) else { return };
        let Some(publication) = self.publications.get(stream.publication) else { return };
        let Some(affordable) = slot.affordable() else { return };
        let is_wanted = slot.wanted == Some(stream.publication);
        let is_too_much = stream.lowest_height().is_some_and(|height| height > affordable.height_limit);
        if is_too_much || !is_wanted || !slot.output.can_carry(publication, media.header.payload_type) {
            return;
        }
        let current = slot.current.and_then(|current| self.streams.get(current));
        let is_better =
            current.is_none_or(|now_shown| now_shown.publication != stream.publication || !now_shown.is_flowing(now));
        let is_same = slot.current == Some(chosen);
        if slot.target != Some(chosen) && !is_better && !is_same {
            return;
        }
        self.change_over(key, chosen, &affordable, media, packet, now);
    }

    fn change_over(
        &mut self,
        key: Key<Slot>,
        chosen: Key<Stream>,
        affordable: &Affordable,
        media: &MediaPacket,
        packet: &[u8],
        now: Instant,
    ) {
        self.fill_gaps(key);
        let (Some(slot), Some(stream)) = (self.slots.get_mut(key), self.streams.get(chosen)) else { return };
        let Some(publication) = self.publications.get(stream.publication) else { return };
        if slot.current == Some(chosen) {
            // The first packet goes to another place than the one that was left for it.
            slot.output.fill_gap(chosen, media.index);
        }
        slot.layers.restart();
        slot.layers.limit(stream.limits(affordable.wish), now);
        slot.output.begin(publication, media, now);
        slot.forward(chosen, media, packet, now);
        let newest = stream.cache.newest().min(media.index + MAX_CATCH_UP);
        for (later, bytes) in (media.index + 1..=newest).filter_map(|index| stream.cache.get(index)) {
            slot.forward(chosen, later, bytes, now);
        }
        self.staged_for.push(slot.peer);
        if stream.last_sender_report.is_some() {
            self.owing_reports.push(key);
        }
        self.become_carrier(key, Some(chosen));
        self.retarget(key, now);
    }
}
