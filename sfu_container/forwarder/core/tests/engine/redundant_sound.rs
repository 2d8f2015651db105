//! Sound with copies of earlier packets (RED), to receivers that know it and to others.

use std::time::Duration;

use parley_forwarder_core::codec::red::RedundantPacket;
use parley_forwarder_core::negotiated::{Codec, Encoding, MediaKind, PublicationLine, SlotLine};
use parley_forwarder_core::{DropReason, Event, Path};

use crate::simulation::{EXTENSIONS, OPUS, SPEECH_LEVEL_ID, World, extension_block, rtp_packet};

fn codec(payload_type: u8, name: &str) -> Codec {
    Codec { payload_type, name: name.into(), clock_rate: 48_000, rtx_payload_type: None, profiles: Vec::new() }
}

fn red() -> Codec {
    codec(63, "RED")
}

/// Ann speaks with and without copies; Bob receives in `codecs`.
fn meet(codecs: &[Codec]) -> (World, Path, Path) {
    let mut world = World::new();
    let (ann, bob) = (world.join("ann"), world.join("bob"));
    let extensions: Vec<_> = EXTENSIONS.iter().map(|(id, uri)| (*id, String::from(*uri))).collect();
    let line = PublicationLine {
        kind: MediaKind::Audio,
        mid: "0".into(),
        encodings: vec![Encoding { ssrc: Some(100), ..Encoding::default() }],
        codecs: vec![red(), OPUS.clone()],
        extensions: extensions.clone(),
    };
    world.engine.add_publication("ann", "microphone", line, world.now).unwrap();
    let line = SlotLine {
        kind: MediaKind::Audio,
        mid: "1".into(),
        ssrc: 900,
        rtx_ssrc: None,
        codecs: codecs.to_vec(),
        extensions,
    };
    world.engine.add_slot("bob", "slot", line, world.now).unwrap();
    for peer in ["ann", "bob"] {
        world.engine.route_speakers(peer, "room", world.now).unwrap();
    }
    (world, ann, bob)
}

/// Frame `number`, after a copy of the one before.
fn payload(number: u8) -> Vec<u8> {
    vec![0x80 | 111, 0x0f, 0x00, 20, 111].into_iter().chain([number - 1; 20]).chain([number; 40]).collect()
}

fn speak(world: &mut World, from: &Path, codec: &Codec, number: u8, payload: &[u8]) {
    let level = extension_block(20);
    let extensions = [(SPEECH_LEVEL_ID, &level[..])];
    let number = u16::from(number);
    world.send(from, &rtp_packet(100, codec, number, u32::from(number) * 960, &extensions, payload));
    world.advance(Duration::from_millis(20));
}

#[test]
fn a_receiver_that_knows_it_gets_all_copies_under_its_own_payload_types() {
    let (mut world, ann, bob) = meet(&[codec(120, "OPUS"), codec(121, "RED")]);
    (1..100).for_each(|number| speak(&mut world, &ann, &red(), number, &payload(number)));
    let received = world.client(&bob).of(900);
    assert!(received.len() > 40);
    for packet in received {
        assert_eq!(packet.header.payload_type, 121);
        let redundant = RedundantPacket::parse(&packet.payload).unwrap();
        let copy = redundant.redundant().next().unwrap();
        assert_eq!((copy.payload_type, copy.timestamp_offset, copy.data.len()), (120, 960, 20));
        assert_eq!((redundant.primary.payload_type, redundant.primary.data), (120, &[copy.data[0] + 1; 40][..]));
    }
}

#[test]
fn a_receiver_that_does_not_gets_each_frame_once() {
    let (mut world, ann, bob) = meet(&[codec(120, "OPUS")]);
    (1..100).for_each(|number| speak(&mut world, &ann, &red(), number, &payload(number)));
    let received = world.client(&bob).of(900);
    assert!(received.len() > 40);
    for packet in &received {
        assert_eq!((packet.header.payload_type, packet.payload.len()), (120, 40));
    }
    let frames = received.windows(2).map(|pair| (pair[0].payload[0], pair[1].payload[0]));
    assert!(frames.clone().all(|(before, next)| next == before + 1));
    assert!(!world.events.iter().any(|event| matches!(event, Event::CodecUnsupported { .. })));
}

#[test]
fn a_sender_may_change_between_frames_with_and_without_copies_and_send_silence() {
    let (mut world, ann, bob) = meet(&[codec(120, "OPUS"), codec(121, "RED")]);
    for number in 1..100 {
        if number % 2 == 0 {
            speak(&mut world, &ann, &red(), number, &payload(number));
        } else {
            // Of Opus in silence, a byte or two are left (RFC 6716, section 3.1).
            speak(&mut world, &ann, &OPUS, number, &[0x78, number]);
        }
    }
    let received = world.client(&bob).of(900);
    let kinds: Vec<_> = received.iter().map(|packet| (packet.header.payload_type, packet.payload.len())).collect();
    assert!(kinds.windows(2).all(|pair| pair == [(120, 2), (121, 65)] || pair == [(121, 65), (120, 2)]), "{kinds:?}");
    let steps = received.windows(2).map(|pair| pair[1].header.timestamp - pair[0].header.timestamp);
    assert!(received.len() > 40 && steps.clone().all(|step| step == 960));
}

#[test]
fn what_only_looks_like_copies_is_dropped_and_counted() {
    let (mut world, ann, bob) = meet(&[codec(120, "OPUS")]);
    (1..10).for_each(|number| speak(&mut world, &ann, &red(), number, &payload(number)));
    let before = world.client(&bob).of(900).len();
    for (number, bad) in [(10, &[0xef, 0, 0, 9, 111, 1][..]), (11, &[0xff; 70])] {
        speak(&mut world, &ann, &red(), number, bad);
    }
    assert_eq!(world.dropped(DropReason::BadRtp), 2);
    speak(&mut world, &ann, &red(), 12, &[111]);
    assert_eq!(world.client(&bob).of(900).len(), before, "a packet without a frame goes nowhere");
}
