//! Writing feedback to a publisher.

use super::chunk::{Chunk, MAX_RUN, ONE_BIT_SYMBOLS, Symbol, TWO_BIT_SYMBOLS};
use super::{MAX_STATUSES, REFERENCE_TICKS};
use crate::bytes::{WriteError, Writer};
use crate::rtcp::framing::write_packet;
use crate::rtcp::{feedback_format, packet_type};

/// RTCP header, two SSRCs, base, count, reference time and feedback count.
const FIXED_LEN: usize = 20;

/// What identifies one feedback packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedbackHeader {
    /// Who reports.
    pub sender_ssrc: u32,
    /// A stream of the publisher.
    pub media_ssrc: u32,
    /// The transport-wide sequence number of the first packet reported on.
    pub base_sequence: u16,
    /// Counts the feedback packets, modulo 256.
    pub feedback_count: u8,
}

/// Appends feedback on the packets from `header.base_sequence` on. Each entry of `arrivals` is when a packet came, in
/// ticks of 250 µs since any fixed moment, or `None`.
///
/// Returns how many entries it covers. They are fewer than all where the buffer is full, an arrival is more than 8 s
/// from the one before, or there are more than [`MAX_STATUSES`]; the rest belongs into the next packet. It is 0, and
/// nothing is written, when no packet came.
///
/// # Errors
/// [`WriteError::BufferTooSmall`] when not even one packet fits.
pub fn write_transport_feedback(
    out: &mut Writer<'_>,
    header: &FeedbackHeader,
    arrivals: &[Option<i64>],
) -> Result<usize, WriteError> {
    let Some(first) = arrivals.iter().flatten().next() else { return Ok(0) };
    let reference = first.div_euclid(REFERENCE_TICKS);
    let steps = Steps { arrivals, previous: reference * REFERENCE_TICKS };
    let covered = count_fitting(steps.clone(), out.room());
    if covered == 0 {
        return Err(WriteError::BufferTooSmall);
    }
    write_packet(out, packet_type::TRANSPORT_LAYER_FEEDBACK, feedback_format::TRANSPORT_WIDE, |body| {
        body.u32(header.sender_ssrc)?;
        body.u32(header.media_ssrc)?;
        body.u16(header.base_sequence)?;
        // At most MAX_STATUSES.
        body.u16(covered as u16)?;
        // Cut to 24 bits, which the receiver extends.
        body.u24((reference & 0x00ff_ffff) as u32)?;
        body.u8(header.feedback_count)?;
        write_chunks(body, steps.clone().take(covered).map(|step| step.symbol))?;
        steps.take(covered).try_for_each(|step| step.write(body))
    })?;
    Ok(covered)
}

/// One packet as it is written.
#[derive(Clone, Copy)]
struct Step {
    symbol: Symbol,
    delta: i16,
}

impl Step {
    fn write(self, body: &mut Writer<'_>) -> Result<(), WriteError> {
        match self.symbol {
            Symbol::NotReceived => Ok(()),
            // From 0 to 255 by the choice of the symbol.
            Symbol::SmallDelta => body.u8(self.delta as u8),
            Symbol::LargeDelta => body.u16(self.delta.cast_unsigned()),
        }
    }
}

/// Turns arrivals into differences; ends at one that is too great.
#[derive(Clone)]
struct Steps<'a> {
    arrivals: &'a [Option<i64>],
    previous: i64,
}

impl Iterator for Steps<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let (arrival, rest) = self.arrivals.split_first()?;
        let step = match *arrival {
            None => Step { symbol: Symbol::NotReceived, delta: 0 },
            Some(arrival) => {
                let delta = i16::try_from(arrival.checked_sub(self.previous)?).ok()?;
                self.previous = arrival;
                let symbol = if (0..=255).contains(&delta) { Symbol::SmallDelta } else { Symbol::LargeDelta };
                Step { symbol, delta }
            }
        };
        self.arrivals = rest;
        Some(step)
    }
}

/// How many steps fit into `room` bytes, by the most that their chunks can take.
fn count_fitting(steps: Steps<'_>, room: usize) -> usize {
    let mut deltas_len = 0;
    let fits = |(position, step): &(usize, Step)| {
        deltas_len += step.symbol.delta_len();
        let chunks_len = 2 * (position + 1).div_ceil(TWO_BIT_SYMBOLS);
        (FIXED_LEN + chunks_len + deltas_len).next_multiple_of(4) <= room
    };
    steps.take(MAX_STATUSES.into()).enumerate().take_while(fits).count()
}

/// Writes chunks that each stand for at least seven packets, but for the last.
fn write_chunks(body: &mut Writer<'_>, mut symbols: impl Iterator<Item = Symbol> + Clone) -> Result<(), WriteError> {
    while let Some(first) = symbols.clone().next() {
        let run = symbols.clone().take(MAX_RUN).take_while(|symbol| *symbol == first).count();
        let ends_after_run = symbols.clone().nth(run).is_none();
        let has_large = symbols.clone().take(ONE_BIT_SYMBOLS).any(|symbol| symbol == Symbol::LargeDelta);
        let (chunk, covered) = if run > ONE_BIT_SYMBOLS || ends_after_run {
            (Chunk::run(first, run), run)
        } else if has_large {
            (Chunk::two_bit(symbols.clone()), TWO_BIT_SYMBOLS)
        } else {
            (Chunk::one_bit(symbols.clone()), ONE_BIT_SYMBOLS)
        };
        body.u16(chunk.0)?;
        symbols.by_ref().take(covered).for_each(drop);
    }
    Ok(())
}
