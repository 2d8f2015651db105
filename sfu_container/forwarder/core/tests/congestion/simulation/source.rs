//! What there is to send: audio, and video that follows the estimate smoothly or in the steps of its layers.

use std::time::Duration;

use parley_forwarder_core::congestion::{Allocator, LayerOffer, SlotDemand, wanted_bits_per_second};
use parley_forwarder_core::time::Instant;

use super::random::Random;

const FRAME_INTERVAL: Duration = Duration::from_micros(33_333);
const AUDIO_INTERVAL: Duration = Duration::from_millis(20);
pub const AUDIO_PACKET_BYTES: usize = 130;
pub const AUDIO_BITS_PER_SECOND: u64 = AUDIO_PACKET_BYTES as u64 * 8 * 50;
const MAX_PACKET_BYTES: usize = 1_200;
/// How much larger than others a keyframe is.
const KEYFRAME_FACTOR: f64 = 4.0;
/// From the wish for another layer to its keyframe.
const SWITCH_TIME: Duration = Duration::from_millis(150);
const ALLOCATION_INTERVAL: Duration = Duration::from_millis(100);

/// A packet of a video stream.
#[derive(Debug, Clone, Copy)]
pub struct VideoPacket {
    pub stream: usize,
    pub bytes: usize,
    /// Whether a keyframe begins: nothing before it is of use any more.
    pub begins_keyframe: bool,
}

/// Makes the video of a Peer.
pub trait VideoSource {
    /// The estimate at which it sends all that it has. `reserved` is what audio and retransmissions take; all in bits
    /// per second.
    fn wanted(&self, reserved: u64) -> u64;
    /// Calls `send` with each packet that is due. `target` is the estimate.
    fn produce(&mut self, now: Instant, target: u64, reserved: u64, send: &mut dyn FnMut(VideoPacket));
}

/// Fires at a fixed interval.
struct Every {
    interval: Duration,
    next: Instant,
}

impl Every {
    fn new(interval: Duration, first: Instant) -> Self {
        Self { interval, next: first }
    }

    fn is_due(&mut self, now: Instant) -> bool {
        let is_due = now >= self.next;
        if is_due {
            self.next = self.next + self.interval;
        }
        is_due
    }
}

/// Audio packets of the same size, 50 a second.
pub struct Audio {
    packets: Every,
}

impl Audio {
    pub fn new() -> Self {
        Self { packets: Every::new(AUDIO_INTERVAL, Instant::default()) }
    }

    pub fn is_due(&mut self, now: Instant) -> bool {
        self.packets.is_due(now)
    }
}

/// Splits a frame into packets of about the same size.
fn packetize(stream: usize, frame: Frame, send: &mut dyn FnMut(VideoPacket)) {
    let packets = frame.bytes.div_ceil(MAX_PACKET_BYTES).max(1);
    let bytes = frame.bytes.div_ceil(packets);
    (0..packets).for_each(|place| send(VideoPacket { stream, bytes, begins_keyframe: frame.is_key && place == 0 }));
}

struct Frame {
    bytes: usize,
    is_key: bool,
}

/// Sends just what the estimate allows.
pub struct Elastic {
    frames: Every,
    limit: u64,
    random: Random,
}

impl Elastic {
    /// Never sends more than `limit` bits per second.
    pub fn new(limit: u64) -> Self {
        Self { frames: Every::new(FRAME_INTERVAL, Instant::default()), limit, random: Random::new(5) }
    }
}

impl VideoSource for Elastic {
    fn wanted(&self, reserved: u64) -> u64 {
        self.limit + reserved
    }

    fn produce(&mut self, now: Instant, target: u64, reserved: u64, send: &mut dyn FnMut(VideoPacket)) {
        if self.frames.is_due(now) {
            let rate = target.saturating_sub(reserved).min(self.limit) as f64;
            let bytes = rate / 8.0 * FRAME_INTERVAL.as_secs_f64() * (0.8 + 0.4 * self.random.next());
            packetize(0, Frame { bytes: bytes as usize, is_key: false }, send);
        }
    }
}

/// Slots with simulcast layers, which the allocator chooses.
pub struct Slots {
    allocator: Allocator,
    allocations: Every,
    slots: Vec<SimulatedSlot>,
    random: Random,
}

struct SimulatedSlot {
    frames: Every,
    layers: [LayerOffer; 3],
    current: Option<usize>,
    /// Where it goes, and when the keyframe comes.
    switch: Option<(usize, Instant)>,
    needs_keyframe: bool,
}

impl SimulatedSlot {
    fn new(place: u64) -> Self {
        let offer = |height, bits_per_second| LayerOffer { height, bits_per_second };
        Self {
            frames: Every::new(FRAME_INTERVAL, Instant::from_micros(place * 13_000)),
            layers: [offer(180, 150_000), offer(360, 500_000), offer(720, 1_200_000)],
            current: None,
            switch: None,
            needs_keyframe: false,
        }
    }

    fn demand(&self) -> SlotDemand<'_> {
        let current = self.switch.map(|(layer, _)| layer).or(self.current);
        SlotDemand { priority: 1, max_height: 720, layers: &self.layers, current }
    }

    fn apply(&mut self, now: Instant, layer: Option<usize>) {
        let Some(layer) = layer else {
            (self.current, self.switch) = (None, None);
            return;
        };
        if self.current == Some(layer) {
            self.switch = None;
        } else if self.switch.is_none_or(|(goal, _)| goal != layer) {
            self.switch = Some((layer, now + SWITCH_TIME));
        }
    }

    fn frame(&mut self, now: Instant, random: &mut Random) -> Option<Frame> {
        if let Some((layer, _)) = self.switch.filter(|(_, at)| now >= *at) {
            (self.current, self.switch, self.needs_keyframe) = (Some(layer), None, true);
        }
        let rate = self.layers[self.current?].bits_per_second as f64;
        let size = rate / 8.0 * FRAME_INTERVAL.as_secs_f64() * (0.8 + 0.4 * random.next());
        let is_key = std::mem::take(&mut self.needs_keyframe);
        let factor = if is_key { KEYFRAME_FACTOR } else { 1.0 };
        Some(Frame { bytes: (size * factor) as usize, is_key })
    }
}

impl Slots {
    pub fn new(count: u64) -> Self {
        Self {
            allocator: Allocator::default(),
            allocations: Every::new(ALLOCATION_INTERVAL, Instant::default()),
            slots: (0..count).map(SimulatedSlot::new).collect(),
            random: Random::new(6),
        }
    }
}

impl VideoSource for Slots {
    fn wanted(&self, reserved: u64) -> u64 {
        let demands: Vec<_> = self.slots.iter().map(SimulatedSlot::demand).collect();
        wanted_bits_per_second(reserved, &demands)
    }

    fn produce(&mut self, now: Instant, target: u64, reserved: u64, send: &mut dyn FnMut(VideoPacket)) {
        if self.allocations.is_due(now) {
            let demands: Vec<_> = self.slots.iter().map(SimulatedSlot::demand).collect();
            let layers = self.allocator.allocate(now, target, reserved, &demands).to_vec();
            self.slots.iter_mut().zip(layers).for_each(|(slot, layer)| slot.apply(now, layer));
        }
        for (stream, slot) in self.slots.iter_mut().enumerate() {
            if slot.frames.is_due(now)
                && let Some(frame) = slot.frame(now, &mut self.random)
            {
                packetize(stream, frame, send);
            }
        }
    }
}
