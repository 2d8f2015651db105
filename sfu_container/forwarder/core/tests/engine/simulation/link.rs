//! The last link to a viewer, and what the viewer tells of what comes out of it.

use std::collections::VecDeque;
use std::time::Duration;

use parley_forwarder_core::Path;
use parley_forwarder_core::bytes::Writer;
use parley_forwarder_core::rtcp::transport_feedback::FeedbackHeader;
use parley_forwarder_core::rtcp::{
    ReportBlock, write_receiver_bitrate, write_receiver_report, write_transport_feedback,
};
use parley_forwarder_core::rtp::Header;
use parley_forwarder_core::time::Instant;

use super::{STEP, World};

const QUEUE_BYTES: usize = 60_000;
const ARRIVALS_INTERVAL: Duration = Duration::from_millis(50);
const ESTIMATE_INTERVAL: Duration = Duration::from_millis(500);
const REPORT_INTERVAL: Duration = Duration::from_secs(1);

/// How a viewer tells of what arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reporting {
    /// Transport-wide feedback.
    Arrivals,
    /// Its own estimate (REMB), as receivers with delay-based estimation make it.
    Bitrate,
    /// Receiver Reports, whose loss is all that it tells.
    Loss,
}

/// The SSRC of the viewer's Slot.
pub const SLOT_SSRC: u32 = 900;
/// A queue this long makes the viewer lower its estimate.
const LONG_QUEUE_BYTES: usize = 6_000;

/// The last link to a viewer, and the viewer's feedback on what comes out of it.
pub struct Link {
    pub bits_per_second: u64,
    credit: f64,
    pub queue: VecDeque<Vec<u8>>,
    arrivals: Vec<(u16, Instant)>,
    feedback_count: u8,
    pub delivered_bytes: usize,
    reported_bytes: usize,
    estimate: f64,
    /// Of the Slot's own stream, the highest number that came, and how many came.
    highest: u16,
    received: u32,
    /// What both were at the last report.
    reported: (u16, u32),
}

impl Link {
    pub fn new(bits_per_second: u64) -> Self {
        Self {
            bits_per_second,
            credit: 0.0,
            queue: VecDeque::new(),
            arrivals: Vec::new(),
            feedback_count: 0,
            delivered_bytes: 0,
            reported_bytes: 0,
            estimate: 300_000.0,
            highest: 0,
            received: 0,
            reported: (0, 0),
        }
    }

    /// Takes what the engine has sent, and hands the viewer what comes out by now.
    pub fn carry(&mut self, world: &mut World, viewer: &Path) {
        for (path, datagram) in std::mem::take(&mut world.outbox.sent) {
            let waiting: usize = self.queue.iter().map(Vec::len).sum();
            if path == *viewer && waiting + datagram.len() <= QUEUE_BYTES {
                self.queue.push_back(datagram);
            } else if path != *viewer {
                world.client(&path).receive(&datagram);
            }
        }
        self.credit += self.bits_per_second as f64 * STEP.as_secs_f64() / 8.0;
        while let Some(datagram) = self.queue.pop_front_if(|datagram| datagram.len() as f64 <= self.credit) {
            self.credit -= datagram.len() as f64;
            self.delivered_bytes += datagram.len();
            let now = world.now;
            self.arrivals.extend(world.client(viewer).transport_number(&datagram).map(|number| (number, now)));
            self.count(&datagram);
            let client = world.client(viewer);
            client.now = now;
            client.receive(&datagram);
        }
        if self.queue.is_empty() {
            self.credit = 0.0;
        }
    }

    /// Reports in the viewer's way; returns when it does again.
    pub fn report(&mut self, reporting: Reporting, world: &mut World, viewer: &Path) -> Duration {
        match reporting {
            Reporting::Arrivals => {
                self.report_arrivals(world, viewer);
                ARRIVALS_INTERVAL
            }
            Reporting::Bitrate => {
                self.report_bitrate(world, viewer);
                ESTIMATE_INTERVAL
            }
            Reporting::Loss => {
                self.report_loss(world, viewer);
                REPORT_INTERVAL
            }
        }
    }

    /// Counts a packet of the Slot's own stream, as receivers do for their reports.
    fn count(&mut self, datagram: &[u8]) {
        let Some(header) = Header::parse(datagram).ok().filter(|header| header.ssrc == SLOT_SSRC) else { return };
        if self.received == 0 {
            self.reported.0 = header.sequence.wrapping_sub(1);
        }
        self.received += 1;
        self.highest = header.sequence;
    }

    /// The receiver's side of draft-ietf-rmcat-gcc-02, much simplified.
    fn report_bitrate(&mut self, world: &mut World, viewer: &Path) {
        if self.delivered_bytes == self.reported_bytes {
            return;
        }
        let incoming = (self.delivered_bytes - self.reported_bytes) as f64 * 8.0 / ESTIMATE_INTERVAL.as_secs_f64();
        self.reported_bytes = self.delivered_bytes;
        let waiting: usize = self.queue.iter().map(Vec::len).sum();
        self.estimate = if waiting > LONG_QUEUE_BYTES {
            0.85 * incoming
        } else {
            (self.estimate * 1.04).min(incoming * 1.5 + 10_000.0)
        };
        let bitrate = self.estimate as u64;
        world.send_rtcp(viewer, |writer| write_receiver_bitrate(writer, 9, bitrate, &[SLOT_SSRC]));
    }

    fn report_loss(&mut self, world: &mut World, viewer: &Path) {
        let expected = u32::from(self.highest.wrapping_sub(self.reported.0));
        let received = self.received - self.reported.1;
        self.reported = (self.highest, self.received);
        let lost = expected.saturating_sub(received);
        let block = ReportBlock {
            ssrc: SLOT_SSRC,
            fraction_lost: (lost * 256).checked_div(expected).unwrap_or(0).min(255) as u8,
            cumulative_lost: 0,
            highest_sequence: self.highest.into(),
            jitter: 0,
            last_sender_report: 0,
            delay_since_last: 0,
        };
        world.send_rtcp(viewer, |writer| write_receiver_report(writer, 9, &[block]));
    }

    fn report_arrivals(&mut self, world: &mut World, viewer: &Path) {
        let Some((base, _)) = self.arrivals.first().copied() else { return };
        let last = self.arrivals.last().map_or(base, |(number, _)| *number);
        let mut statuses = vec![None; usize::from(last.wrapping_sub(base)) + 1];
        for (number, at) in self.arrivals.drain(..) {
            statuses[usize::from(number.wrapping_sub(base))] = Some(at.as_micros() as i64 / 250);
        }
        let mut buffer = [0; 1_200];
        let mut writer = Writer::new(&mut buffer);
        let header = FeedbackHeader {
            sender_ssrc: 9,
            media_ssrc: SLOT_SSRC,
            base_sequence: base,
            feedback_count: self.feedback_count,
        };
        self.feedback_count = self.feedback_count.wrapping_add(1);
        write_transport_feedback(&mut writer, &header, &statuses).unwrap();
        let feedback = writer.written().to_vec();
        world.send(viewer, &feedback);
    }
}
