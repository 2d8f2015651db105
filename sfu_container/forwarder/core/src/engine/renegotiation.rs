//! M-lines that are negotiated again: what flows on them goes on, in other codecs maybe.

use super::{Engine, Item};
use crate::arena::Key;
use crate::downlink::Downlink;
use crate::event::CommandError;
use crate::negotiated::{PublicationLine, SlotLine};
use crate::peer::Peer;
use crate::slot::Slot;
use crate::time::Instant;

type Done = Result<(), CommandError>;

impl Engine {
    /// Takes the codecs and extensions of a Publication that there is already.
    pub(super) fn renegotiate_publication(
        &mut self,
        owner: Key<Peer>,
        existing: Item,
        line: PublicationLine,
        now: Instant,
    ) -> Done {
        let Item::Publication(key) = existing else { return Err(CommandError::IdInUse) };
        let publication = self.switchboard.publications.get_mut(key).ok_or(CommandError::UnknownId)?;
        if publication.peer != owner || !publication.is_same_line(&line) {
            return Err(CommandError::IdInUse);
        }
        publication.renegotiate(line);
        let owner = self.peers.get_mut(owner).ok_or(CommandError::UnknownId)?;
        owner.expect(&publication.mid, &[], &publication.extensions);
        self.switchboard.translate_all(key, now);
        Ok(())
    }

    /// Takes the codecs and extensions of a Slot that there is already.
    pub(super) fn renegotiate_slot(&mut self, owner: Key<Peer>, existing: Item, line: SlotLine, now: Instant) -> Done {
        let Item::Slot(key) = existing else { return Err(CommandError::IdInUse) };
        let slot = self.switchboard.slots.get(key).ok_or(CommandError::UnknownId)?;
        if slot.peer != owner || slot.kind != line.kind || !slot.output.is_same_line(&line) {
            return Err(CommandError::IdInUse);
        }
        self.switchboard.renegotiate_slot(key, line, now);
        self.expect_arrivals(key, now);
        Ok(())
    }

    /// Where a Slot numbers its packets for it, its Peer reports what arrives.
    pub(super) fn expect_arrivals(&mut self, key: Key<Slot>, now: Instant) {
        let Some(slot) = self.switchboard.slots.get(key).filter(|slot| slot.output.has_transport_sequence()) else {
            return;
        };
        if let Some(owner) = self.peers.get_mut(slot.peer) {
            owner.downlink.get_or_insert_with(|| Box::new(Downlink::with_arrivals(now))).expect_arrivals(now);
        }
    }

    /// A Slot needs SSRCs that no other of its Peer has, nor had under the same keys.
    pub(super) fn check_ssrcs(&self, owner: Key<Peer>, line: &SlotLine) -> Done {
        let owner = self.peers.get(owner).ok_or(CommandError::UnknownId)?;
        let slots = owner.slots.iter().filter_map(|slot| self.switchboard.slots.get(*slot));
        let mut used = slots.flat_map(|slot| slot.output.used_ssrcs());
        let wanted = [Some(line.ssrc), line.rtx_ssrc];
        let is_free = |ssrc: u32| !owner.spent_ssrcs.contains(&ssrc);
        let are_free = wanted.into_iter().flatten().all(is_free) && !used.any(|ssrc| wanted.contains(&Some(ssrc)));
        if are_free { Ok(()) } else { Err(CommandError::SsrcInUse) }
    }
}
