//! Counters, gathered when they are asked for.

use super::Engine;
use crate::event::CommandError;
use crate::peer::{Peer, Source};
use crate::stats::{EngineStats, PeerStats};

impl Engine {
    /// Counters of one Peer, or of all.
    ///
    /// # Errors
    /// [`CommandError::UnknownId`].
    pub fn stats(&self, peer: Option<&str>) -> Result<EngineStats, CommandError> {
        let Some(peer) = peer else {
            let peers = self.peers.iter().map(|(_, peer)| (peer.id.clone(), self.stats_of(peer))).collect();
            return Ok(EngineStats { peers, dropped: self.drops.clone(), ..self.totals.clone() });
        };
        let key = self.peer(peer)?;
        let peer = self.peers.get(key).ok_or(CommandError::UnknownId)?;
        let stats = self.stats_of(peer);
        let (received, sent) = (&stats.received, &stats.sent);
        Ok(EngineStats {
            received_packets: received.packets,
            received_bytes: received.bytes,
            sent_packets: sent.packets,
            sent_bytes: sent.bytes,
            peers: vec![(peer.id.clone(), stats)],
            ..EngineStats::default()
        })
    }

    fn stats_of(&self, peer: &Peer) -> PeerStats {
        let mut stats = peer.stats.clone();
        let lost_of = |source: &Source| match source {
            Source::Media(stream) => self.switchboard.streams.get(*stream).map(|stream| stream.reception.lost()),
            Source::Repair(repair) => self.repairs.get(*repair).map(|repair| repair.reception.lost()),
        };
        stats.received.lost = peer.lost_before + peer.sources.values().filter_map(lost_of).sum::<i64>();
        let slots = peer.slots.iter().filter_map(|slot| self.switchboard.slots.get(*slot));
        stats.sent.lost = slots.map(|slot| slot.lost).sum();
        stats
    }
}
