//! Sound and picture stay together in the viewer's clock, also where its Slots change over to somebody else: at any time
//! the last Sender Report of a Slot says when what comes in it was captured, by the clock of whom it comes from.

use std::collections::BTreeMap;
use std::time::Duration;

use parley_forwarder_core::Path;
use parley_forwarder_core::negotiated::Codec;
use parley_forwarder_core::rtcp::{Compound, NtpTime, Packet, SenderInfo, write_sender_report};
use parley_forwarder_core::rtp::timestamp;
use parley_forwarder_core::time::Instant;

use crate::simulation::{OPUS, VP8, World, rtp_packet, vp8_payload};

const SOUND_INTERVAL: Duration = Duration::from_millis(20);
/// In sounds.
const PICTURE_EVERY: u32 = 2;
const REPORT_EVERY: u32 = 50;
const PICTURE_SLOT: u32 = 900;
const SOUND_SLOT: u32 = 901;
/// Of rounding to ticks.
const TOLERANCE: f64 = 0.001;

/// Somebody with a camera and a microphone, and clocks of their own.
struct Person {
    name: &'static str,
    path: Path,
    /// The camera's SSRC; the microphone's is one higher.
    ssrc: u32,
    /// By how many seconds its wall clock is ahead of the world's.
    ahead: f64,
    /// Of the camera's and the microphone's RTP timestamps.
    start: [u32; 2],
    count: u32,
    pictures: u16,
    answered: usize,
}

impl Person {
    fn new(world: &mut World, name: &'static str, ssrc: u32, ahead: f64, start: [u32; 2]) -> Self {
        let path = world.join(name);
        world.publish(name, &format!("{name}-camera"), "0", &VP8, &[(None, ssrc)]);
        world.publish(name, &format!("{name}-microphone"), "1", &OPUS, &[(None, ssrc + 1)]);
        Self { name, path, ssrc, ahead, start, count: 0, pictures: 0, answered: 0 }
    }

    fn timestamp(&self, of: usize, codec: &Codec, now: Instant) -> u32 {
        self.start[of].wrapping_add(timestamp::ticks(now.since(Instant::default()), codec.clock_rate))
    }

    /// Sends a sound, every other time with a picture, and now and then reports on both.
    fn perform(&mut self, world: &mut World) {
        let now = world.now;
        let sound = self.mark(now, vec![7; 40]);
        let number = (self.count & 0xffff) as u16;
        let packet = rtp_packet(self.ssrc + 1, &OPUS, number, self.timestamp(1, &OPUS, now), &[], &sound);
        world.send(&self.path, &packet);
        if self.count.is_multiple_of(PICTURE_EVERY) {
            let asked = world.client(&self.path).keyframe_requests;
            let is_key = self.pictures == 0 || asked > self.answered;
            self.answered = asked;
            let payload = vp8_payload(self.pictures, (self.pictures & 0xff) as u8, is_key.then_some(720), 200);
            let picture = self.mark(now, payload);
            let packet = rtp_packet(self.ssrc, &VP8, self.pictures, self.timestamp(0, &VP8, now), &[], &picture);
            world.send(&self.path, &packet);
            self.pictures += 1;
        }
        if self.count % REPORT_EVERY == REPORT_EVERY / 2 {
            for (of, codec) in [(0, &*VP8), (1, &*OPUS)] {
                let rtp_timestamp = self.timestamp(of, codec, now);
                let info = SenderInfo { ntp: self.wall_clock(now), rtp_timestamp, packet_count: 1, octet_count: 1 };
                let ssrc = self.ssrc + of as u32;
                world.send_rtcp(&self.path, |writer| write_sender_report(writer, ssrc, &info, &[]));
            }
        }
        self.count += 1;
    }

    fn wall_clock(&self, now: Instant) -> NtpTime {
        NtpTime(((now.as_micros() as f64 / 1e6 + self.ahead) * 2_f64.powi(32)) as u64)
    }

    /// Writes who captured a payload, and when, at its end.
    fn mark(&self, now: Instant, mut payload: Vec<u8>) -> Vec<u8> {
        payload.extend(now.as_micros().to_be_bytes());
        payload.push(self.name.as_bytes()[0]);
        payload
    }
}

/// What the viewer's player would do: finds out when everything was captured.
#[derive(Default)]
struct Player {
    /// The last report of each Slot.
    clocks: BTreeMap<u32, (NtpTime, u32)>,
    taken: usize,
    /// Of each Slot, how many packets of whom were looked at.
    checked: BTreeMap<(u32, char), usize>,
}

impl Player {
    fn play(&mut self, world: &mut World, viewer: &Path, people: &[Person]) {
        let client = world.client(viewer);
        for compound in client.feedback.drain(..) {
            for packet in Compound::new(&compound) {
                let Ok(Packet::SenderReport(report)) = packet else { continue };
                self.clocks.insert(report.ssrc, (report.info.ntp, report.info.rtp_timestamp));
            }
        }
        for received in &client.arrived[self.taken..] {
            let (ssrc, payload) = (received.header.ssrc, &received.payload);
            let Some((who, rest)) = payload.split_last().filter(|_| [PICTURE_SLOT, SOUND_SLOT].contains(&ssrc)) else {
                continue;
            };
            let captured = u64::from_be_bytes(rest[rest.len() - 8..].try_into().unwrap()) as f64 / 1e6;
            let person = people.iter().find(|person| person.name.as_bytes()[0] == *who).unwrap();
            // Before the first report of all nobody can know.
            let Some((ntp, rtp_timestamp)) = self.clocks.get(&ssrc) else { continue };
            let rate = if ssrc == PICTURE_SLOT { 90_000.0 } else { 48_000.0 };
            let since = f64::from(timestamp::distance(*rtp_timestamp, received.header.timestamp)) / rate;
            let told = ntp.0 as f64 / 2_f64.powi(32) + since - person.ahead;
            assert!((told - captured).abs() < TOLERANCE, "{ssrc}: {told} instead of {captured}, by {}", person.name);
            *self.checked.entry((ssrc, char::from(*who))).or_default() += 1;
        }
        self.taken = client.arrived.len();
    }
}

#[test]
fn sound_and_picture_of_whoever_is_shown_have_one_clock() {
    let mut world = World::new();
    let viewer = world.join("viewer");
    let mut people = [
        Person::new(&mut world, "ann", 100, 3_900_000_000.0, [u32::MAX - 90_000, 5]),
        Person::new(&mut world, "ben", 110, 3_900_000_123.456, [7_000_000, u32::MAX - 48_000]),
    ];
    world.add_slot("viewer", "picture", &VP8, PICTURE_SLOT);
    world.add_slot("viewer", "sound", &OPUS, SOUND_SLOT);
    let mut player = Player::default();
    // The picture follows the sound late, and once goes before it.
    let programme = [
        ("picture", "ann-camera"),
        ("sound", "ann-microphone"),
        ("sound", "ben-microphone"),
        ("picture", "ben-camera"),
    ];
    for (slot, publication) in programme.into_iter().chain(programme) {
        world.consent(&viewer);
        world.route(slot, publication, 720);
        for _ in 0..70 {
            // One after the other: what is still shown of the first must not come with the report on the second.
            for place in 0..people.len() {
                people[place].perform(&mut world);
                world.advance(SOUND_INTERVAL / 2);
                player.play(&mut world, &viewer, &people);
            }
        }
    }
    let checked: Vec<usize> = player.checked.values().copied().collect();
    assert_eq!(player.checked.len(), 4, "both of both: {:?}", player.checked);
    assert!(checked.iter().all(|count| *count > 50), "{:?}", player.checked);
}
