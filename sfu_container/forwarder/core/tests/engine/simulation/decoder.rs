//! What a decoder makes of the packets of a Slot: which pictures it can show, and when.
//!
//! It knows by the marks of the encoder where each packet comes from and what each frame needs, and checks that the
//! numbers which the forwarder wrote say the same to a decoder that has only those.

use std::collections::HashMap;
use std::time::Duration;

use parley_forwarder_core::codec::av1::DependencyTracker;
use parley_forwarder_core::rtp::{sequence, timestamp};
use parley_forwarder_core::time::Instant;

use super::{Mark, Received, Scheme};

/// Pictures in flight when a Slot changes over to a keyframe: what is missing of them then does not come any more.
const SWITCH_TAIL: usize = 8;

/// A frame as the packets in a row that bear its mark.
struct Frame<'a> {
    mark: Mark,
    packets: Vec<&'a Received>,
}

impl Frame<'_> {
    fn arrived(&self) -> Instant {
        self.packets.iter().map(|packet| packet.at).max().unwrap()
    }

    fn timestamp(&self) -> u32 {
        self.packets[0].header.timestamp
    }

    fn goes_on_with(&self, mark: &Mark, packet: &Received) -> bool {
        (self.mark.ssrc, self.mark.frame) == (mark.ssrc, mark.frame) && self.timestamp() == packet.header.timestamp
    }

    fn is_whole(&self) -> bool {
        let parts = self.packets.iter().map(|packet| Mark::read(&packet.payload).part);
        parts.eq(0..self.mark.parts)
    }
}

/// A picture that could be shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    pub at: Instant,
    /// The SSRC under which it was published.
    pub ssrc: u32,
    /// Which of the three sizes it has.
    pub size: u32,
}

/// A picture that could not be decoded.
#[derive(Debug, Clone)]
pub struct Broken {
    /// When it had come as far as it did.
    pub at: Instant,
    /// Its last frame.
    mark: Mark,
    /// Whether a keyframe follows so soon that nobody waits for what is missing.
    is_before_keyframe: bool,
}

#[derive(Default)]
pub struct Decoder {
    pub shown: Vec<Shown>,
    pub broken: Vec<Broken>,
    /// When each frame could be decoded.
    ready: HashMap<(u32, u32), Instant>,
}

impl Decoder {
    /// Decodes the packets of a Slot, in the order of their numbers. Panics at what would confuse a decoder.
    pub fn decode(scheme: Scheme, received: &[&Received]) -> Self {
        let frames = group(received);
        check_numbers(scheme, &frames);
        let decoder = Self::of(&frames);
        let unexpected = decoder.broken.iter().find(|picture| !picture.is_before_keyframe).map(|picture| &picture.mark);
        assert!(unexpected.is_none(), "{unexpected:?} cannot be decoded");
        decoder
    }

    /// Decodes what is left of a Slot on a path that loses packets for good: there pictures may be broken.
    pub fn decode_rest(received: &[&Received]) -> Self {
        Self::of(&group(received))
    }

    fn of(frames: &[Frame<'_>]) -> Self {
        let mut decoder = Self::default();
        let pictures: Vec<&[Frame<'_>]> = frames.chunk_by(|one, other| one.timestamp() == other.timestamp()).collect();
        for (place, picture) in pictures.iter().enumerate() {
            let mut next = pictures[place + 1..].iter().take(SWITCH_TAIL);
            decoder.show(picture, next.any(|next| next[0].mark.needed.is_empty()));
        }
        decoder
    }

    /// For how long a picture stood still at most.
    pub fn longest_freeze(&self) -> Duration {
        self.shown.windows(2).map(|pair| pair[1].at - pair[0].at).max().unwrap()
    }

    fn show(&mut self, picture: &[Frame<'_>], is_before_keyframe: bool) {
        let mut last_ready = Some(Instant::default());
        for (place, frame) in picture.iter().enumerate() {
            let is_last = place + 1 == picture.len();
            let markers = frame.packets.iter().map(|packet| packet.header.marker);
            let expected = (1..=frame.packets.len()).map(|number| is_last && number == frame.packets.len());
            let ready = self.ready_at(frame).filter(|_| markers.eq(expected));
            self.ready.extend(ready.map(|ready| ((frame.mark.ssrc, frame.mark.frame), ready)));
            last_ready = last_ready.and(ready);
        }
        let Some(frame) = picture.last() else { return };
        let Some(at) = last_ready else {
            self.broken.push(Broken { at: frame.arrived(), mark: frame.mark.clone(), is_before_keyframe });
            return;
        };
        let at = self.shown.last().map_or(at, |before| before.at.max(at));
        self.shown.push(Shown { at, ssrc: frame.mark.ssrc, size: frame.mark.frame % 3 });
    }

    /// When all its parts are there, and all that it needs.
    fn ready_at(&self, frame: &Frame<'_>) -> Option<Instant> {
        let needed = || frame.mark.needed.iter().map(|needed| self.ready.get(&(frame.mark.ssrc, *needed)).copied());
        let before: Option<Vec<Instant>> = needed().collect();
        before.filter(|_| frame.is_whole())?.into_iter().chain([frame.arrived()]).max()
    }
}

fn group<'a>(received: &[&'a Received]) -> Vec<Frame<'a>> {
    let mut frames: Vec<Frame<'a>> = Vec::new();
    // Padding fills the places of packets that were left out.
    for packet in received.iter().filter(|packet| !packet.payload.is_empty()) {
        let mark = Mark::read(&packet.payload);
        match frames.last_mut() {
            Some(frame) if frame.goes_on_with(&mark, packet) => frame.packets.push(packet),
            _ => frames.push(Frame { mark, packets: vec![packet] }),
        }
    }
    frames
}

fn check_numbers(scheme: Scheme, frames: &[Frame<'_>]) {
    for (place, pair) in frames.windows(2).enumerate() {
        let ticks = timestamp::distance(pair[0].timestamp(), pair[1].timestamp());
        let is_same_stream = pair[0].mark.ssrc == pair[1].mark.ssrc;
        let is_same_picture = scheme.is_layered() && is_same_stream && ticks == 0;
        assert!(is_same_picture || (1..90_000).contains(&ticks), "time goes on by {ticks}");
        let step = u16::from(!is_same_picture);
        // A whole picture may be missing before a keyframe.
        let may_miss = is_before_keyframe(frames, place);
        // A picture that is left out, but was missing when the next ones left, takes its number along.
        let left_out = if scheme.has_temporal_layers() { 2 } else { 0 };
        if let Some((pictures, base_pictures)) = number_steps(scheme, pair) {
            let is_next = (step..=step + left_out).contains(&pictures);
            assert!(is_next || (may_miss && pictures < SWITCH_TAIL as u16), "{:?}", pair[1].mark);
            let base_step = u8::from(!is_same_picture && scheme.temporal_layer(&pair[1].packets[0].payload) == 0);
            assert!(base_pictures == base_step || (may_miss && base_pictures <= pictures as u8), "{:?}", pair[1].mark);
        }
    }
    if scheme.codec().name == "AV1" {
        check_descriptors(frames);
    }
}

/// By how much the picture id and TL0PICIDX go on, where the codec has them.
fn number_steps(scheme: Scheme, pair: &[Frame<'_>]) -> Option<(u16, u8)> {
    let id_at = scheme.picture_id_at()?;
    let numbers = |frame: &Frame<'_>| {
        let payload = &frame.packets[0].payload;
        (u16::from_be_bytes([payload[id_at], payload[id_at + 1]]), payload[4])
    };
    let ((id, tl0), (next_id, next_tl0)) = (numbers(&pair[0]), numbers(&pair[1]));
    Some((next_id.wrapping_sub(id) & 0x7fff, next_tl0.wrapping_sub(tl0)))
}

/// Whether a keyframe follows the frame at `place` so soon that what is missing here may stay missing.
fn is_before_keyframe(frames: &[Frame<'_>], place: usize) -> bool {
    frames[place + 1..].iter().take(SWITCH_TAIL).any(|next| next.mark.needed.is_empty())
}

/// The frames that a descriptor says are needed must be those that the encoder needed.
fn check_descriptors(frames: &[Frame<'_>]) {
    let mut tracker = DependencyTracker::default();
    let mut marks: HashMap<u16, (u32, u32)> = HashMap::new();
    let mut last = None;
    for (place, frame) in frames.iter().enumerate() {
        let descriptor = tracker.read(frame.packets[0].descriptor.as_ref().unwrap()).unwrap();
        let number = descriptor.frame_number;
        assert!(last.is_none_or(|last| (1..i16::MAX).contains(&sequence::distance(last, number))));
        last = Some(number);
        let differences = descriptor.frame_differences.as_slice();
        let needed: Vec<_> = differences.iter().map(|back| marks.get(&number.wrapping_sub(*back)).copied()).collect();
        let expected: Vec<_> = frame.mark.needed.iter().map(|needed| Some((frame.mark.ssrc, *needed))).collect();
        assert!(needed == expected || is_before_keyframe(frames, place), "{:?} is told to need {needed:?}", frame.mark);
        marks.insert(number, (frame.mark.ssrc, frame.mark.frame));
    }
}
