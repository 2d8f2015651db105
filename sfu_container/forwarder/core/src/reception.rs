//! Statistics about one received stream for Receiver Reports (RFC 3550, section 6.4.1 and appendix A).

use std::time::Duration;

use crate::rtcp::{NtpTime, ReportBlock};
use crate::rtp::{sequence, timestamp};
use crate::time::Instant;

/// Where extended numbers begin, see [`sequence::Unwrapper`].
const FIRST_CYCLE: u64 = 1 << 16;
/// The share of a new value in the jitter (RFC 3550, A.8).
const JITTER_GAIN: f64 = 1.0 / 16.0;
/// By how much the media clock and arrivals may differ over a gap in which the source was merely quiet.
const QUIET_TOLERANCE: Duration = Duration::from_millis(250);

/// Counts what came by itself; what was recovered by retransmission still counts as lost on its stream.
pub(crate) struct Reception {
    clock_rate: u32,
    unwrapper: sequence::Unwrapper,
    first: Option<u64>,
    received: i64,
    jitter: f64,
    last: Option<(u32, Instant)>,
    reported: (i64, i64),
    /// Packets expected and missing between the last two reports.
    interval: (i64, i64),
    sender_report: Option<(NtpTime, Instant)>,
}

impl Reception {
    pub(crate) fn new(clock_rate: u32) -> Self {
        Self {
            clock_rate,
            unwrapper: sequence::Unwrapper::default(),
            first: None,
            received: 0,
            jitter: 0.0,
            last: None,
            reported: (0, 0),
            interval: (0, 0),
            sender_report: None,
        }
    }

    /// Packets missing so far (A.3); negative when more came than were sent.
    pub(crate) fn lost(&self) -> i64 {
        self.expected() - self.received
    }

    /// Notes a packet that came on the stream's own SSRC.
    pub(crate) fn record(&mut self, number: u16, rtp_timestamp: u32, now: Instant) {
        let index = self.unwrapper.unwrap(number);
        self.first.get_or_insert(index);
        if let Some((last_timestamp, last_arrival)) = self.last {
            let elapsed = (now - last_arrival).as_secs_f64() * f64::from(self.clock_rate);
            let change = (elapsed - f64::from(timestamp::distance(last_timestamp, rtp_timestamp))).abs();
            self.jitter += (change - self.jitter) * JITTER_GAIN;
        }
        self.received += 1;
        self.last = Some((rtp_timestamp, now));
    }

    /// Packets missing between the last two reports.
    pub(crate) fn lost_lately(&self) -> u64 {
        let (_, missing) = self.interval;
        missing.max(0).cast_unsigned()
    }

    /// The part of packets lost between the last two reports; 0 when nothing came.
    pub(crate) fn loss_ratio(&self) -> f64 {
        let (expected, _) = self.interval;
        self.lost_lately() as f64 / expected.max(1) as f64
    }

    /// Interarrival jitter (RFC 3550, section 6.4.1).
    pub(crate) fn jitter(&self) -> Duration {
        ticks(self.jitter, self.clock_rate)
    }

    /// Whether what the next packet ends is a gap in arrival only: packets are missing, or they come late. A source
    /// that was quiet, as a still screen is, goes on with the next number and has let its clock run.
    pub(crate) fn was_cut_off(&self, number: u16, rtp_timestamp: u32, now: Instant) -> bool {
        let (Some(highest), Some((last_timestamp, last_arrival))) = (self.unwrapper.highest(), self.last) else {
            return false;
        };
        // Modulo 2^16 is meant.
        let is_next = number == (highest as u16).wrapping_add(1);
        let distance = timestamp::distance(last_timestamp, rtp_timestamp).max(0);
        let captured = ticks(f64::from(distance), self.clock_rate);
        !is_next || captured.abs_diff(now - last_arrival) > QUIET_TOLERANCE
    }

    /// Notes a Sender Report, to which the next block refers.
    pub(crate) const fn record_sender_report(&mut self, ntp: NtpTime, now: Instant) {
        self.sender_report = Some((ntp, now));
    }

    /// The block for a report that is sent now; `None` when nothing came since the last one.
    pub(crate) fn take_block(&mut self, ssrc: u32, now: Instant) -> Option<ReportBlock> {
        let (reported_expected, reported_received) = self.reported;
        if self.received == reported_received {
            self.interval = (0, 0);
            return None;
        }
        let expected = self.expected() - reported_expected;
        let missing = expected - (self.received - reported_received);
        self.interval = (expected, missing);
        self.reported = (self.expected(), self.received);
        let fraction = if missing > 0 { (256 * missing / expected.max(1)).min(255) } else { 0 };
        let (last_sender_report, delay_since_last) = self.since_sender_report(now);
        let highest = self.unwrapper.highest().unwrap_or_default().saturating_sub(FIRST_CYCLE);
        Some(ReportBlock {
            ssrc,
            fraction_lost: fraction as u8,
            cumulative_lost: self.lost().clamp(-0x80_0000, 0x7f_ffff) as i32,
            // Modulo 2^32 is meant.
            highest_sequence: highest as u32,
            jitter: self.jitter as u32,
            last_sender_report,
            delay_since_last,
        })
    }

    fn since_sender_report(&self, now: Instant) -> (u32, u32) {
        let Some((ntp, came)) = self.sender_report else { return (0, 0) };
        let delay = (now - came).as_micros() * 65_536 / 1_000_000;
        (ntp.middle_bits(), u32::try_from(delay).unwrap_or(u32::MAX))
    }

    fn expected(&self) -> i64 {
        match (self.first, self.unwrapper.highest()) {
            // Indices are far below 2^63.
            (Some(first), Some(highest)) => highest as i64 - first as i64 + 1,
            _ => 0,
        }
    }
}

/// A time in ticks of a media clock.
pub(crate) fn ticks(count: f64, clock_rate: u32) -> Duration {
    Duration::from_secs_f64(count / f64::from(clock_rate.max(1)))
}
