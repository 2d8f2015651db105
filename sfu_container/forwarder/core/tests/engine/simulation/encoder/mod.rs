//! A camera and its encoder: three encodings, or three spatial layers, as a browser sends them.

mod mark;
mod payload;
mod scheme;

pub use mark::Mark;
pub use scheme::Scheme;
use scheme::TemporalPlace;

use parley_forwarder_core::{Event, Path};

use super::World;

pub const HEIGHTS: [u16; 3] = [180, 360, 720];
const TICKS: u32 = 3_000;
const MAX_PART: usize = 1_000;
const RIDS: [&str; 3] = ["q", "h", "f"];

/// One size of one picture.
struct Frame {
    number: u32,
    picture: u32,
    layer: usize,
    is_key: bool,
    temporal: u8,
    /// Counts the pictures of the lowest temporal layer.
    base_pictures: u32,
    /// Whether it needs frames of the lowest temporal layer alone.
    is_sync: bool,
    needs_layer_below: bool,
    is_last_of_picture: bool,
    needed: Vec<u32>,
}

/// Begins shortly before all its numbers wrap, and answers keyframe requests with the next picture.
pub struct Encoder {
    path: Path,
    scheme: Scheme,
    first_ssrc: u32,
    picture: u32,
    /// The last picture of keyframes.
    key_picture: u32,
    base_pictures: u32,
    sequences: [u16; 3],
    answered: usize,
    /// Whether each encoding is sent.
    pub is_on: [bool; 3],
    /// Of each size of a picture, without headers.
    pub bytes: [usize; 3],
}

impl Encoder {
    pub fn new(path: Path, scheme: Scheme, first_ssrc: u32) -> Self {
        let sequences = [65_500, 65_520, 100];
        Self {
            path,
            scheme,
            first_ssrc,
            picture: 0,
            key_picture: 0,
            base_pictures: 0,
            sequences,
            answered: 0,
            is_on: [true; 3],
            bytes: [300, 700, 1_500],
        }
    }

    /// The SSRC of each encoding with its rid.
    pub fn streams(&self) -> Vec<(Option<&'static str>, u32)> {
        if self.scheme.is_layered() {
            return vec![(None, self.first_ssrc)];
        }
        RIDS.iter().enumerate().map(|(place, rid)| (Some(*rid), self.first_ssrc + place as u32)).collect()
    }

    pub fn publish(&self, world: &mut World, peer: &str, publication: &str) {
        world.publish(peer, publication, "0", self.scheme.codec(), &self.streams());
    }

    /// Does what the engine has said so far: leaves out the encodings of a Publication that nobody wants.
    pub fn obey(&mut self, world: &World, publication: &str) {
        let told = world.events.iter().rev().find_map(|event| match event {
            Event::EncodingsWanted { publication: told, encodings, .. } if **told == *publication => Some(encodings),
            _ => None,
        });
        for (place, (rid, is_wanted)) in told.into_iter().flatten().enumerate() {
            assert_eq!(rid.as_deref(), Some(RIDS[place]));
            self.is_on[place] = *is_wanted;
        }
    }

    /// Sends the next picture in all sizes.
    pub fn shoot(&mut self, world: &mut World) {
        let asked = world.client(&self.path).keyframe_requests;
        let is_key = self.picture == 0 || asked > self.answered;
        self.answered = asked;
        if is_key {
            self.key_picture = self.picture;
        }
        self.base_pictures += u32::from(self.temporal_place().layer == 0);
        for layer in (0..3).filter(|layer| self.is_on[*layer]).collect::<Vec<_>>() {
            let frame = self.frame(layer, is_key);
            self.send(world, &frame);
        }
        self.picture += 1;
    }

    fn temporal_place(&self) -> TemporalPlace {
        self.scheme.temporal_place(self.picture - self.key_picture)
    }

    fn frame(&self, layer: usize, is_key: bool) -> Frame {
        let number = 3 * self.picture + layer as u32;
        let TemporalPlace { layer: temporal, needed_back, is_sync } = self.temporal_place();
        let before = (!is_key).then(|| number - 3 * needed_back);
        let needs_layer_below = layer > 0 && self.scheme.needs_layer_below(is_key);
        let below = needs_layer_below.then(|| number - 1);
        Frame {
            number,
            picture: self.picture,
            layer,
            is_key,
            temporal,
            base_pictures: self.base_pictures,
            is_sync,
            needs_layer_below,
            is_last_of_picture: !self.scheme.is_layered() || layer == 2,
            needed: before.into_iter().chain(below).collect(),
        }
    }

    fn send(&mut self, world: &mut World, frame: &Frame) {
        let stream = if self.scheme.is_layered() { 0 } else { frame.layer };
        let ssrc = self.first_ssrc + stream as u32;
        let timestamp = (u32::MAX - 90_000 * (stream as u32 + 1)).wrapping_add(frame.picture * TICKS);
        let len = self.bytes[frame.layer] * if frame.is_key { 2 } else { 1 };
        let parts = len.div_ceil(MAX_PART).max(2);
        for part in 0..parts {
            let mark =
                Mark { ssrc, frame: frame.number, part: part as u8, parts: parts as u8, needed: frame.needed.clone() };
            let sequence = self.sequences[stream];
            self.sequences[stream] = sequence.wrapping_add(1);
            let marker = frame.is_last_of_picture && part + 1 == parts;
            let packet = payload::packet(self.scheme, frame, &mark, (ssrc, sequence, timestamp, marker), len / parts);
            world.send(&self.path, &packet);
        }
    }
}
