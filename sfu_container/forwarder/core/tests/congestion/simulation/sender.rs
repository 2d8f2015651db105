//! The node: paces what its source makes, answers NACKs, and follows the estimate.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use parley_forwarder_core::congestion::{ClusterId, Estimator, EstimatorConfig, Pacer, PacketKind, Release};
use parley_forwarder_core::rtcp;
use parley_forwarder_core::time::Instant;

use super::receiver::Answer;
use super::source::{AUDIO_BITS_PER_SECOND, AUDIO_PACKET_BYTES, Audio, VideoSource};
use super::{Content, MediaId, Packet, Stream};

const PADDING_BYTES: u64 = 1_000;
/// Retransmissions take at most an eighth of the estimate from video: more than that is a burst, which passes.
const MAX_RETRANSMISSION_DIVISOR: u64 = 8;
/// How much of its own stream a node can send again.
const CACHE: usize = 2_048;

/// Bytes sent, by what they are for.
#[derive(Debug, Clone, Copy, Default)]
pub struct SentBytes {
    pub media: usize,
    pub retransmissions: usize,
    pub padding: usize,
}

/// A packet that waits in the pacer.
#[derive(Debug, Clone, Copy)]
struct Outgoing {
    id: MediaId,
    bytes: usize,
    is_first: bool,
}

/// What was sent in the last second.
#[derive(Default)]
struct RecentBytes {
    packets: VecDeque<(Instant, usize)>,
    bytes: usize,
}

impl RecentBytes {
    fn add(&mut self, now: Instant, bytes: usize) {
        self.packets.push_back((now, bytes));
        self.bytes += bytes;
    }

    fn bits_per_second(&mut self, now: Instant) -> u64 {
        let is_old = |(at, _): &mut (Instant, usize)| now.since(*at) > Duration::from_secs(1);
        while let Some((_, bytes)) = self.packets.pop_front_if(is_old) {
            self.bytes -= bytes;
        }
        self.bytes as u64 * 8
    }
}

pub struct Sender {
    pub estimator: Estimator,
    pub sent: SentBytes,
    /// When each audio packet was first sent, by its number.
    pub audio: Vec<Instant>,
    /// The longest time that audio waited before it was sent.
    pub longest_audio_wait: Duration,
    /// How many packets the pacer gave up.
    pub expired: u64,
    pacer: Pacer<Outgoing>,
    retransmissions: RecentBytes,
    audio_source: Audio,
    video_source: Box<dyn VideoSource>,
    next_numbers: BTreeMap<Stream, u64>,
    /// The sizes of what may be sent again.
    sizes: BTreeMap<MediaId, usize>,
}

impl Sender {
    pub fn new(video_source: Box<dyn VideoSource>) -> Self {
        let estimator = Estimator::new(&EstimatorConfig::default());
        let pacer = Pacer::new(Instant::default(), estimator.pacing_bits_per_second());
        Self {
            estimator,
            sent: SentBytes::default(),
            audio: Vec::new(),
            longest_audio_wait: Duration::ZERO,
            expired: 0,
            pacer,
            retransmissions: RecentBytes::default(),
            audio_source: Audio::new(),
            video_source,
            next_numbers: BTreeMap::new(),
            sizes: BTreeMap::new(),
        }
    }

    pub fn on_answer(&mut self, now: Instant, answer: Answer) {
        match answer {
            Answer::Feedback(bytes) => {
                let Some(Ok(rtcp::Packet::TransportFeedback(feedback))) = rtcp::Compound::new(&bytes).next() else {
                    panic!("the Peer's feedback is not understood");
                };
                self.estimator.on_feedback(now, &feedback);
            }
            Answer::Nack(wanted) => {
                for id in wanted {
                    if let Some(bytes) = self.sizes.get(&id).copied() {
                        let kind =
                            if id.stream == Stream::Audio { PacketKind::Audio } else { PacketKind::Retransmission };
                        self.pacer.push(now, kind, bytes, Outgoing { id, bytes, is_first: false }).unwrap();
                    }
                }
            }
        }
    }

    /// Makes media and calls `send` with each packet that goes out now, and its size in bytes.
    pub fn poll(&mut self, now: Instant, mut send: impl FnMut(usize, Packet)) {
        let most = self.estimator.target_bits_per_second() / MAX_RETRANSMISSION_DIVISOR;
        let reserved = AUDIO_BITS_PER_SECOND + self.retransmissions.bits_per_second(now).min(most);
        self.estimator.set_wanted_bits_per_second(self.video_source.wanted(reserved));
        self.produce(now, reserved);
        if let Some(cluster) = self.estimator.poll_probe(now) {
            self.pacer.start_probe(cluster);
        }
        while let Some(release) = self.next_release(now) {
            let (bytes, packet) = match release {
                Release::Packet { item, probe, .. } => self.send_media(now, item, probe),
                Release::Expired { item, .. } => {
                    self.sizes.remove(&item.id);
                    self.expired += 1;
                    continue;
                }
                Release::Padding { bytes, probe } => self.send_padding(now, bytes, probe),
            };
            send(bytes, packet);
        }
    }

    fn next_release(&mut self, now: Instant) -> Option<Release<Outgoing>> {
        self.pacer.set_bits_per_second(now, self.estimator.pacing_bits_per_second());
        self.pacer.poll(now)
    }

    fn produce(&mut self, now: Instant, reserved: u64) {
        if self.audio_source.is_due(now) {
            self.audio.push(now);
            self.push(now, PacketKind::Audio, Stream::Audio, AUDIO_PACKET_BYTES);
        }
        let mut packets = Vec::new();
        let target = self.estimator.target_bits_per_second();
        self.video_source.produce(now, target, reserved, &mut |packet| packets.push(packet));
        for packet in packets {
            let stream = Stream::Video(packet.stream);
            if packet.begins_keyframe {
                self.sizes.retain(|id, _| id.stream != stream);
            }
            self.push(now, PacketKind::Video, stream, packet.bytes);
        }
    }

    fn push(&mut self, now: Instant, kind: PacketKind, stream: Stream, bytes: usize) {
        let next = self.next_numbers.entry(stream).or_default();
        let id = MediaId { stream, number: *next };
        *next += 1;
        if let Some(oldest) = id.number.checked_sub(CACHE as u64) {
            self.sizes.remove(&MediaId { number: oldest, ..id });
        }
        self.sizes.insert(id, bytes);
        self.pacer.push(now, kind, bytes, Outgoing { id, bytes, is_first: true }).unwrap();
    }

    fn send_media(&mut self, now: Instant, outgoing: Outgoing, probe: Option<ClusterId>) -> (usize, Packet) {
        let Outgoing { id, bytes, is_first } = outgoing;
        if is_first {
            self.sent.media += bytes;
        } else {
            self.sent.retransmissions += bytes;
            self.retransmissions.add(now, bytes);
        }
        if id.stream == Stream::Audio && is_first {
            let waited = now.since(self.audio[id.number as usize]);
            self.longest_audio_wait = self.longest_audio_wait.max(waited);
        }
        let transport_sequence = self.estimator.on_sent(now, bytes, probe);
        (bytes, Packet { transport_sequence, content: Content::Media(id) })
    }

    fn send_padding(&mut self, now: Instant, bytes: u64, probe: ClusterId) -> (usize, Packet) {
        let bytes = bytes.min(PADDING_BYTES) as usize;
        self.pacer.on_padding_sent(now, bytes);
        self.sent.padding += bytes;
        let transport_sequence = self.estimator.on_sent(now, bytes, Some(probe));
        (bytes, Packet { transport_sequence, content: Content::Padding })
    }
}
