//! What Peers tell by RTCP of what they send and are sent (RFC 3550, RFC 4585, RFC 5104).

use std::time::Duration;

use super::Engine;
use crate::arena::Key;
use crate::congestion::LossReport;
use crate::drop_reason::DropReason;
use crate::peer::{Peer, Source};
use crate::rtcp::{Compound, Nack, Packet, ReportBlock, SenderInfo};
use crate::slot::Slot;
use crate::time::Instant;

/// A compound with more packets than a well-behaved receiver sends is not read on.
const MAX_RTCP_PACKETS: usize = 64;

impl Engine {
    pub(super) fn receive_rtcp(&mut self, key: Key<Peer>, data: &[u8], now: Instant) -> Result<(), DropReason> {
        self.spend_on_rtcp(key, data.len(), now)?;
        if self.peers.get(key).and_then(|peer| peer.downlink.as_ref()).is_some_and(|downlink| downlink.is_pacing) {
            // What waits may be due at once after what is told here.
            self.next_release = Some(now);
        }
        for packet in Compound::new(data).take(MAX_RTCP_PACKETS) {
            match packet? {
                Packet::SenderReport(report) => {
                    self.receive_sender_report(key, report.ssrc, report.info, now);
                    report.blocks().for_each(|block| self.receive_block(key, &block, now));
                }
                Packet::ReceiverReport(report) => {
                    report.blocks().for_each(|block| self.receive_block(key, &block, now))
                }
                Packet::Nack(nack) => self.receive_nack(key, &nack, now),
                Packet::PictureLoss(loss) => self.receive_keyframe_request(key, loss.media_ssrc, now),
                Packet::FullIntraRequests(all) => {
                    all.requests().for_each(|request| self.receive_keyframe_request(key, request.ssrc, now));
                }
                Packet::TransportFeedback(feedback) => {
                    self.spend_on_rtcp(key, feedback.status_count.into(), now)?;
                    if let Some(downlink) = self.peers.get_mut(key).and_then(|peer| peer.downlink.as_mut()) {
                        downlink.on_feedback(&feedback, now);
                    }
                }
                Packet::ReceiverBitrate(estimate) => {
                    if let Some(peer) = self.peers.get_mut(key).filter(|peer| !peer.slots.is_empty()) {
                        peer.downlink_or_new(now).on_receiver_bitrate(estimate.bitrate, now);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Work that a Peer makes by what it reports; a few bytes can be about thousands of packets.
    fn spend_on_rtcp(&mut self, key: Key<Peer>, amount: usize, now: Instant) -> Result<(), DropReason> {
        let peer = self.peers.get_mut(key).ok_or(DropReason::UnknownSource)?;
        let amount = u32::try_from(amount).unwrap_or(u32::MAX);
        if peer.rtcp_budget.take(amount, now) { Ok(()) } else { Err(DropReason::Excess) }
    }

    fn receive_sender_report(&mut self, key: Key<Peer>, ssrc: u32, info: SenderInfo, now: Instant) {
        match self.peers.get(key).and_then(|peer| peer.sources.get(&ssrc)) {
            Some(Source::Repair(repair)) => {
                if let Some(repair) = self.repairs.get_mut(*repair) {
                    repair.reception.record_sender_report(info.ntp, now);
                }
            }
            Some(Source::Media(stream)) => {
                let Some(stream) = self.switchboard.streams.get_mut(*stream) else { return };
                if stream.takes_sender_report(info, now) {
                    self.switchboard.owing_reports.extend(&stream.carriers);
                }
            }
            None => {}
        }
    }

    fn receive_block(&mut self, key: Key<Peer>, block: &ReportBlock, now: Instant) {
        let Some(slot) = self.slot_of(key, block.ssrc).and_then(|slot| self.switchboard.slots.get_mut(slot)) else {
            return;
        };
        let lost_before = slot.counts.lost;
        if let Some(report) = slot.take_report(block, now) {
            self.totals.sent.lost += (slot.counts.lost - lost_before).max(0);
            self.totals.sent_reports.of_mut(slot.kind).observe(report.loss_ratio, report.jitter);
            let loss = LossReport { fraction_lost: block.fraction_lost, packets: slot.take_packets_to_report() };
            // Without any loss nothing is known to be limited, and nothing has to be paced.
            if let Some(peer) = self.peers.get_mut(key).filter(|peer| loss.fraction_lost > 0 || peer.downlink.is_some())
            {
                peer.downlink_or_new(now).on_loss_report(&loss, now);
            }
        }
        // The middle bits of the NTP time name the report that the receiver saw last.
        let reported = slot.reported.filter(|(ntp, _)| ntp.middle_bits() == block.last_sender_report);
        if let (Some((_, sent_at)), Some(peer)) = (reported, self.peers.get_mut(key)) {
            let held = Duration::from_nanos((u64::from(block.delay_since_last) * 1_000_000_000) >> 16);
            let round_trip = (now - sent_at).saturating_sub(held);
            peer.round_trip = Some(round_trip);
            self.totals.round_trip.observe(round_trip.as_secs_f64());
        }
    }

    fn receive_nack(&mut self, key: Key<Peer>, nack: &Nack<'_>, now: Instant) {
        let Some(slot) = self.slot_of(key, nack.media_ssrc) else { return };
        let (Some(slot), Some(peer)) = (self.switchboard.slots.get_mut(slot), self.peers.get_mut(key)) else { return };
        for sequence in nack.sequences() {
            for counts in [&mut slot.counts, &mut peer.sent, &mut self.totals.sent] {
                counts.nacks += 1;
            }
            let Some(found) = slot.output.find_for_resend(sequence, now) else { continue };
            let stream = self.switchboard.streams.get(found.stream);
            let kept = stream.zip(found.index).and_then(|(stream, index)| stream.cache.get(index));
            let is_staged = match kept {
                Some((media, packet)) => slot.output.resend(&found, media, packet),
                None => found.index.is_none() && slot.output.resend_padding(&found),
            };
            if is_staged {
                for counts in [&mut slot.counts, &mut peer.sent, &mut self.totals.sent] {
                    counts.retransmitted += 1;
                }
                self.switchboard.staged_for.push(key);
            }
        }
    }

    fn receive_keyframe_request(&mut self, key: Key<Peer>, ssrc: u32, now: Instant) {
        let Some(slot) = self.slot_of(key, ssrc).and_then(|slot| self.switchboard.slots.get_mut(slot)) else { return };
        let Some(peer) = self.peers.get_mut(key) else { return };
        for counts in [&mut slot.counts, &mut peer.sent, &mut self.totals.sent] {
            counts.keyframe_requests += 1;
        }
        if let Some(stream) = slot.current.and_then(|current| self.switchboard.streams.get_mut(current)) {
            stream.ask_for_keyframe(now);
        }
    }

    pub(super) fn slot_of(&self, key: Key<Peer>, ssrc: u32) -> Option<Key<Slot>> {
        let slots = &self.switchboard.slots;
        let has_ssrc = |slot: &&Key<Slot>| slots.get(**slot).is_some_and(|slot| slot.output.ssrc == ssrc);
        self.peers.get(key)?.slots.iter().find(has_ssrc).copied()
    }
}
