//! How loud a Publication is (RFC 6464).

use std::time::Duration;

use crate::time::Instant;

/// -dBov, the quietest level there is.
pub(crate) const SILENCE: u8 = 127;
/// Of packets with sound from a sender that does not tell levels.
const ASSUMED: u8 = 60;
/// Bytes; what Opus sends for silence is smaller than this.
const LARGEST_SILENT_PAYLOAD: usize = 10;
/// The share of a new level in the smoothed one, at 50 packets a second: quick to hear, slow to forget.
const RISE: f32 = 0.2;
const FALL: f32 = 0.05;
const FORGET: Duration = Duration::from_millis(500);

/// A level in -dBov, smoothed: 0 is as loud as can be, 127 is silence.
#[derive(Debug, Clone, Default)]
pub(crate) struct AudioLevel {
    heard: Option<(f32, Instant)>,
}

impl AudioLevel {
    /// Takes the level of a packet.
    pub(crate) fn hear(&mut self, level: u8, now: Instant) {
        let before = self.heard.filter(|(_, at)| now - *at < FORGET).map_or(f32::from(SILENCE), |(level, _)| level);
        let level = f32::from(level);
        let share = if level < before { RISE } else { FALL };
        self.heard = Some((before + (level - before) * share, now));
    }

    /// The level now; silence when nothing came lately.
    pub(crate) fn at(&self, now: Instant) -> u8 {
        // Between 0 and 127.
        self.heard.filter(|(_, at)| now - *at < FORGET).map_or(SILENCE, |(level, _)| level.round() as u8)
    }
}

/// The level that a packet tells, or one assumed from the size of its payload.
pub(crate) fn level_of(told: Option<u8>, payload_len: usize) -> u8 {
    told.unwrap_or(if payload_len > LARGEST_SILENT_PAYLOAD { ASSUMED } else { SILENCE })
}
