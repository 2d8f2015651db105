//! The Peer: reports arrivals as TWCC feedback, asks for what is missing, and notes when audio came.

use std::collections::BTreeMap;
use std::time::Duration;

use parley_forwarder_core::bytes::Writer;
use parley_forwarder_core::rtcp::transport_feedback::{FeedbackHeader, TICK_MICROS};
use parley_forwarder_core::rtcp::write_transport_feedback;
use parley_forwarder_core::rtp::sequence::Unwrapper;
use parley_forwarder_core::time::Instant;

use super::{Content, MediaId, Packet, Stream};

/// Packets that overtake each other are not missing yet.
const REORDERING: Duration = Duration::from_millis(10);
const NACK_INTERVAL: Duration = Duration::from_millis(80);
const MAX_NACKS: u32 = 10;
/// The clock of the Peer is another one than ours.
const CLOCK_OFFSET_MICROS: i64 = 40_000_000_000;

/// What the Peer sends back.
pub enum Answer {
    /// An RTCP packet with transport-wide feedback.
    Feedback(Vec<u8>),
    /// What it misses.
    Nack(Vec<MediaId>),
}

struct Missing {
    since: Instant,
    asked_at: Option<Instant>,
    asked: u32,
}

#[derive(Default)]
pub struct Receiver {
    unwrapper: Unwrapper,
    /// Ticks of arrival by extended transport-wide sequence number.
    arrivals: BTreeMap<u64, i64>,
    reported: Option<u64>,
    /// The least number that arrived since the last feedback.
    first_new: Option<u64>,
    feedback_interval: Duration,
    feedback_at: Instant,
    feedback_count: u8,
    highest: BTreeMap<Stream, u64>,
    missing: BTreeMap<MediaId, Missing>,
    /// When each audio packet came first, by its number.
    pub audio: BTreeMap<u64, Instant>,
}

impl Receiver {
    pub fn new(feedback_interval: Duration) -> Self {
        Self { feedback_interval, ..Self::default() }
    }

    pub fn on_packet(&mut self, now: Instant, packet: &Packet) {
        let number = self.unwrapper.unwrap(packet.transport_sequence);
        let micros = now.as_micros().cast_signed() + CLOCK_OFFSET_MICROS;
        self.arrivals.insert(number, micros.div_euclid(TICK_MICROS));
        self.first_new = Some(self.first_new.map_or(number, |first| first.min(number)));
        if let Content::Media(id) = packet.content {
            self.on_media(now, id);
        }
    }

    /// What is to be sent back now.
    pub fn poll(&mut self, now: Instant) -> Vec<Answer> {
        let mut answers = Vec::new();
        if now.since(self.feedback_at) >= self.feedback_interval {
            self.feedback_at = now;
            answers.extend(self.feedback().map(Answer::Feedback));
        }
        let wanted = self.nacks(now);
        if !wanted.is_empty() {
            answers.push(Answer::Nack(wanted));
        }
        answers
    }

    fn on_media(&mut self, now: Instant, id: MediaId) {
        self.missing.remove(&id);
        if id.stream == Stream::Audio {
            self.audio.entry(id.number).or_insert(now);
        }
        let highest = self.highest.entry(id.stream).or_insert(id.number);
        for number in *highest + 1..id.number {
            let missing = Missing { since: now, asked_at: None, asked: 0 };
            self.missing.insert(MediaId { number, ..id }, missing);
        }
        *highest = (*highest).max(id.number);
    }

    fn feedback(&mut self) -> Option<Vec<u8>> {
        let last = *self.arrivals.keys().next_back()?;
        let first_new = self.first_new.take()?;
        let first = self.reported.map_or(first_new, |reported| first_new.min(reported + 1));
        self.reported = Some(last);
        let ticks: Vec<Option<i64>> = (first..=last).map(|number| self.arrivals.get(&number).copied()).collect();
        self.arrivals = self.arrivals.split_off(&last.saturating_sub(1_000));
        let mut buffer = vec![0; 4_096];
        let mut out = Writer::new(&mut buffer);
        let base_sequence = (first & 0xffff) as u16;
        let header =
            FeedbackHeader { sender_ssrc: 1, media_ssrc: 2, base_sequence, feedback_count: self.feedback_count };
        self.feedback_count = self.feedback_count.wrapping_add(1);
        assert_eq!(write_transport_feedback(&mut out, &header, &ticks), Ok(ticks.len()));
        let len = out.len();
        buffer.truncate(len);
        Some(buffer)
    }

    fn nacks(&mut self, now: Instant) -> Vec<MediaId> {
        self.missing.retain(|_, missing| missing.asked < MAX_NACKS);
        let is_due = |missing: &Missing| match missing.asked_at {
            None => now.since(missing.since) >= REORDERING,
            Some(asked_at) => now.since(asked_at) >= NACK_INTERVAL,
        };
        let mut wanted = Vec::new();
        for (id, missing) in self.missing.iter_mut().filter(|(_, missing)| is_due(missing)) {
            missing.asked_at = Some(now);
            missing.asked += 1;
            wanted.push(*id);
        }
        wanted
    }
}
