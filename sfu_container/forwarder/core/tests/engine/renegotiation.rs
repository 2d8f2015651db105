//! M-lines that are negotiated again while something flows on them.

use std::time::Duration;

use parley_forwarder_core::negotiated::{Codec, Encoding, MediaKind, PublicationLine, SlotLine};
use parley_forwarder_core::srtp::Profile;
use parley_forwarder_core::{CommandError, Event, Path};

use crate::simulation::{ANY, EXTENSIONS, VP8, VP9, World, picture, rtp_packet, vp9_payload};

const SLOT_SSRC: u32 = 900;

fn only(codec: &Codec) -> &[Codec] {
    std::slice::from_ref(codec)
}

fn slot_line(codecs: &[Codec]) -> SlotLine {
    SlotLine {
        kind: MediaKind::Video,
        mid: "5".into(),
        ssrc: SLOT_SSRC,
        rtx_ssrc: codecs.iter().any(|codec| codec.rtx_payload_type.is_some()).then_some(SLOT_SSRC + 1_000),
        codecs: codecs.to_vec(),
        extensions: EXTENSIONS.map(|(id, uri)| (id, uri.into())).into(),
    }
}

fn camera_line(codecs: &[Codec]) -> PublicationLine {
    PublicationLine {
        kind: MediaKind::Video,
        mid: "0".into(),
        encodings: vec![Encoding { ssrc: Some(100), rtx_ssrc: Some(1_100), rid: None }],
        codecs: codecs.to_vec(),
        extensions: EXTENSIONS.map(|(id, uri)| (id, uri.into())).into(),
    }
}

/// Bob sees Ann's camera, of which five pictures have come.
fn meet(slot_codecs: &[Codec]) -> (World, Path, Path) {
    let mut world = World::new();
    let (ann, bob) = (world.join("ann"), world.join("bob"));
    world.engine.add_publication("ann", "camera", camera_line(only(&VP8)), world.now).unwrap();
    world.engine.add_slot("bob", "slot", slot_line(slot_codecs), world.now).unwrap();
    world.route("slot", "camera", 720);
    send_pictures(&mut world, &ann, 0..5);
    (world, ann, bob)
}

/// The first of each call is a keyframe.
fn send_pictures(world: &mut World, from: &Path, numbers: std::ops::Range<u16>) {
    let first = numbers.start;
    for number in numbers {
        world.send(from, &picture(100, number, (number == first).then_some(720)));
    }
    world.exchange();
}

fn renegotiate_slot(world: &mut World, codecs: &[Codec]) {
    world.engine.add_slot("bob", "slot", slot_line(codecs), world.now).unwrap();
    world.exchange();
}

/// Payload types and sequence numbers, counted from the first.
fn received(world: &mut World, by: &Path) -> Vec<(u8, u16)> {
    let packets = world.client(by).of(SLOT_SSRC);
    let first = packets[0].header.sequence;
    packets.iter().map(|packet| (packet.header.payload_type, packet.header.sequence.wrapping_sub(first))).collect()
}

#[test]
fn a_slot_goes_on_without_a_break_under_another_payload_type() {
    let (mut world, ann, bob) = meet(only(&VP8));
    renegotiate_slot(&mut world, only(&Codec { payload_type: 40, ..VP8.clone() }));
    for number in 5..10 {
        world.send(&ann, &picture(100, number, None));
    }
    world.exchange();
    let expected: Vec<_> = (0..10).map(|number| (if number < 5 { VP8.payload_type } else { 40 }, number)).collect();
    assert_eq!(received(&mut world, &bob), expected);
}

#[test]
fn a_slot_whose_receiver_decodes_it_no_more_is_emptied_and_goes_on_where_it_was_when_it_does_again() {
    let (mut world, ann, bob) = meet(&[VP8.clone(), VP9.clone()]);
    renegotiate_slot(&mut world, only(&VP9));
    send_pictures(&mut world, &ann, 5..10);
    assert_eq!(world.changes_of("slot"), [Some(("camera".into(), None)), None]);
    assert!(world.events.iter().any(|event| matches!(event, Event::CodecUnsupported { .. })));
    assert_eq!(world.client(&bob).of(SLOT_SSRC).len(), 5);

    renegotiate_slot(&mut world, only(&VP8));
    send_pictures(&mut world, &ann, 10..15);
    assert_eq!(world.changes_of("slot").last(), Some(&Some(("camera".into(), None))));
    let expected: Vec<_> = (0..10).map(|number| (VP8.payload_type, number)).collect();
    assert_eq!(received(&mut world, &bob), expected);
}

#[test]
fn a_publication_may_be_sent_in_a_codec_that_was_negotiated_later() {
    let (mut world, ann, bob) = meet(&[VP8.clone(), VP9.clone()]);
    let both = camera_line(&[VP9.clone(), VP8.clone()]);
    world.engine.add_publication("ann", "camera", both, world.now).unwrap();
    for number in 5..10 {
        world.send(&ann, &rtp_packet(100, &VP9, number, u32::from(number) * 3_000, &[], &vp9_payload(number, 0, true)));
    }
    world.exchange();
    let payload_types: Vec<_> = received(&mut world, &bob).iter().map(|(payload_type, _)| *payload_type).collect();
    assert_eq!(payload_types, [[VP8.payload_type; 5], [VP9.payload_type; 5]].concat());
}

#[test]
fn repetitions_go_on_as_they_are_negotiated() {
    let plain = Codec { rtx_payload_type: None, ..VP8.clone() };
    let (mut world, ann, bob) = meet(only(&plain));
    renegotiate_slot(&mut world, only(&VP8));
    world.network.set_loss(0.1);
    for number in 5..105 {
        world.send(&ann, &picture(100, number, None));
        world.advance(Duration::from_millis(20));
    }
    world.network.set_loss(0.0);
    world.send(&ann, &picture(100, 105, None));
    world.advance(Duration::from_secs(1));
    assert!(world.client(&bob).repetitions > 0);
    assert_eq!(world.client(&bob).gaps(SLOT_SSRC), [] as [u64; 0]);
}

#[test]
fn a_name_stays_with_its_m_line() {
    let (mut world, _, _) = meet(only(&VP8));
    let (now, engine) = (world.now, &mut world.engine);
    let vp8 = only(&VP8);
    let other_encodings =
        PublicationLine { encodings: vec![Encoding { ssrc: Some(200), ..Encoding::default() }], ..camera_line(vp8) };
    let refused = [
        engine.add_slot("ann", "slot", slot_line(vp8), now),
        engine.add_slot("bob", "slot", SlotLine { mid: "6".into(), ..slot_line(vp8) }, now),
        engine.add_slot("bob", "slot", SlotLine { ssrc: 901, ..slot_line(vp8) }, now),
        engine.add_slot("bob", "slot", SlotLine { rtx_ssrc: Some(902), ..slot_line(vp8) }, now),
        engine.add_slot("bob", "camera", slot_line(vp8), now),
        engine.add_publication("bob", "camera", camera_line(vp8), now),
        engine.add_publication("ann", "camera", PublicationLine { mid: "9".into(), ..camera_line(vp8) }, now),
        engine.add_publication("ann", "camera", other_encodings, now),
        engine.add_publication("ann", "slot", camera_line(vp8), now),
    ];
    assert_eq!(refused, [Err(CommandError::IdInUse); 9]);
}

/// Its packets would be protected by the key stream of those before.
#[test]
fn the_ssrcs_of_a_slot_that_is_gone_are_not_used_again_before_there_are_new_keys() {
    let (mut world, ..) = meet(only(&VP8));
    world.engine.remove("slot", world.now).unwrap();
    let again = slot_line(only(&VP8));
    let by_repetitions = SlotLine { ssrc: 7, ..again.clone() };
    for line in [again.clone(), by_repetitions] {
        assert_eq!(world.engine.add_slot("bob", "slot", line, world.now), Err(CommandError::SsrcInUse));
    }
    world.engine.set_srtp("bob", Profile::AeadAes128Gcm, &[1; 28], &[2; 28]).unwrap();
    world.engine.add_slot("bob", "slot", again, world.now).unwrap();
    world.engine.route("slot", None, ANY, world.now).unwrap();
}
