//! The end of a batch: what was staged is written, protected and sent, Peer by Peer.

use super::Engine;
use super::departure::{Departure, Numbering};
use crate::arena::Key;
use crate::bytes::Writer;
use crate::drop_reason::{DropReason, Drops};
use crate::path::Transmit;
use crate::peer::Peer;
use crate::time::Instant;

/// Of an RTCP datagram before protection, in bytes.
const MAX_RTCP_LEN: usize = 1_200;

impl Engine {
    /// Sends everything that was staged.
    pub fn flush(&mut self, now: Instant, out: &mut dyn Transmit) {
        self.batch += 1;
        while let Some(key) = self.switchboard.staged_for.pop() {
            self.flush_peer(key, now, out);
            self.pace(key, now);
        }
        if self.next_release.is_some_and(|release| release <= now) {
            self.release(now, out);
        }
        self.send_owed_reports(now, out);
    }

    /// Sends what was staged for a Peer, as far as its pacer lets it leave at once; the rest waits there.
    fn flush_peer(&mut self, key: Key<Peer>, now: Instant, out: &mut dyn Transmit) {
        let Some(peer) = self.peers.get_mut(key) else { return };
        let Peer { keys, ice, slots, next_transport_sequence, sent: sent_to_peer, downlink, .. } = peer;
        if let Some(downlink) = downlink {
            downlink.begin_round(now);
        }
        for slot_key in slots.iter() {
            let Some(slot) = self.switchboard.slots.get_mut(*slot_key) else { continue };
            let output = &mut slot.output;
            let count = output.staged.len();
            let at_once = downlink.as_mut().map_or(count, |downlink| downlink.pass(&output.staged, slot.kind, now));
            if let Some(downlink) = downlink.as_mut().filter(|_| at_once < count) {
                let refused = downlink.hold(*slot_key, output, slot.kind, at_once, now);
                (0..refused).for_each(|_| self.drops.count(DropReason::NotSent));
                output.staged.truncate(at_once);
            }
            if let (Some(keys), Some(path)) = (keys.as_ref(), ice.send_path()) {
                let numbering = match downlink {
                    Some(downlink) => Numbering::Estimated(downlink, None),
                    None => Numbering::Counted(next_transport_sequence),
                };
                let (streams, keys) = (&self.switchboard.streams, &keys.send);
                let mut departure = Departure { path, keys, streams, numbering, now };
                let sent = departure.send_all(output, &mut self.drops, out);
                for counts in [&mut slot.counts, sent_to_peer, &mut self.totals.sent] {
                    counts.packets += sent.packets;
                    counts.bytes += sent.bytes;
                }
            }
            output.staged.clear();
            output.headers.clear();
        }
    }

    /// Writes RTCP for a Peer and sends it. False without a path or keys: then nothing is written.
    pub(super) fn send_rtcp(
        peer: &mut Peer,
        drops: &mut Drops,
        out: &mut dyn Transmit,
        write: impl FnOnce(&mut Peer, &mut Writer<'_>),
    ) -> bool {
        let Some(path) = peer.ice.send_path().copied() else { return false };
        let Some(mut keys) = peer.keys.take() else { return false };
        let overhead = keys.send.profile().rtcp_overhead();
        let buffer = out.buffer();
        let limit = MAX_RTCP_LEN.min(buffer.len().saturating_sub(overhead));
        let mut writer = Writer::new(buffer.get_mut(..limit).unwrap_or_default());
        write(peer, &mut writer);
        let len = writer.len();
        if len > 0 {
            match keys.send.protect_rtcp(buffer, len) {
                Ok(len) => out.send(&path, len),
                Err(_) => drops.count(DropReason::NotSent),
            }
        }
        peer.keys = Some(keys);
        true
    }
}
