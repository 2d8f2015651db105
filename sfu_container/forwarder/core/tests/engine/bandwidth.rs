use std::collections::VecDeque;
use std::time::Duration;

use parley_forwarder_core::bytes::Writer;
use parley_forwarder_core::rtcp::transport_feedback::FeedbackHeader;
use parley_forwarder_core::rtcp::write_transport_feedback;
use parley_forwarder_core::time::Instant;
use parley_forwarder_core::{Event, Path};

use crate::simulation::{STEP, TRANSPORT_SEQUENCE, VP8, World, rtp_packet, vp8_payload};

/// Three encodings at 30 pictures a second, in bytes each: 0.1, 0.5 and 1.5 Mbit/s.
const PICTURE_BYTES: [usize; 3] = [420, 2_100, 6_300];
const HEIGHTS: [u16; 3] = [180, 360, 720];
const PACKET_BYTES: usize = 1_050;
const QUEUE_BYTES: usize = 60_000;

/// The last link to a viewer, and the viewer's feedback on what comes out of it.
struct Link {
    bits_per_second: u64,
    credit: f64,
    queue: VecDeque<Vec<u8>>,
    arrivals: Vec<(u16, Instant)>,
    feedback_count: u8,
    delivered_bytes: usize,
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
            world.client(viewer).receive(&datagram);
        }
        if self.queue.is_empty() {
            self.credit = 0.0;
        }
    }

    fn report(&mut self, world: &mut World, viewer: &Path) {
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
            media_ssrc: 900,
            base_sequence: base,
            feedback_count: self.feedback_count,
        };
        self.feedback_count = self.feedback_count.wrapping_add(1);
        write_transport_feedback(&mut writer, &header, &statuses).unwrap();
        let feedback = writer.written().to_vec();
        world.send(viewer, &feedback);
    }
}

struct Studio {
    world: World,
    publisher: Path,
    viewer: Path,
    link: Link,
    picture: u16,
    /// The lowest encoding that is sent.
    lowest: usize,
    answered: usize,
    sequences: [u16; 3],
    next_picture: Instant,
    next_report: Instant,
}

impl Studio {
    fn new(bits_per_second: u64) -> Self {
        let mut world = World::new();
        let (publisher, viewer) = (world.join("ann"), world.join("bob"));
        world.publish("ann", "camera", "0", &VP8, &[(Some("q"), 100), (Some("h"), 101), (Some("f"), 102)]);
        world.add_slot_with("bob", "slot", &VP8, 900, &[TRANSPORT_SEQUENCE]);
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

    /// Runs for so long; returns how much arrived, in bits per second.
    fn run(&mut self, time: Duration) -> u64 {
        let (until, before) = (self.world.now + time, self.link.delivered_bytes);
        while self.world.now < until {
            let now = self.world.now;
            if now >= self.next_picture {
                self.next_picture = now + Duration::from_micros(33_333);
                self.shoot();
            }
            if now >= self.next_report {
                self.next_report = now + Duration::from_millis(50);
                self.link.report(&mut self.world, &self.viewer);
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

    fn carried(&self) -> Option<String> {
        self.world.events.iter().rev().find_map(|event| match event {
            Event::SlotChanged { rid, .. } => Some(rid.as_ref().map(|rid| rid.to_string())),
            _ => None,
        })?
    }
}

#[test]
fn the_layer_follows_the_link_down_within_two_seconds_and_up_within_ten() {
    let mut studio = Studio::new(3_000_000);
    studio.run(Duration::from_secs(10));
    assert_eq!(studio.carried().as_deref(), Some("f"), "3 Mbit/s carry the best encoding");

    studio.link.bits_per_second = 300_000;
    studio.run(Duration::from_secs(2));
    assert_eq!(studio.carried().as_deref(), Some("q"), "300 kbit/s carry only the lowest");
    studio.run(Duration::from_secs(3));
    let waiting: usize = studio.link.queue.iter().map(Vec::len).sum();
    let delay = waiting as f64 * 8.0 / 300_000.0;
    assert!(delay < 0.2, "the queue is {delay:.3} s long");

    studio.link.bits_per_second = 3_000_000;
    studio.run(Duration::from_secs(10));
    assert_eq!(studio.carried().as_deref(), Some("f"));
    let rate = studio.run(Duration::from_secs(2));
    assert!(rate > 1_400_000, "{rate} bit/s arrive");
}

#[test]
fn a_viewer_for_whom_the_only_encoding_was_too_much_gets_it_when_the_link_carries_it() {
    let mut studio = Studio::new(3_000_000);
    studio.lowest = 2;
    studio.run(Duration::from_secs(10));
    assert_eq!(studio.carried().as_deref(), Some("f"), "3 Mbit/s carry it");

    studio.link.bits_per_second = 300_000;
    studio.run(Duration::from_secs(5));
    assert_eq!(studio.carried(), None, "300 kbit/s do not");

    studio.link.bits_per_second = 3_000_000;
    studio.run(Duration::from_secs(8));
    assert_eq!(studio.carried().as_deref(), Some("f"));
    let rate = studio.run(Duration::from_secs(2));
    assert!(rate > 1_400_000, "{rate} bit/s arrive");
}
