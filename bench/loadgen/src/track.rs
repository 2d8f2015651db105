//! A published VP8 stream: frames at a fixed rate, each sent as a browser's pacer sends it.

use std::time::{Duration, Instant};

use parley_forwarder_core::bytes::WriteError;
use parley_forwarder_core::rtp::known_extension::AbsoluteSendTime;
use parley_forwarder_core::rtp::{ExtensionFormat, FixedFields, HeaderWriter};
use parley_forwarder_core::srtp::SendState;

use crate::marking;
use crate::protocol::TrackPlan;
use crate::wall_clock::wall_nanos;

/// A browser's pacer wakes up so often, and sends at so many times the rate of the media.
const PACER_INTERVAL: Duration = Duration::from_millis(5);
const PACER_FACTOR: f64 = 2.5;
const CLOCK_RATE: u32 = 90_000;
/// A keyframe that is asked for again so soon is the one that is on its way.
const KEY_FRAME_INTERVAL: Duration = Duration::from_millis(300);
/// Of a publisher that was held up: the frames of a longer time are left out.
const MOST_BEHIND: Duration = Duration::from_millis(200);

/// RFC 7741, section 4.2: X and I are set, so that a 15-bit picture id follows; S as well at the start of a frame.
const DESCRIPTOR_OF_FIRST: u8 = 0x90;
const DESCRIPTOR: u8 = 0x80;
const HAS_PICTURE_ID: u8 = 0x80;
/// RFC 6386, section 9.1: the frame tag, for a keyframe the start code and 1280 x 720.
const KEY_FRAME: [u8; 10] = [0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x00, 0x05, 0xd0, 0x02];
const DELTA_FRAME: [u8; 10] = [0x11, 0x02, 0x00, 0, 0, 0, 0, 0, 0, 0];

pub struct Track {
    plan: TrackPlan,
    pub state: SendState,
    sequence: u16,
    timestamp: u32,
    picture_id: u16,
    next_frame: Instant,
    next_burst: Instant,
    /// Of the frame that is being sent.
    packets_left: u32,
    is_key_frame: bool,
    wants_key_frame: bool,
    last_key_frame: Option<Instant>,
}

impl Track {
    pub fn new(plan: TrackPlan, now: Instant) -> Self {
        // Publishers do not send in step.
        let phase =
            Duration::from_secs(1) / plan.frames_per_second * (plan.ssrc.wrapping_mul(2_654_435_761) >> 22) / 1_024;
        Self {
            state: SendState::new(plan.ssrc),
            sequence: (plan.ssrc & 0x7fff) as u16,
            timestamp: plan.ssrc,
            picture_id: 0,
            next_frame: now + phase,
            next_burst: now,
            packets_left: 0,
            is_key_frame: false,
            wants_key_frame: true,
            last_key_frame: None,
            plan,
        }
    }

    pub const fn ssrc(&self) -> u32 {
        self.plan.ssrc
    }

    pub const fn request_key_frame(&mut self) {
        self.wants_key_frame = true;
    }

    pub const fn set_packets_per_frame(&mut self, count: u32) {
        self.plan.packets_per_frame = count;
        self.packets_left = 0;
    }

    /// How many packets are to be sent now.
    pub fn due(&mut self, now: Instant) -> u32 {
        if self.packets_left == 0 && now >= self.next_frame {
            self.begin_frame(now);
        }
        if self.packets_left == 0 || now < self.next_burst {
            return 0;
        }
        self.next_burst = now + PACER_INTERVAL;
        let per_second = f64::from(self.plan.packets_per_frame * self.plan.frames_per_second);
        let burst = (PACER_FACTOR * per_second * PACER_INTERVAL.as_secs_f64()).ceil();
        self.packets_left.min(burst as u32)
    }

    /// When the next packet is due.
    pub fn next_turn(&self) -> Instant {
        if self.packets_left == 0 { self.next_frame } else { self.next_burst }
    }

    fn begin_frame(&mut self, now: Instant) {
        if now - self.next_frame > MOST_BEHIND {
            self.next_frame = now;
        }
        self.next_frame += Duration::from_secs(1) / self.plan.frames_per_second;
        self.next_burst = now;
        self.packets_left = self.plan.packets_per_frame;
        self.timestamp = self.timestamp.wrapping_add(CLOCK_RATE / self.plan.frames_per_second);
        self.picture_id = (self.picture_id + 1) & 0x7fff;
        let is_soon = self.last_key_frame.is_some_and(|last| now - last < KEY_FRAME_INTERVAL);
        self.is_key_frame = self.wants_key_frame && !is_soon;
        if self.is_key_frame {
            self.wants_key_frame = false;
            self.last_key_frame = Some(now);
        }
    }

    /// Writes the next packet; returns the length of its header and of the whole. `transport_sequence` counts the
    /// packets of the publisher.
    pub fn write(&mut self, out: &mut [u8], transport_sequence: &mut u16) -> Result<(usize, usize), WriteError> {
        let header_len = self.write_header(out, transport_sequence)?;
        let len = self.plan.packet_len.max(header_len + marking::OFFSET + marking::LEN);
        self.write_payload(out.get_mut(header_len..len).ok_or(WriteError::BufferTooSmall)?);
        self.packets_left -= 1;
        self.sequence = self.sequence.wrapping_add(1);
        Ok((header_len, len))
    }

    fn write_header(&self, out: &mut [u8], transport_sequence: &mut u16) -> Result<usize, WriteError> {
        let fields = FixedFields {
            marker: self.packets_left == 1,
            payload_type: self.plan.payload_type,
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.plan.ssrc,
        };
        let mut header = HeaderWriter::start(out, &fields, &[], ExtensionFormat::OneByte)?;
        if let Some(id) = self.plan.mid_id {
            header.extension(id, self.plan.mid.as_bytes())?;
        }
        if let Some(id) = self.plan.send_time_id {
            let time = AbsoluteSendTime::from_duration(Duration::from_nanos(wall_nanos()));
            header.extension(id, &time.to_bytes())?;
        }
        if let Some(id) = self.plan.transport_sequence_id {
            header.extension(id, &transport_sequence.to_be_bytes())?;
            *transport_sequence = transport_sequence.wrapping_add(1);
        }
        header.finish()
    }

    fn write_payload(&self, payload: &mut [u8]) {
        let is_first = self.packets_left == self.plan.packets_per_frame;
        payload[0] = if is_first { DESCRIPTOR_OF_FIRST } else { DESCRIPTOR };
        payload[1] = HAS_PICTURE_ID;
        payload[2..4].copy_from_slice(&(0x8000 | self.picture_id).to_be_bytes());
        payload[4..14].copy_from_slice(if is_first && self.is_key_frame { &KEY_FRAME } else { &DELTA_FRAME });
        payload[14..marking::OFFSET].fill(0);
        marking::write(payload, wall_nanos());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(packets_per_frame: u32) -> (Track, Instant) {
        let plan = TrackPlan {
            ssrc: 1,
            payload_type: 96,
            frames_per_second: 30,
            packets_per_frame,
            packet_len: 1_200,
            mid: "0".to_owned(),
            mid_id: Some(1),
            send_time_id: Some(2),
            transport_sequence_id: Some(3),
        };
        let now = Instant::now();
        (Track::new(plan, now), now)
    }

    #[test]
    fn a_frame_leaves_in_bursts_of_two_and_a_half_times_the_rate() {
        let (mut track, now) = track(7);
        let start = now + Duration::from_secs(1) / 30;
        let mut bursts = Vec::new();
        for burst in 0..3 {
            let count = track.due(start + PACER_INTERVAL * burst);
            for _ in 0..count {
                track.write(&mut [0; 2_048], &mut 0).unwrap();
            }
            bursts.push(count);
        }
        assert_eq!(bursts, [3, 3, 1]);
    }

    #[test]
    fn a_packet_has_the_planned_length_and_tells_when_it_was_sent() {
        let (mut track, now) = track(1);
        assert_eq!(track.due(now + Duration::from_secs(1) / 30), 1);
        let mut packet = [0; 2_048];
        let before = wall_nanos();
        let (header_len, len) = track.write(&mut packet, &mut 0).unwrap();
        assert_eq!(len, 1_200);
        assert!(marking::read(&packet[header_len..len]).is_some_and(|sent| sent >= before));
    }
}
