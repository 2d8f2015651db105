//! Reading feedback.

use super::chunk::{Chunk, Symbol};
use crate::bytes::Reader;
use crate::rtcp::framing::read_feedback_ssrcs;

/// Feedback on more packets is refused: it is what a node sends in several seconds, and a run of 13 bits would let a
/// small packet cost much time.
pub const MAX_STATUSES: u16 = 0x2000;

const CHUNK_LEN: usize = 2;

/// TWCC feedback whose chunks and deltas are complete.
#[derive(Debug, Clone)]
pub struct TransportFeedback<'a> {
    /// Who reports.
    pub sender_ssrc: u32,
    /// A stream that it reports on; means nothing.
    pub media_ssrc: u32,
    /// The transport-wide sequence number of the first packet reported on.
    pub base_sequence: u16,
    /// On how many packets it reports, at most [`MAX_STATUSES`].
    pub status_count: u16,
    /// In units of 64 ms, 24 bits: see [`ReferenceClock`](super::ReferenceClock).
    pub reference_time: u32,
    /// Counts the feedback packets, modulo 256.
    pub feedback_count: u8,
    chunks: &'a [u8],
    deltas: &'a [u8],
}

/// What became of one packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PacketStatus {
    /// Its transport-wide sequence number.
    pub sequence: u16,
    /// When it arrived, in ticks after the reference time, or `None` when it did not.
    pub arrival: Option<i32>,
}

impl<'a> TransportFeedback<'a> {
    pub(in crate::rtcp) fn parse(body: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(body);
        let (sender_ssrc, media_ssrc) = read_feedback_ssrcs(&mut reader)?;
        let base_sequence = reader.u16()?;
        let status_count = reader.u16().filter(|count| *count <= MAX_STATUSES)?;
        let reference_time = reader.u24()?;
        let feedback_count = reader.u8()?;
        let (chunks_len, deltas_len) = measure(reader, status_count.into())?;
        let chunks = reader.take(chunks_len)?;
        let deltas = reader.take(deltas_len)?;
        Some(Self {
            sender_ssrc,
            media_ssrc,
            base_sequence,
            status_count,
            reference_time,
            feedback_count,
            chunks,
            deltas,
        })
    }

    /// The fate of each packet, in the order of their sequence numbers.
    pub fn statuses(&self) -> impl Iterator<Item = PacketStatus> + use<'a> {
        let mut deltas = Reader::new(self.deltas);
        let mut arrival: i32 = 0;
        let mut sequence = self.base_sequence;
        self.symbols().map(move |symbol| {
            let delta = match symbol {
                Symbol::NotReceived => None,
                Symbol::SmallDelta => deltas.u8().map(i32::from),
                Symbol::LargeDelta => deltas.u16().map(|delta| delta.cast_signed().into()),
            };
            // At most 2^13 deltas of 16 bits: far from overflow.
            arrival += delta.unwrap_or_default();
            let status = PacketStatus { sequence, arrival: delta.map(|_| arrival) };
            sequence = sequence.wrapping_add(1);
            status
        })
    }

    fn symbols(&self) -> impl Iterator<Item = Symbol> + use<'a> {
        let chunks = self.chunks.as_chunks().0.iter().map(|chunk| Chunk(u16::from_be_bytes(*chunk)));
        let symbols = chunks.flat_map(|chunk| (0..chunk.len()).filter_map(move |position| chunk.symbol(position)));
        symbols.take(self.status_count.into())
    }
}

/// The lengths of chunks and deltas in bytes, found chunk by chunk.
fn measure(mut reader: Reader<'_>, mut statuses: usize) -> Option<(usize, usize)> {
    let (mut chunks_len, mut deltas_len) = (0, 0);
    while statuses > 0 {
        let chunk = Chunk(reader.u16()?);
        // Of the last chunk only the first symbols may count.
        let counting = chunk.len().min(statuses);
        statuses -= counting;
        chunks_len += CHUNK_LEN;
        deltas_len += chunk.deltas_len(counting)?;
    }
    Some((chunks_len, deltas_len))
}
