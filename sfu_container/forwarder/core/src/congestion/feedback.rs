//! Turns feedback into the packets that it tells of, in the order of their arrival.

use super::send_history::{News, SendHistory, SentPacket};
use crate::rtcp::transport_feedback::{ReferenceClock, TICK_MICROS, TransportFeedback};

/// Arrivals are kept within this, 36,000 years, so that their differences never overflow whatever a Peer claims.
const MAX_MICROS: i64 = 1 << 60;

/// A packet that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// What was sent.
    pub packet: SentPacket,
    /// When it arrived, in microseconds on the clock of the receiver, whose zero means nothing to us.
    pub arrived_micros: i64,
}

/// How the count of losses changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LossChange {
    /// A packet was lost.
    Lost(SentPacket),
    /// A packet that was called lost did arrive.
    Recovered,
}

/// Reads the feedback of one Peer. Its buffers are kept from one packet to the next.
#[derive(Debug, Clone, Default)]
pub struct FeedbackReader {
    clock: ReferenceClock,
    arrivals: Vec<Arrival>,
    losses: Vec<LossChange>,
}

impl FeedbackReader {
    /// Matches feedback with what was sent. What was told before, forgotten or never sent is passed over.
    pub fn read(&mut self, feedback: &TransportFeedback<'_>, history: &mut SendHistory) {
        self.arrivals.clear();
        self.losses.clear();
        let reference = self.clock.unwrap(feedback.reference_time);
        for status in feedback.statuses() {
            let Some((packet, news)) = history.settle(status.sequence, status.arrival.is_some()) else { continue };
            if let Some(ticks) = status.arrival {
                let arrived_micros = reference.saturating_add(ticks.into()).saturating_mul(TICK_MICROS);
                let arrived_micros = arrived_micros.clamp(-MAX_MICROS, MAX_MICROS);
                self.arrivals.push(Arrival { packet, arrived_micros });
            }
            match news {
                News::Arrived => {}
                News::Lost => self.losses.push(LossChange::Lost(packet)),
                News::Recovered => self.losses.push(LossChange::Recovered),
            }
        }
        // Packets with the same time of arrival, which has ticks of 250 µs, stay in the order of sending.
        self.arrivals.sort_unstable_by_key(|arrival| (arrival.arrived_micros, arrival.packet.sent_at));
    }

    /// The packets that arrived, the earliest first.
    pub fn arrivals(&self) -> &[Arrival] {
        &self.arrivals
    }

    /// What became lost, or was found again.
    pub fn losses(&self) -> &[LossChange] {
        &self.losses
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::Writer;
    use crate::rtcp::transport_feedback::FeedbackHeader;
    use crate::rtcp::{Compound, Packet, write_transport_feedback};
    use crate::time::Instant;

    fn read(reader: &mut FeedbackReader, history: &mut SendHistory, base_sequence: u16, arrivals: &[Option<i64>]) {
        let mut buffer = [0; 512];
        let mut out = Writer::new(&mut buffer);
        let header = FeedbackHeader { sender_ssrc: 1, media_ssrc: 2, base_sequence, feedback_count: 0 };
        assert_eq!(write_transport_feedback(&mut out, &header, arrivals), Ok(arrivals.len()));
        let len = out.len();
        let Some(Ok(Packet::TransportFeedback(feedback))) = Compound::new(&buffer[..len]).next() else { panic!() };
        reader.read(&feedback, history);
    }

    fn history_of(count: u64) -> SendHistory {
        let mut history = SendHistory::default();
        for number in 0..count {
            let sent_at = Instant::from_micros(number * 1_000);
            history.record(SentPacket { sent_at, bytes: 100, probe: None });
        }
        history
    }

    fn sent_micros(reader: &FeedbackReader) -> Vec<u64> {
        reader.arrivals().iter().map(|arrival| arrival.packet.sent_at.as_micros()).collect()
    }

    #[test]
    fn arrivals_come_in_the_order_in_which_the_receiver_saw_them() {
        let (mut reader, mut history) = (FeedbackReader::default(), history_of(4));
        read(&mut reader, &mut history, 0, &[Some(400), Some(408), None, Some(404)]);
        assert_eq!(sent_micros(&reader), [0, 3_000, 1_000]);
        assert_eq!(reader.arrivals()[1].arrived_micros, 404 * 250);
        assert!(matches!(reader.losses(), [LossChange::Lost(packet)] if packet.sent_at.as_micros() == 2_000));
    }

    #[test]
    fn overlapping_feedback_counts_nothing_twice_and_takes_a_loss_back() {
        let (mut reader, mut history) = (FeedbackReader::default(), history_of(3));
        read(&mut reader, &mut history, 0, &[Some(0), None]);
        read(&mut reader, &mut history, 0, &[Some(0), Some(9), Some(10)]);
        assert_eq!(sent_micros(&reader), [1_000, 2_000]);
        assert_eq!(reader.losses(), [LossChange::Recovered]);
    }

    #[test]
    fn the_clock_goes_on_when_the_reference_time_wraps() {
        let (mut reader, mut history) = (FeedbackReader::default(), history_of(2));
        let wrap = (1 << 24) * 256;
        read(&mut reader, &mut history, 0, &[Some(wrap - 256)]);
        let before = reader.arrivals()[0].arrived_micros;
        read(&mut reader, &mut history, 1, &[Some(wrap + 256)]);
        assert_eq!(reader.arrivals()[0].arrived_micros - before, 128_000);
    }
}
