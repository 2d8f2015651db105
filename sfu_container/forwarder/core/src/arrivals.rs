//! When the packets of a Peer arrived, for transport-wide feedback to it.
//!
//! The publisher numbers all its packets; we say which came and when, and its bandwidth estimate follows from that.
//! Every message goes on where the last one ended, so that a loss between two is reported too; a packet that comes after
//! its number was reported as lost gets a message of its own.

use crate::bytes::Writer;
use crate::rtcp::transport_feedback::{FeedbackHeader, TICK_MICROS};
use crate::rtcp::write_transport_feedback;
use crate::rtp::sequence;
use crate::time::Instant;

/// How many numbers are kept between two calls; a longer gap is not reported: the numbering has begun anew.
const WINDOW: usize = 1_024;
/// Messages about late packets in one call.
const MAX_LATE: usize = 32;
/// Statuses in one message, so that it fits a datagram whatever they are.
const MAX_STATUSES: usize = 350;

/// Collects arrivals of one Peer's packets.
#[derive(Default)]
pub(crate) struct Arrivals {
    unwrapper: sequence::Unwrapper,
    /// The number that the next message starts with.
    next: Option<u64>,
    /// From `next` on, when each packet came, in ticks.
    pending: Vec<Option<i64>>,
    late: Vec<(u64, i64)>,
    message_count: u8,
}

impl Arrivals {
    /// Notes that the packet with this transport-wide number came.
    pub(crate) fn record(&mut self, number: u16, now: Instant) {
        let index = self.unwrapper.unwrap(number);
        // Far from overflow.
        let tick = now.as_micros() as i64 / TICK_MICROS;
        let next = *self.next.get_or_insert(index);
        if index < next {
            if self.late.len() < MAX_LATE {
                self.late.push((index, tick));
            }
            return;
        }
        let mut place = (index - next) as usize;
        if place >= WINDOW {
            self.next = Some(index);
            self.pending.clear();
            place = 0;
        }
        if self.pending.len() <= place {
            self.pending.resize(place + 1, None);
        }
        if let Some(arrival) = self.pending.get_mut(place) {
            arrival.get_or_insert(tick);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pending.is_empty() && self.late.is_empty()
    }

    /// Appends one message about what came since the last, as far as it fits one.
    pub(crate) fn write(&mut self, out: &mut Writer<'_>, sender_ssrc: u32, media_ssrc: u32) {
        let base_sequence = low_bits(self.next.unwrap_or_default());
        let header = FeedbackHeader { sender_ssrc, media_ssrc, base_sequence, feedback_count: self.message_count };
        let covered = if let Some((index, tick)) = self.late.pop() {
            write_transport_feedback(out, &FeedbackHeader { base_sequence: low_bits(index), ..header }, &[Some(tick)])
        } else {
            let run = self.pending.get(..self.pending.len().min(MAX_STATUSES)).unwrap_or_default();
            let covered = write_transport_feedback(out, &header, run);
            // A run of which nothing came needs no message: the next one starts behind it.
            let passed = covered.ok().filter(|covered| *covered > 0).unwrap_or(run.len());
            self.pending.drain(..passed);
            self.next = self.next.map(|next| next + passed as u64);
            covered
        };
        if covered.is_ok_and(|covered| covered > 0) {
            self.message_count = self.message_count.wrapping_add(1);
        }
    }
}

/// The low 16 bits.
const fn low_bits(index: u64) -> u16 {
    (index & 0xffff) as u16
}
