//! A publisher of three encodings, and a viewer behind a narrow link who tells of what comes out of it.

use std::collections::VecDeque;
use std::time::Duration;

use parley_forwarder_core::bytes::Writer;
use parley_forwarder_core::rtcp::transport_feedback::FeedbackHeader;
use parley_forwarder_core::rtcp::{
    ReportBlock, write_receiver_bitrate, write_receiver_report, write_transport_feedback,
};
use parley_forwarder_core::rtp::Header;
use parley_forwarder_core::time::Instant;
use parley_forwarder_core::{Event, Path};

use super::{STEP, TRANSPORT_SEQUENCE, VP8, World, rtp_packet, vp8_payload};

/// Three encodings at 30 pictures a second, in bytes each: 0.1, 0.5 and 1.5 Mbit/s.
const PICTURE_BYTES: [usize; 3] = [420, 2_100, 6_300];
const HEIGHTS: [u16; 3] = [180, 360, 720];
const PACKET_BYTES: usize = 1_050;
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
const SLOT_SSRC: u32 = 900;
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
    fn new(bits_per_second: u64) -> Self {
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

    fn carry(&mut self, world: &mut World, viewer: &Path) {
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
            world.client(viewer).receive(&datagram);
        }
        if self.queue.is_empty() {
            self.credit = 0.0;
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

pub struct Studio {
    pub world: World,
    publisher: Path,
    pub viewer: Path,
    pub link: Link,
    picture: u16,
    /// The lowest encoding that is sent.
    pub lowest: usize,
    answered: usize,
    sequences: [u16; 3],
    next_picture: Instant,
    next_report: Instant,
    reporting: Reporting,
}

impl Studio {
    pub fn new(bits_per_second: u64, reporting: Reporting) -> Self {
        let mut world = World::new();
        let (publisher, viewer) = (world.join("ann"), world.join("bob"));
        world.publish("ann", "camera", "0", &VP8, &[(Some("q"), 100), (Some("h"), 101), (Some("f"), 102)]);
        let extensions: &[(u8, &str)] = if reporting == Reporting::Arrivals { &[TRANSPORT_SEQUENCE] } else { &[] };
        world.add_slot_with("bob", "slot", &VP8, SLOT_SSRC, extensions);
        world.route("slot", "camera", 720);
        let now = world.now;
        Self {
            world,
            publisher,
            viewer,
            link: Link::new(bits_per_second),
            picture: 0,
            lowest: 0,
            answered: 0,
            sequences: [0; 3],
            next_picture: now,
            next_report: now,
            reporting,
        }
    }

    fn shoot(&mut self) {
        let asked = self.world.client(&self.publisher).keyframe_requests;
        let is_keyframe = self.picture == 0 || asked > self.answered;
        self.answered = asked;
        for (place, picture_bytes) in PICTURE_BYTES.into_iter().enumerate().skip(self.lowest) {
            for (part, start) in (0..picture_bytes).step_by(PACKET_BYTES).enumerate() {
                let len = PACKET_BYTES.min(picture_bytes - start);
                let height = (is_keyframe && part == 0).then_some(HEIGHTS[place]);
                let mut payload = vp8_payload(self.picture, 0, height, len);
                if part > 0 {
                    payload[0] = 0x80;
                }
                let ssrc = 100 + place as u32;
                let timestamp = u32::from(self.picture) * 3_000;
                let packet = rtp_packet(ssrc, &VP8, self.sequences[place], timestamp, &[], &payload);
                self.sequences[place] = self.sequences[place].wrapping_add(1);
                self.world.send(&self.publisher, &packet);
            }
        }
        self.picture += 1;
    }

    /// Reports in the viewer's way; returns when it does again.
    fn report(&mut self) -> Duration {
        let Self { link, world, viewer, reporting, .. } = self;
        match reporting {
            Reporting::Arrivals => {
                link.report_arrivals(world, viewer);
                ARRIVALS_INTERVAL
            }
            Reporting::Bitrate => {
                link.report_bitrate(world, viewer);
                ESTIMATE_INTERVAL
            }
            Reporting::Loss => {
                link.report_loss(world, viewer);
                REPORT_INTERVAL
            }
        }
    }

    /// Runs for so long; returns how much arrived, in bits per second.
    pub fn run(&mut self, time: Duration) -> u64 {
        let (until, before) = (self.world.now + time, self.link.delivered_bytes);
        while self.world.now < until {
            let now = self.world.now;
            if now >= self.next_picture {
                self.next_picture = now + Duration::from_micros(33_333);
                self.shoot();
            }
            if now >= self.next_report {
                self.next_report = now + self.report();
                [self.viewer, self.publisher].iter().for_each(|path| self.world.consent(path));
            }
            self.world.engine.flush(now, &mut self.world.outbox);
            if now >= self.world.engine.next_tick() {
                self.world.engine.tick(now, &mut self.world.outbox);
            }
            self.link.carry(&mut self.world, &self.viewer);
            self.world.events.extend(std::iter::from_fn(|| self.world.engine.next_event()));
            self.world.now = now + STEP;
        }
        ((self.link.delivered_bytes - before) as f64 * 8.0 / time.as_secs_f64()) as u64
    }

    pub fn carried(&self) -> Option<String> {
        self.world.events.iter().rev().find_map(|event| match event {
            Event::SlotChanged { rid, .. } => Some(rid.as_ref().map(|rid| rid.to_string())),
            _ => None,
        })?
    }
}
