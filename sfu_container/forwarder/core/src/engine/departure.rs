//! The way of one Peer's packets out: each is written into the send buffer, numbered, evened out and protected.

use std::time::Duration;

use crate::arena::Arena;
use crate::bytes::WriteError;
use crate::congestion::ClusterId;
use crate::downlink::Downlink;
use crate::drop_reason::{DropReason, Drops};
use crate::path::{Path, Transmit};
use crate::rtp::known_extension::AbsoluteSendTime;
use crate::slot::{Departed, SlotOutput, Staged, StagedKind};
use crate::srtp::{SendContext, SrtpError};
use crate::stream::Stream;
use crate::time::Instant;

/// Packets in a row whose lengths differ by at most so many bytes are made equally long by RTP padding, for only packets
/// of one length can leave together. Encoders cut a frame into pieces that differ by a byte or two.
const MAX_EVENING_PADDING: usize = 8;
const PADDING_BIT: u8 = 0x20;

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
    pub(super) fn send_all(&mut self, output: &mut SlotOutput, drops: &mut Drops, out: &mut dyn Transmit) -> Sent {
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
