//! What is sent to Peers that report what arrives leaves when their pacer says so.

use super::Engine;
use super::departure::{Departure, Numbering};
use crate::arena::Key;
use crate::downlink::{Downlink, MAX_HEADER_LEN, Turn, Waiting};
use crate::drop_reason::DropReason;
use crate::path::Transmit;
use crate::peer::Peer;
use crate::slot::Staged;
use crate::time::Instant;

impl Engine {
    /// Comes back for a Peer for whom something waits, or a probe runs.
    pub(super) fn pace(&mut self, key: Key<Peer>, now: Instant) {
        let Some(downlink) = self.peers.get_mut(key).and_then(|peer| peer.downlink.as_mut()) else { return };
        let Some(next) = downlink.next_turn(now) else { return };
        self.next_release = Some(self.next_release.map_or(next, |release| release.min(next)));
        if !std::mem::replace(&mut downlink.is_pacing, true) {
            self.pacing.push(key);
        }
    }

    /// Sends what may leave by now, and notes when more may.
    pub(super) fn release(&mut self, now: Instant, out: &mut dyn Transmit) {
        let mut pacing = std::mem::take(&mut self.pacing);
        self.next_release = None;
        pacing.retain(|key| {
            let Some(mut downlink) = self.peers.get_mut(*key).and_then(|peer| peer.downlink.take()) else {
                return false;
            };
            downlink.begin_round(now);
            while let Some(turn) = downlink.poll(now) {
                self.take_turn(*key, &mut downlink, turn, now, out);
            }
            let next = downlink.next_turn(now);
            self.next_release = [self.next_release, next].into_iter().flatten().min();
            downlink.is_pacing = next.is_some();
            if let Some(peer) = self.peers.get_mut(*key) {
                peer.downlink = Some(downlink);
            }
            next.is_some()
        });
        self.pacing = pacing;
    }

    fn take_turn(&mut self, key: Key<Peer>, downlink: &mut Downlink, turn: Turn, now: Instant, out: &mut dyn Transmit) {
        match turn {
            Turn::Send(waiting, probe) => {
                self.send_paced(key, &waiting, Numbering::Estimated(downlink, probe), now, out);
            }
            Turn::GiveUp(waiting) => self.switchboard.give_up(waiting.slot, &waiting.staged, downlink, now),
            Turn::Pad(probe) => {
                let Some(waiting) = self.make_padding(key) else {
                    downlink.cancel_probe();
                    return;
                };
                downlink.count_padding(waiting.staged.len(), now);
                self.send_paced(key, &waiting, Numbering::Estimated(downlink, Some(probe)), now, out);
            }
        }
    }

    fn send_paced(
        &mut self,
        key: Key<Peer>,
        waiting: &Waiting,
        numbering: Numbering<'_>,
        now: Instant,
        out: &mut dyn Transmit,
    ) {
        let (Some(peer), Some(slot)) = (self.peers.get_mut(key), self.switchboard.slots.get_mut(waiting.slot)) else {
            return;
        };
        let (Some(keys), Some(path)) = (&peer.keys, peer.ice.send_path()) else { return };
        let streams = &self.switchboard.streams;
        let mut departure = Departure { path, keys: &keys.send, streams, numbering, now };
        match departure.send(&mut slot.output, &waiting.staged, &waiting.header, None, out) {
            Ok(bytes) => {
                for counts in [&mut slot.counts, &mut peer.sent, &mut self.totals.sent] {
                    counts.packets += 1;
                    counts.bytes += bytes as u64;
                }
            }
            Err(_) => self.drops.count(DropReason::NotSent),
        }
    }

    /// A packet of padding on the RTX stream of a Slot that carries something, or would if it fitted: where nothing fits,
    /// only padding can find out that more does by now.
    fn make_padding(&mut self, key: Key<Peer>) -> Option<Waiting> {
        for slot_key in &self.peers.get(key)?.slots {
            let slot = self.switchboard.slots.get_mut(*slot_key)?;
            let wanted = || self.switchboard.publications.get(slot.wanted?)?.streams.iter().find_map(|stream| *stream);
            let Some(stream) = slot.current.or_else(wanted) else { continue };
            let start = slot.output.headers.len();
            if !slot.output.stage_probe(stream) {
                continue;
            }
            let staged = slot.output.staged.pop()?;
            let mut header = [0; MAX_HEADER_LEN];
            let written = slot.output.headers.get(start..start + staged.header_len)?;
            header.get_mut(..staged.header_len)?.copy_from_slice(written);
            slot.output.headers.truncate(start);
            return Some(Waiting { slot: *slot_key, staged: Staged { header_start: 0, ..staged }, header });
        }
        None
    }
}
