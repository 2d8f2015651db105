use std::time::{Duration, Instant as Clock};

use parley_forwarder_core::bytes::Writer;
use parley_forwarder_core::rtcp::NtpTime;
use parley_forwarder_core::rtcp::{ReportBlock, SenderInfo, write_receiver_report, write_sender_report};
use parley_forwarder_core::stats::{EncodingStats, Layers, PeerStats, SlotStats, ViewerReport};
use parley_forwarder_core::{Path, Transport};

use crate::simulation::{OPUS, VP8, VP9, World, rtp_packet, vp8_payload, vp9_payload};

const SSRC: u32 = 100;
const SLOT_SSRC: u32 = 900;

/// Ann's camera in Bob's Slot, a packet a picture.
struct Camera {
    world: World,
    ann: Path,
    bob: Path,
    number: u16,
    timestamp: u32,
}

impl Camera {
    fn new() -> Self {
        let mut world = World::new();
        let (ann, bob) = (world.join("ann"), world.join("bob"));
        world.publish("ann", "camera", "0", &VP8, &[(None, SSRC)]);
        world.add_slot("bob", "slot", &VP8, SLOT_SSRC);
        world.route("slot", "camera", 720);
        let mut camera = Self { world, ann, bob, number: 0, timestamp: 0 };
        camera.send(Some(360));
        camera
    }

    fn send(&mut self, height: Option<u16>) {
        let payload = vp8_payload(self.number, 0, height, 986);
        self.world.send(&self.ann, &rtp_packet(SSRC, &VP8, self.number, self.timestamp, &[], &payload));
        self.number += 1;
    }

    /// Time passes, with 50 pictures a second but for those that are lost on their way to the node.
    fn film(&mut self, pictures: u32, is_lost: impl Fn(u32) -> bool) {
        for picture in 0..pictures {
            self.pass(Duration::from_millis(20));
            if is_lost(picture) { self.number += 1 } else { self.send(None) }
        }
    }

    /// Time passes, for the clock of the media too.
    fn pass(&mut self, time: Duration) {
        self.world.advance(time);
        self.timestamp += time.as_millis() as u32 * 90;
    }

    fn send_rtcp(&mut self, from: Path, write: impl FnOnce(&mut Writer<'_>)) {
        let mut buffer = [0; 1_200];
        let mut writer = Writer::new(&mut buffer);
        write(&mut writer);
        let written = writer.written().to_vec();
        self.world.send(&from, &written);
    }

    fn peer(&self, name: &str) -> PeerStats {
        self.world.engine.peer_stats(name, self.world.now).unwrap()
    }

    fn encoding(&self) -> EncodingStats {
        self.peer("ann").encodings.remove(0)
    }

    fn slot(&self) -> SlotStats {
        self.peer("bob").slots.remove(0)
    }
}

#[test]
fn an_encoding_tells_its_rate_height_loss_and_keyframes() {
    let mut camera = Camera::new();
    camera.film(200, |picture| picture % 10 == 9);
    let encoding = camera.encoding();
    assert_eq!((&*encoding.publication, encoding.rid.as_deref(), encoding.height), ("camera", None, Some(360)));
    assert_eq!((encoding.keyframes, encoding.counts.packets, encoding.counts.lost), (1, 181, 19));
    // 45 packets of a little more than a thousand bytes.
    assert!((40..=50).contains(&encoding.rate.packets_per_second), "{encoding:?}");
    assert!((320_000..=440_000).contains(&encoding.rate.bits_per_second), "{encoding:?}");
    assert!((0.05..0.15).contains(&encoding.loss_ratio), "{encoding:?}");
    assert!(encoding.jitter < Duration::from_millis(10), "{encoding:?}");
    assert!(encoding.counts.nacks > 0);
    let peer = camera.peer("ann");
    assert_eq!(peer.transport, Some(Transport::Udp));
    assert!(peer.received_rate.bits_per_second > 320_000);
    let (_, heard) = camera.world.engine.stats().received_reports.video.loss.cumulative().last().unwrap();
    assert!(heard >= 3, "one for each second");
}

#[test]
fn a_slot_tells_what_it_carries_and_what_its_viewer_reports() {
    let mut camera = Camera::new();
    camera.film(150, |_| false);
    camera.world.exchange();
    let block = ReportBlock {
        ssrc: SLOT_SSRC,
        fraction_lost: 64,
        cumulative_lost: 30,
        highest_sequence: 0,
        jitter: 1_800,
        last_sender_report: 0,
        delay_since_last: 0,
    };
    let bob = camera.bob;
    camera.send_rtcp(bob, |writer| write_receiver_report(writer, 9, &[block]).unwrap());
    let slot = camera.slot();
    assert_eq!((&*slot.slot, slot.publication.as_deref(), slot.height), ("slot", Some("camera"), Some(360)));
    assert_eq!(slot.report, Some(ViewerReport { loss_ratio: 0.25, jitter: Duration::from_millis(20) }));
    assert_eq!((slot.counts.packets, slot.counts.lost, slot.freezes), (151, 30, 0));
    assert!((380_000..=440_000).contains(&slot.rate.bits_per_second), "{slot:?}");
    let all = camera.world.engine.stats();
    assert_eq!((all.sent.packets, all.sent.lost), (151, 30));
    assert_eq!((all.peers, all.publications.video, all.carrying_slots.video), (2, 1, 1));
    assert!((all.sent_reports.video.loss.sum() - 0.25).abs() < 1e-9);
}

#[test]
fn the_round_trip_is_the_time_that_a_report_was_not_held() {
    let mut camera = Camera::new();
    let ntp = NtpTime(0x0001_0002_0003_0004);
    let (ann, bob) = (camera.ann, camera.bob);
    let info = SenderInfo { ntp, rtp_timestamp: 0, packet_count: 1, octet_count: 1 };
    camera.send_rtcp(ann, |writer| write_sender_report(writer, SSRC, &info, &[]).unwrap());
    camera.pass(Duration::from_millis(5));
    let held = 65_536 / 10;
    camera.pass(Duration::from_millis(180));
    let block = ReportBlock {
        ssrc: SLOT_SSRC,
        fraction_lost: 0,
        cumulative_lost: 0,
        highest_sequence: 0,
        jitter: 0,
        last_sender_report: ntp.middle_bits(),
        delay_since_last: held,
    };
    camera.send_rtcp(bob, |writer| write_receiver_report(writer, 9, &[block]).unwrap());
    let round_trip = camera.peer("bob").round_trip.unwrap();
    assert!((75..=90).contains(&round_trip.as_millis()), "{round_trip:?}");
    assert!(camera.world.engine.stats().round_trip.sum() > 0.075);
}

#[test]
fn the_highest_layers_forwarded_lately_are_told() {
    let mut world = World::new();
    let ann = world.join("ann");
    world.join("bob");
    world.publish("ann", "camera", "0", &VP9, &[(None, SSRC)]);
    world.add_slot("bob", "slot", &VP9, SLOT_SSRC);
    world.route("slot", "camera", 360);
    let mut number = 0;
    for picture in 0..100_u16 {
        for spatial in 0..3 {
            let payload = vp9_payload(picture, spatial, picture == 0);
            world.send(&ann, &rtp_packet(SSRC, &VP9, number, u32::from(picture) * 1_800, &[], &payload));
            number += 1;
        }
        world.advance(Duration::from_millis(20));
    }
    let slot = world.engine.peer_stats("bob", world.now).unwrap().slots.remove(0);
    assert_eq!((slot.layers, slot.height), (Some(Layers { spatial: 1, temporal: 0 }), Some(360)));
    world.advance(Duration::from_secs(3));
    let slot = world.engine.peer_stats("bob", world.now).unwrap().slots.remove(0);
    assert_eq!(slot.layers, None, "nothing came any more");
}

#[test]
fn a_picture_that_waits_for_a_keyframe_for_long_is_frozen() {
    let mut camera = Camera::new();
    camera.film(25, |_| false);
    assert_eq!(camera.slot().freezes, 0);
    // Other encodings of the publisher go on, but what is wanted now has no keyframe yet.
    camera.world.publish("ann", "screen", "1", &VP8, &[(None, 200)]);
    camera.world.engine.set_paused("camera", true, camera.world.now).unwrap();
    camera.world.route("slot", "screen", 720);
    let (mut number, ann) = (0, camera.ann);
    let mut film_screen = |camera: &mut Camera, height: Option<u16>| {
        for _ in 0..60 {
            let payload = vp8_payload(number, 0, height, 100);
            camera.world.send(&ann, &rtp_packet(200, &VP8, number, u32::from(number) * 1_800, &[], &payload));
            number += 1;
            camera.world.advance(Duration::from_millis(20));
        }
    };
    film_screen(&mut camera, None);
    assert_eq!(camera.slot().freezes, 1);
    film_screen(&mut camera, Some(360));
    let slot = camera.slot();
    assert_eq!((slot.freezes, camera.world.engine.stats().freezes), (1, 1));
    assert!((1_000..1_500).contains(&slot.frozen.as_millis()), "{slot:?}");
}

#[test]
fn an_outage_of_the_publisher_is_a_freeze_and_a_still_screen_is_none() {
    let mut camera = Camera::new();
    camera.film(25, |_| false);
    camera.pass(Duration::from_secs(3));
    camera.film(25, |_| false);
    assert_eq!(camera.slot().freezes, 0, "the numbers went on and so did the clock: there was nothing to send");
    camera.film(100, |_| true);
    camera.film(25, |_| false);
    let slot = camera.slot();
    assert_eq!((slot.freezes, camera.world.engine.stats().freezes), (1, 1));
    assert!((2_000..2_100).contains(&slot.frozen.as_millis()), "{slot:?}");
}

#[test]
fn a_paused_publication_freezes_nothing() {
    let mut camera = Camera::new();
    camera.film(25, |_| false);
    camera.world.engine.set_paused("camera", true, camera.world.now).unwrap();
    camera.film(100, |_| false);
    assert_eq!(camera.slot().freezes, 0);
}

#[test]
fn what_a_viewer_cannot_decode_freezes_nothing() {
    let mut camera = Camera::new();
    camera.world.add_slot("bob", "other", &VP9, 901);
    camera.world.route("other", "camera", 720);
    camera.film(100, |_| false);
    assert!(camera.peer("bob").slots.iter().all(|slot| slot.freezes == 0));
}

/// The engine's thread must not stand still for the length of a packet's patience while it is asked.
#[test]
fn asking_for_a_thousand_peers_takes_less_than_a_tick() {
    let mut world = World::new();
    let names: Vec<String> = (0..1_000_u32).map(|number| format!("p{number}")).collect();
    for name in &names {
        world.join(name);
        for line in 0..2 {
            world.publish(name, &format!("{name}-pub{line}"), &line.to_string(), &OPUS, &[(None, 1 + line)]);
        }
        for slot in 0..12 {
            world.add_slot(name, &format!("{name}-slot{slot}"), &VP8, 900 + slot);
        }
    }
    let asked_at = Clock::now();
    assert_eq!(world.engine.stats().peers, 1_000);
    let whole = asked_at.elapsed();
    let asked_at = Clock::now();
    let all: Vec<PeerStats> = names.iter().map(|name| world.engine.peer_stats(name, world.now).unwrap()).collect();
    let one_by_one = asked_at.elapsed();
    assert!(all.iter().all(|peer| peer.slots.len() == 12));
    println!("whole engine {whole:?}, a thousand Peers {one_by_one:?}");
    assert!(whole < Duration::from_millis(50) && one_by_one < Duration::from_millis(500), "{whole:?} {one_by_one:?}");
}
