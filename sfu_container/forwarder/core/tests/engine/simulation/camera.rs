//! A camera that sends in three encodings, as a browser does.

use parley_forwarder_core::{Event, Path};

use super::{VP8, World, rtp_packet, vp8_payload};

const RIDS: [&str; 3] = ["q", "h", "f"];
const HEIGHTS: [u16; 3] = [180, 360, 720];
const BODY_LEN: usize = 200;

/// Answers keyframe requests, and leaves out the encodings that nobody wants.
pub struct Camera {
    path: Path,
    first_ssrc: u32,
    picture: u16,
    answered: usize,
    sequences: [u16; 3],
    /// Whether each encoding is sent.
    pub is_on: [bool; 3],
}

impl Camera {
    pub fn new(path: Path, first_ssrc: u32) -> Self {
        Self { path, first_ssrc, picture: 0, answered: 0, sequences: [30_000; 3], is_on: [true; 3] }
    }

    pub fn streams(&self) -> [(Option<&'static str>, u32); 3] {
        [0, 1, 2].map(|place| (Some(RIDS[place]), self.first_ssrc + place as u32))
    }

    /// Does what the engine has said of a Publication so far.
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

    /// Sends the next picture in every encoding that is on.
    pub fn shoot(&mut self, world: &mut World) {
        let asked = world.client(&self.path).keyframe_requests;
        let is_keyframe = self.picture == 0 || asked > self.answered;
        self.answered = asked;
        for (place, height) in HEIGHTS.into_iter().enumerate().filter(|(place, _)| self.is_on[*place]) {
            let payload =
                vp8_payload(self.picture + 500 * place as u16, place as u8, is_keyframe.then_some(height), BODY_LEN);
            let timestamp = 1_000_000 * place as u32 + u32::from(self.picture) * 3_000;
            let ssrc = self.first_ssrc + place as u32;
            world.send(&self.path, &rtp_packet(ssrc, &VP8, self.sequences[place], timestamp, &[], &payload));
            self.sequences[place] = self.sequences[place].wrapping_add(1);
        }
        self.picture += 1;
    }
}
