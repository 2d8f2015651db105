//! What is measured on the way, and all of it gathered when somebody asks.
//!
//! To ask for the whole engine costs a walk over its Peers, Publications and Slots that touches a word or two of each; to
//! ask for a Peer costs what that Peer has.

use std::time::Duration;

use super::Engine;
use crate::arena::Key;
use crate::event::CommandError;
use crate::negotiated::MediaKind;
use crate::peer::{Peer, Source};
use crate::slot::{Allotment, Slot};
use crate::stats::{EncodingStats, EngineStats, PeerStats, SlotStats, StreamStats};
use crate::stream::Stream;
use crate::switchboard::Switchboard;
use crate::time::Instant;

impl Engine {
    /// Of the whole engine.
    pub fn stats(&self) -> EngineStats {
        let mut stats = EngineStats { dropped: self.drops.clone(), ..self.totals.clone() };
        for (_, peer) in self.peers.iter() {
            stats.peers += 1;
            let Some(downlink) = &peer.downlink else { continue };
            stats.estimated_peers += 1;
            stats.estimate += downlink.estimate.target_bits_per_second();
            stats.paced_packets += downlink.waiting() as u64;
        }
        for (_, publication) in self.switchboard.publications.iter() {
            *stats.publications.of_mut(publication.kind) += 1;
        }
        for (_, slot) in self.switchboard.slots.iter().filter(|(_, slot)| slot.current.is_some()) {
            *stats.carrying_slots.of_mut(slot.kind) += 1;
        }
        stats
    }

    /// Of one Peer.
    ///
    /// # Errors
    /// [`CommandError::UnknownId`].
    pub fn peer_stats(&self, peer: &str, now: Instant) -> Result<PeerStats, CommandError> {
        let peer = self.peers.get(self.peer(peer)?).ok_or(CommandError::UnknownId)?;
        let lost_of = |source: &Source| match source {
            Source::Media(stream) => self.switchboard.streams.get(*stream).map(|stream| stream.reception.lost()),
            Source::Repair(repair) => self.repairs.get(*repair).map(|repair| repair.reception.lost()),
        };
        let lost = peer.lost_before + peer.sources.values().filter_map(lost_of).sum::<i64>();
        let slots = || peer.slots.iter().filter_map(|slot| self.switchboard.slots.get(*slot));
        Ok(PeerStats {
            received: StreamStats { lost, ..peer.received.clone() },
            received_rate: peer.received_meter.rate(),
            sent: StreamStats { lost: slots().map(|slot| slot.counts.lost).sum(), ..peer.sent.clone() },
            sent_rate: peer.sent_meter.rate(),
            round_trip: peer.round_trip,
            transport: peer.ice.send_path().map(|path| path.transport),
            estimate: peer.downlink.as_ref().map(|downlink| downlink.estimate.target_bits_per_second()),
            encodings: self.encodings_of(peer),
            slots: slots().map(|slot| self.stats_of_slot(slot, now)).collect(),
        })
    }

    fn encodings_of(&self, peer: &Peer) -> Vec<EncodingStats> {
        let mut encodings = Vec::new();
        for publication in &peer.publications {
            let Some(publication) = self.switchboard.publications.get(*publication) else { continue };
            for stream in publication.streams_lowest_first() {
                let Some(stream) = self.switchboard.streams.get(stream) else { continue };
                encodings.push(EncodingStats {
                    publication: publication.id.clone(),
                    kind: stream.kind,
                    rid: stream.rid.clone(),
                    counts: StreamStats { lost: stream.reception.lost(), ..stream.counts.clone() },
                    keyframes: if stream.kind == MediaKind::Video { stream.keyframes } else { 0 },
                    rate: stream.meter.rate(),
                    loss_ratio: stream.reception.loss_ratio(),
                    jitter: stream.reception.jitter(),
                    height: stream.height,
                });
            }
        }
        encodings
    }

    fn stats_of_slot(&self, slot: &Slot, now: Instant) -> SlotStats {
        let stream = slot.current.and_then(|current| self.switchboard.streams.get(current));
        let publication = stream.and_then(|stream| self.switchboard.publications.get(stream.publication));
        SlotStats {
            slot: slot.id.clone(),
            kind: slot.kind,
            publication: publication.map(|publication| publication.id.clone()),
            rid: stream.and_then(|stream| stream.rid.clone()),
            height: stream
                .and_then(|stream| stream.height_up_to(slot.shown_layers.map_or(u8::MAX, |layers| layers.spatial))),
            layers: slot.shown_layers,
            counts: slot.counts.clone(),
            rate: slot.meter.rate(),
            report: slot.report,
            freezes: slot.freezes.freezes,
            frozen: slot.freezes.frozen(now),
        }
    }

    /// Measures rates; due about once a second.
    pub(super) fn measure(&mut self, now: Instant) {
        for peer in self.peers.values_mut() {
            peer.received_meter.measure(&peer.received, now);
            peer.sent_meter.measure(&peer.sent, now);
        }
        self.switchboard.streams.values_mut().for_each(|stream| stream.meter.measure(&stream.counts, now));
        self.switchboard.slots.values_mut().for_each(|slot| slot.measure(now));
    }

    /// Counts the pictures that begin to stand still.
    pub(super) fn watch_pictures(&mut self, now: Instant) {
        for (_, peer) in self.peers.iter() {
            let can_send = peer.keys.is_some() && peer.ice.send_path().is_some();
            for slot in &peer.slots {
                let is_expected = can_send && moves(&self.switchboard, *slot, now);
                let Some(slot) = self.switchboard.slots.get_mut(*slot) else { continue };
                if slot.freezes.look(is_expected, slot.output.last_media_at, now) {
                    self.totals.freezes += 1;
                }
            }
        }
    }

    /// A stream's packets had stayed away for so long: whoever is shown it saw it stand still.
    pub(super) fn count_freezes(&mut self, stream: Key<Stream>, lasted: Duration) {
        let Some(stream) = self.switchboard.streams.get(stream) else { return };
        for carrier in &stream.carriers {
            if let Some(slot) = self.switchboard.slots.get_mut(*carrier) {
                slot.freezes.add(lasted);
                self.totals.freezes += 1;
            }
        }
    }
}

/// Whether the picture in a Slot should move: it is to be shown, there is room for it, and its publisher sends what the
/// viewer can decode.
fn moves(switchboard: &Switchboard, slot: Key<Slot>, now: Instant) -> bool {
    let Some(slot) = switchboard.slots.get(slot).filter(|slot| slot.kind == MediaKind::Video) else { return false };
    if slot.is_paused || slot.allotment == Allotment::Nothing {
        return false;
    }
    let wanted = slot.wanted.and_then(|wanted| switchboard.publications.get(wanted));
    wanted.filter(|publication| !publication.is_paused).is_some_and(|publication| {
        let comes = |stream: &Stream| stream.is_flowing(now) && slot.output.can_carry(publication, stream.payload_type);
        publication.streams_lowest_first().any(|stream| switchboard.streams.get(stream).is_some_and(comes))
    })
}
