//! What Peers are told by RTCP: what is missing of their streams, and how these fare; and the clocks of what they are sent
//! (RFC 3550, RFC 4585).

use super::{Engine, LOCAL_SSRC};
use crate::event::Event;
use crate::negotiated::MediaKind;
use crate::path::Transmit;
use crate::peer::Source;
use crate::rtcp::{SenderInfo, write_nack, write_picture_loss, write_receiver_report, write_sender_report};
use crate::time::Instant;

/// Of RTCP messages about one Peer's streams in one datagram.
const MAX_BLOCKS: usize = 31;

impl Engine {
    /// Passes on the Sender Reports of the streams that Slots carry, in the Slots' timestamps, so that lips stay in sync.
    pub(super) fn send_owed_reports(&mut self, now: Instant, out: &mut dyn Transmit) {
        while let Some(slot) = self.switchboard.owing_reports.pop() {
            let Some(slot) = self.switchboard.slots.get_mut(slot) else { continue };
            let stream = slot.current.and_then(|current| self.switchboard.streams.get(current));
            let Some(report) = stream.and_then(|stream| stream.last_sender_report) else { continue };
            let Some(peer) = self.peers.get_mut(slot.peer) else { continue };
            let output = &slot.output;
            let info = SenderInfo {
                ntp: report.ntp,
                rtp_timestamp: output.timestamp(report.rtp_timestamp),
                packet_count: output.packet_count,
                octet_count: output.octet_count,
            };
            Self::send_rtcp(peer, &mut self.drops, out, |_, writer| {
                let written = write_sender_report(writer, output.ssrc, &info, &[]);
                debug_assert!(written.is_ok());
            });
            slot.reported = Some((report.ntp, now));
        }
    }

    /// NACKs and keyframe requests that are due.
    pub(super) fn send_requests(&mut self, now: Instant, out: &mut dyn Transmit) {
        let due = &mut self.due;
        for stream in self.switchboard.streams.values_mut() {
            due.clear();
            if stream.kind == MediaKind::Video && !stream.missing.is_empty() {
                stream.missing.take_due(now, due);
            }
            let needs_keyframe = stream.wish.take_due(now);
            let has_timed_out = stream.wish.times_out(self.config.keyframe_timeout, now);
            if due.is_empty() && !needs_keyframe && !has_timed_out {
                continue;
            }
            let Some(publication) = self.switchboard.publications.get(stream.publication) else { continue };
            if has_timed_out {
                self.switchboard.events.push_back(Event::KeyframeTimeout { publication: publication.id.clone() });
            }
            let Some(peer) = self.peers.get_mut(publication.peer) else { continue };
            for counts in [&mut stream.counts, &mut peer.received, &mut self.totals.received] {
                counts.nacks += due.len() as u64;
                counts.keyframe_requests += u64::from(needs_keyframe);
            }
            Self::send_rtcp(peer, &mut self.drops, out, |_, writer| {
                // Each fits an empty datagram.
                let asked = if due.is_empty() {
                    Ok(())
                } else {
                    write_nack(writer, LOCAL_SSRC, stream.ssrc, due.iter().copied())
                };
                let wished = if needs_keyframe { write_picture_loss(writer, LOCAL_SSRC, stream.ssrc) } else { Ok(()) };
                debug_assert!(asked.and(wished).is_ok());
            });
        }
    }

    pub(super) fn send_transport_feedback(&mut self, out: &mut dyn Transmit) {
        for key in &self.publishing {
            let Some(peer) = self.peers.get_mut(*key) else { continue };
            // Every message that is written takes something off, so this ends.
            while !peer.arrivals.is_empty()
                && Self::send_rtcp(peer, &mut self.drops, out, |peer, writer| {
                    peer.arrivals.write(writer, LOCAL_SSRC, peer.any_ssrc);
                })
            {}
        }
    }

    /// Receiver Reports about the streams that came since the last ones.
    pub(super) fn send_reports(&mut self, now: Instant, out: &mut dyn Transmit) {
        let mut blocks = Vec::new();
        for peer in self.peers.values_mut() {
            blocks.clear();
            for (ssrc, source) in &peer.sources {
                let (reception, kind) = match source {
                    Source::Media(stream) => {
                        let Some(stream) = self.switchboard.streams.get_mut(*stream) else { continue };
                        (&mut stream.reception, Some(stream.kind))
                    }
                    Source::Repair(repair) => {
                        let Some(repair) = self.repairs.get_mut(*repair) else { continue };
                        (&mut repair.reception, None)
                    }
                };
                let Some(block) = reception.take_block(*ssrc, now) else { continue };
                blocks.push(block);
                self.totals.received.lost += reception.lost_lately().cast_signed();
                if let Some(kind) = kind {
                    let reports = self.totals.received_reports.of_mut(kind);
                    reports.observe(reception.loss_ratio(), reception.jitter());
                }
            }
            for blocks in blocks.chunks(MAX_BLOCKS) {
                Self::send_rtcp(peer, &mut self.drops, out, |_, writer| {
                    let written = write_receiver_report(writer, LOCAL_SSRC, blocks);
                    debug_assert!(written.is_ok());
                });
            }
        }
    }
}
