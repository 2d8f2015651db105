//! What a subscriber receives: which packets came, when, and the reports on them.

use parley_forwarder_core::bytes::{WriteError, Writer};
use parley_forwarder_core::rtcp::transport_feedback::FeedbackHeader;
use parley_forwarder_core::rtcp::{
    MAX_REPORT_BLOCKS, ReportBlock, write_cname, write_receiver_report, write_transport_feedback,
};
use parley_forwarder_core::rtp::{Header, sequence};

/// What one feedback packet covers at most.
const MOST_STATUSES: usize = 1_000;
const NANOS_PER_TICK: u64 = 250_000;

/// One stream, since the last reset.
pub struct Stream {
    ssrc: u32,
    highest: u64,
    /// The highest number at the reset.
    base: u64,
    pub received: u64,
    pub reordered: u64,
}

impl Stream {
    const fn new(ssrc: u32, first: u16) -> Self {
        // One rollover ahead, so that what came before the first has a number, too.
        let first = 0x1_0000 + first as u64;
        Self { ssrc, highest: first, base: first - 1, received: 0, reordered: 0 }
    }

    fn record(&mut self, number: u16) {
        let extended = sequence::extend(Some(self.highest), number);
        if extended < self.highest {
            self.reordered += 1;
        }
        self.highest = self.highest.max(extended);
        self.received += 1;
    }

    pub fn lost(&self) -> i64 {
        (self.highest - self.base) as i64 - self.received as i64
    }
}

#[derive(Default)]
pub struct Reception {
    pub streams: Vec<Stream>,
    /// Transport-wide numbers with their arrival in ticks, since the last feedback.
    arrivals: Vec<(u16, i64)>,
    next_number: Option<u16>,
    feedback_count: u8,
}

impl Reception {
    pub fn record(&mut self, header: &Header) {
        match self.streams.iter_mut().find(|stream| stream.ssrc == header.ssrc) {
            Some(stream) => stream.record(header.sequence),
            None => {
                let mut stream = Stream::new(header.ssrc, header.sequence);
                stream.record(header.sequence);
                self.streams.push(stream);
            }
        }
    }

    pub fn record_arrival(&mut self, number: u16, arrival: u64) {
        self.arrivals.push((number, (arrival / NANOS_PER_TICK) as i64));
    }

    pub fn reset(&mut self) {
        for stream in &mut self.streams {
            (stream.base, stream.received, stream.reordered) = (stream.highest, 0, 0);
        }
    }

    /// Writes a receiver report and the name that goes with it.
    pub fn write_report(&self, out: &mut Writer<'_>, sender: u32) -> Result<(), WriteError> {
        let block = |stream: &Stream| ReportBlock {
            ssrc: stream.ssrc,
            fraction_lost: 0,
            cumulative_lost: 0,
            // Its lower half is the number, the upper half counts rollovers.
            highest_sequence: stream.highest as u32,
            jitter: 0,
            last_sender_report: 0,
            delay_since_last: 0,
        };
        let blocks: Vec<_> = self.streams.iter().take(MAX_REPORT_BLOCKS).map(block).collect();
        write_receiver_report(out, sender, &blocks)?;
        write_cname(out, sender, b"loadgen")
    }

    pub const fn has_arrivals(&self) -> bool {
        !self.arrivals.is_empty()
    }

    /// Writes TWCC feedback on what came since the last; false when nothing did.
    pub fn write_feedback(&mut self, out: &mut Writer<'_>, sender: u32) -> Result<bool, WriteError> {
        let Some(&(first, _)) = self.arrivals.first() else { return Ok(false) };
        let base = self.next_number.unwrap_or(first);
        let offset = |number: u16| usize::from(number.wrapping_sub(base));
        let span = self.arrivals.iter().map(|(number, _)| offset(*number)).filter(|at| *at < MOST_STATUSES).max();
        let mut statuses = vec![None; span.map_or(0, |last| last + 1)];
        for (number, arrival) in &self.arrivals {
            if let Some(status) = statuses.get_mut(offset(*number)) {
                *status = Some(*arrival);
            }
        }
        let media = self.streams.first().map_or(0, |stream| stream.ssrc);
        let header = FeedbackHeader {
            sender_ssrc: sender,
            media_ssrc: media,
            base_sequence: base,
            feedback_count: self.feedback_count,
        };
        let covered = write_transport_feedback(out, &header, &statuses)?;
        if covered == 0 {
            // Only what comes late or far ahead is left: begin anew from there.
            self.next_number = None;
            return Ok(false);
        }
        self.feedback_count = self.feedback_count.wrapping_add(1);
        // At most MOST_STATUSES.
        let next = base.wrapping_add(covered as u16);
        self.next_number = Some(next);
        self.arrivals.retain(|(number, _)| sequence::distance(next, *number) >= 0);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use parley_forwarder_core::rtcp::{Compound, Packet};

    use super::*;

    #[test]
    fn a_gap_counts_as_lost_and_a_late_packet_mends_it() {
        let mut stream = Stream::new(1, 65_534);
        for number in [65_534, 65_535, 1] {
            stream.record(number);
        }
        assert_eq!(stream.lost(), 1);
        stream.record(0);
        assert_eq!((stream.lost(), stream.reordered), (0, 1));
    }

    #[test]
    fn feedback_names_what_came_and_goes_on_where_the_last_ended() {
        let mut reception = Reception::default();
        let mut statuses = Vec::new();
        for numbers in [&[7_u16, 9][..], &[11, 10]] {
            for number in numbers {
                reception.record_arrival(*number, u64::from(*number) * 1_000_000);
            }
            let mut buffer = [0; 1_200];
            let mut writer = Writer::new(&mut buffer);
            assert_eq!(reception.write_feedback(&mut writer, 1), Ok(true));
            let Some(Ok(Packet::TransportFeedback(feedback))) = Compound::new(writer.written()).next() else {
                panic!("not feedback");
            };
            statuses.extend(feedback.statuses().map(|status| (status.sequence, status.arrival.is_some())));
        }
        assert_eq!(statuses, [(7, true), (8, false), (9, true), (10, true), (11, true)]);
        assert!(!reception.has_arrivals());
    }
}
