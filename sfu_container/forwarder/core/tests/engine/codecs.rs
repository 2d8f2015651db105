//! Which codec goes into which Slot.

use std::time::Duration;

use parley_forwarder_core::negotiated::{Codec, Encoding, MediaKind, PublicationLine, SlotLine, Wish};
use parley_forwarder_core::{Event, Path};

use crate::simulation::{VP8, VP9, World, rtp_packet, vp8_payload, vp9_payload};

const DEPENDENCY_DESCRIPTOR: (u8, &str) =
    (12, "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension");
/// A picture of H264 with parameter sets: STAP-A of SPS, PPS and an IDR slice.
const H264_KEYFRAME: [u8; 17] = [0x78, 0, 4, 0x67, 0x42, 0xe0, 0x1f, 0, 2, 0x68, 0xce, 0, 4, 0x65, 0x88, 0x84, 0];

fn h264(payload_type: u8, profiles: &[&str]) -> Codec {
    Codec {
        payload_type,
        name: "H264".into(),
        clock_rate: 90_000,
        rtx_payload_type: None,
        profiles: profiles.iter().map(|profile| (*profile).into()).collect(),
    }
}

fn add_slot(world: &mut World, codecs: &[Codec], extensions: &[(u8, &str)]) {
    let line = SlotLine {
        kind: MediaKind::Video,
        mid: "5".into(),
        ssrc: 900,
        rtx_ssrc: None,
        codecs: codecs.to_vec(),
        extensions: extensions.iter().map(|(id, uri)| (*id, (*uri).into())).collect(),
    };
    world.engine.add_slot("bob", "slot", line, world.now).unwrap();
}

fn publish(world: &mut World, codecs: &[Codec], encodings: &[(&str, u32)], extensions: &[(u8, &str)]) {
    let encoding = |(rid, ssrc): &(&str, u32)| Encoding { rid: Some((*rid).into()), ssrc: Some(*ssrc), rtx_ssrc: None };
    let line = PublicationLine {
        kind: MediaKind::Video,
        mid: "0".into(),
        encodings: encodings.iter().map(encoding).collect(),
        codecs: codecs.to_vec(),
        extensions: extensions.iter().map(|(id, uri)| (*id, (*uri).into())).collect(),
    };
    world.engine.add_publication("ann", "camera", line, world.now).unwrap();
}

fn meet() -> (World, Path, Path) {
    let mut world = World::new();
    let (ann, bob) = (world.join("ann"), world.join("bob"));
    (world, ann, bob)
}

fn unsupported(world: &World) -> Vec<(String, String, String)> {
    let told = |event: &Event| match event {
        Event::CodecUnsupported { slot, publication, codec } => {
            Some((slot.to_string(), publication.to_string(), codec.clone()))
        }
        _ => None,
    };
    world.events.iter().filter_map(told).collect()
}

#[test]
fn the_payload_type_is_that_of_the_closest_profile_that_the_receiver_decodes() {
    let (mut world, ann, bob) = meet();
    publish(&mut world, &[h264(108, &["constrainedBaseline/1"])], &[("f", 100)], &[]);
    let baseline = h264(40, &["baseline/1", "constrainedBaseline/1"]);
    let constrained = h264(41, &["constrainedBaseline/1", "constrainedBaseline/0"]);
    add_slot(&mut world, &[VP8.clone(), baseline, constrained], &[]);
    world.route("slot", "camera", 720);
    world.send(&ann, &rtp_packet(100, &h264(108, &[]), 1, 0, &[], &H264_KEYFRAME));
    world.exchange();
    let received = world.client(&bob).of(900);
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].header.payload_type, 41);
    assert_eq!(received[0].payload, H264_KEYFRAME);
}

#[test]
fn a_slot_whose_receiver_cannot_decode_the_codec_is_emptied_and_told_of_once() {
    let (mut world, ann, bob) = meet();
    world.publish("ann", "camera", "0", &VP8, &[(None, 100)]);
    world.publish("ann", "screen", "1", &VP9, &[(None, 200)]);
    add_slot(&mut world, std::slice::from_ref(&VP8), &[]);
    world.route("slot", "camera", 720);
    world.send(&ann, &rtp_packet(100, &VP8, 1, 0, &[], &vp8_payload(0, 0, Some(720), 50)));
    world.exchange();
    assert_eq!(world.changes_of("slot"), [Some(("camera".into(), None))]);

    world.route("slot", "screen", 720);
    let asked_before = world.client(&ann).keyframe_requests;
    for number in 0..60_u16 {
        let (timestamp, payload) = (u32::from(number) * 3_000, vp9_payload(number, 0, number % 10 == 0));
        world.send(&ann, &rtp_packet(200, &VP9, number, timestamp, &[], &payload));
        world.advance(Duration::from_millis(33));
    }
    assert_eq!(unsupported(&world), [("slot".into(), "screen".into(), "VP9".into())]);
    assert_eq!(world.changes_of("slot").last(), Some(&None));
    assert_eq!(world.client(&ann).keyframe_requests, asked_before, "what cannot be shown needs no keyframe");
    assert_eq!(world.client(&bob).of(900).len(), 1);

    world.route("slot", "camera", 720);
    world.send(&ann, &rtp_packet(100, &VP8, 2, 200_000, &[], &vp8_payload(1, 0, Some(720), 50)));
    world.exchange();
    assert_eq!(world.changes_of("slot").last(), Some(&Some(("camera".into(), None))));
}

#[test]
fn when_what_could_not_be_shown_is_not_wanted_any_more_the_slot_is_told_to_be_empty() {
    let (mut world, ann, _) = meet();
    world.publish("ann", "screen", "1", &VP9, &[(None, 200)]);
    add_slot(&mut world, std::slice::from_ref(&VP8), &[]);
    world.route("slot", "screen", 720);
    world.send(&ann, &rtp_packet(200, &VP9, 1, 0, &[], &vp9_payload(1, 0, true)));
    world.exchange();
    assert_eq!(unsupported(&world).len(), 1);
    assert_eq!(world.changes_of("slot"), []);

    let wish = Wish { max_height: 720, max_temporal: 7, priority: 0 };
    world.engine.route("slot", None, wish, world.now).unwrap();
    world.exchange();
    assert_eq!(world.changes_of("slot"), [None]);

    world.route("slot", "screen", 720);
    world.engine.remove("screen", world.now).unwrap();
    world.exchange();
    assert_eq!(unsupported(&world).len(), 2);
    assert_eq!(world.changes_of("slot"), [None, None]);
}

#[test]
fn of_encodings_in_different_codecs_a_slot_gets_the_best_that_its_receiver_decodes() {
    let (mut world, ann, bob) = meet();
    publish(&mut world, &[VP8.clone(), VP9.clone()], &[("q", 100), ("f", 101)], &[]);
    add_slot(&mut world, std::slice::from_ref(&VP8), &[]);
    world.route("slot", "camera", 720);
    for number in 0..3_u16 {
        let timestamp = u32::from(number) * 3_000;
        let low = vp8_payload(number, 0, Some(180), 50);
        world.send(&ann, &rtp_packet(100, &VP8, number, timestamp, &[], &low));
        world.send(&ann, &rtp_packet(101, &VP9, number, timestamp, &[], &vp9_payload(number, 0, true)));
        world.advance(Duration::from_millis(33));
    }
    assert_eq!(unsupported(&world), []);
    assert_eq!(world.changes_of("slot"), [Some(("camera".into(), Some("q".into())))]);
    assert!(world.client(&bob).of(900).iter().all(|received| received.header.payload_type == VP8.payload_type));
}

#[test]
fn a_dependency_descriptor_of_pictures_that_are_numbered_in_their_payload_stays_behind() {
    let (mut world, ann, bob) = meet();
    publish(&mut world, std::slice::from_ref(&VP8), &[("f", 100)], &[DEPENDENCY_DESCRIPTOR]);
    add_slot(&mut world, std::slice::from_ref(&VP8), &[DEPENDENCY_DESCRIPTOR]);
    world.route("slot", "camera", 720);
    let descriptor: [u8; 3] = [0xc0, 0, 1];
    let payload = vp8_payload(0, 0, Some(720), 50);
    world.send(&ann, &rtp_packet(100, &VP8, 1, 0, &[(DEPENDENCY_DESCRIPTOR.0, &descriptor)], &payload));
    world.exchange();
    let received = world.client(&bob).of(900);
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].header.extension_format, None);
}
