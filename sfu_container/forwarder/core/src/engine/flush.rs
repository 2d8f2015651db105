//! The end of a batch: what was staged is written, protected and sent, Peer by Peer.

use std::time::Duration;

use super::Engine;
use crate::arena::{Arena, Key};
use crate::bytes::{WriteError, Writer};
use crate::congestion::ClusterId;
use crate::downlink::Downlink;
use crate::drop_reason::{DropReason, Drops};
use crate::path::{Path, Transmit};
use crate::peer::Peer;
use crate::rtp::known_extension::AbsoluteSendTime;
use crate::slot::{Departed, SlotOutput, Staged, StagedKind};
use crate::srtp::{SendContext, SrtpError};
use crate::stream::Stream;
use crate::time::Instant;

/// Packets in a row whose lengths differ by at most so many bytes are made equally long by RTP padding, for only packets
/// of one length can leave together. Encoders cut a frame into pieces that differ by a byte or two.
const MAX_EVENING_PADDING: usize = 8;
const PADDING_BIT: u8 = 0x20;

impl Engine {
    /// Sends everything that was staged.
    pub fn flush(&mut self, now: Instant, out: &mut dyn Transmit) {
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

/// Of an RTCP datagram before protection, in bytes.
const MAX_RTCP_LEN: usize = 1_200;

/// What was sent.
#[derive(Default)]
pub(super) struct Sent {
    pub(super) packets: u64,
    pub(super) bytes: u64,
}

/// Where transport-wide numbers come from.
pub(super) enum Numbering<'a> {
    /// The last one that was given.
    Counted(&'a mut u16),
    /// The estimator remembers what it numbers, and which probe it is part of.
    Estimated(&'a mut Downlink, Option<ClusterId>),
}

/// The way of one Peer's packets out.
pub(super) struct Departure<'a> {
    pub(super) path: &'a Path,
    pub(super) keys: &'a SendContext,
    pub(super) streams: &'a Arena<Stream>,
    pub(super) numbering: Numbering<'a>,
    pub(super) now: Instant,
}

impl Departure<'_> {
    fn send_all(&mut self, output: &mut SlotOutput, drops: &mut Drops, out: &mut dyn Transmit) -> Sent {
        let mut sent = Sent::default();
        // Taken for a moment and given back for their room.
        let (staged, headers) = (std::mem::take(&mut output.staged), std::mem::take(&mut output.headers));
        let (mut evened_until, mut evened_len) = (0, 0);
        for (position, packet) in staged.iter().enumerate() {
            if position >= evened_until {
                (evened_until, evened_len) = find_even_run(&staged, position);
            }
            // The last one may be shorter.
            let len = if position + 1 == evened_until { None } else { Some(evened_len) };
            match self.send(output, packet, &headers, len, out) {
                Ok(bytes) => {
                    sent.packets += 1;
                    sent.bytes += bytes as u64;
                }
                Err(_) => drops.count(DropReason::NotSent),
            }
        }
        (output.staged, output.headers) = (staged, headers);
        sent
    }

    pub(super) fn send(
        &mut self,
        output: &mut SlotOutput,
        staged: &Staged,
        headers: &[u8],
        evened_len: Option<usize>,
        out: &mut dyn Transmit,
    ) -> Result<usize, SrtpError> {
        let source = self.streams.get(staged.stream).and_then(|stream| stream.cache.get(staged.index));
        let buffer = out.buffer();
        staged.write(buffer, headers, source).map_err(|_| SrtpError::BufferTooSmall)?;
        let departed = self.departed(staged, evened_len);
        write_departure(staged, &departed, buffer).map_err(|_| SrtpError::BufferTooSmall)?;
        let (kind, sequence) = (staged.kind, staged.place.sequence);
        let len = pad(buffer, staged.len(), departed.len);
        let header_len = staged.header_len;
        let len = match kind {
            StagedKind::Media | StagedKind::Padding => {
                let len = self.keys.protect_rtp(&mut output.state, buffer, header_len, len)?;
                output.note_departure(sequence, departed);
                if matches!(kind, StagedKind::Media) {
                    output.last_media_at = Some(self.now);
                }
                len
            }
            StagedKind::Repetition | StagedKind::Probe => {
                let state = output.rtx_state.as_mut().ok_or(SrtpError::WrongSsrc)?;
                self.keys.protect_rtp(state, buffer, header_len, len)?
            }
            StagedKind::Again(_) => self.keys.protect_rtp_again(&output.state, buffer, header_len, len)?,
        };
        out.send(self.path, len);
        Ok(len)
    }

    /// How a packet leaves: as it did before, or with new numbers.
    fn departed(&mut self, staged: &Staged, evened_len: Option<usize>) -> Departed {
        if let StagedKind::Again(departed) = staged.kind {
            return departed;
        }
        let may_pad = matches!(staged.kind, StagedKind::Media | StagedKind::Repetition);
        let len = evened_len.filter(|_| may_pad).unwrap_or_default().max(staged.len());
        let is_numbered = staged.transport_sequence_at.is_some();
        let transport_sequence = match &mut self.numbering {
            Numbering::Counted(last) if is_numbered => {
                **last = last.wrapping_add(1);
                **last
            }
            Numbering::Counted(_) => 0,
            Numbering::Estimated(downlink, probe) => {
                downlink.on_sent(len + self.keys.profile().rtp_overhead(), *probe, is_numbered, self.now)
            }
        };
        Departed { transport_sequence, at: self.now, len }
    }
}

/// Writes the header fields that tell how and when the packet leaves.
fn write_departure(staged: &Staged, departed: &Departed, packet: &mut [u8]) -> Result<(), WriteError> {
    if let Some(at) = staged.transport_sequence_at {
        put_at(packet, at, &departed.transport_sequence.to_be_bytes())?;
    }
    if let Some(at) = staged.send_time_at {
        let since_start = Duration::from_micros(departed.at.as_micros());
        put_at(packet, at, &AbsoluteSendTime::from_duration(since_start).to_bytes())?;
    }
    Ok(())
}

/// From `start` on, up to where packets can be made equally long, and how long.
fn find_even_run(staged: &[Staged], start: usize) -> (usize, usize) {
    let lens = || staged.iter().skip(start).map(Staged::len);
    let (mut shortest, mut longest) = (usize::MAX, 0);
    let mut end = start;
    for len in lens() {
        let (low, high) = (shortest.min(len), longest.max(len));
        if high - low > MAX_EVENING_PADDING {
            break;
        }
        (shortest, longest, end) = (low, high, end + 1);
    }
    (end.max(start + 1), longest)
}

/// Pads the packet in the first `len` bytes up to `wanted` (RFC 3550, section 5.1); returns how long it is then.
fn pad(buffer: &mut [u8], len: usize, wanted: usize) -> usize {
    let Some(padding) = buffer.get_mut(len..wanted).filter(|padding| !padding.is_empty()) else { return len };
    padding.fill(0);
    if let Some(count) = padding.last_mut() {
        // At most MAX_EVENING_PADDING.
        *count = (wanted - len) as u8;
    }
    if let Some(flags) = buffer.first_mut() {
        *flags |= PADDING_BIT;
    }
    wanted
}

fn put_at(packet: &mut [u8], at: usize, bytes: &[u8]) -> Result<(), WriteError> {
    packet.get_mut(at..at + bytes.len()).ok_or(WriteError::BufferTooSmall)?.copy_from_slice(bytes);
    Ok(())
}
