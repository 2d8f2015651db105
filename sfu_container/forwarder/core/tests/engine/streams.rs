use parley_forwarder_core::negotiated::{Codec, Encoding};
use parley_forwarder_core::{DropReason, Event, Path};

use crate::simulation::{Extension, MID_ID, REPAIRED_RID_ID, RID_ID, VP8, World, picture, rtp_packet, vp8_payload};

const RTX: Codec =
    Codec { payload_type: 97, name: String::new(), clock_rate: 90_000, rtx_payload_type: None, profiles: Vec::new() };

/// `ann` publishes a camera whose streams only their header extensions tell apart; a Slot of `bob` wants it.
fn studio(rids: &[Option<&str>]) -> (World, Path, Path) {
    let mut world = World::new();
    let (ann, bob) = (world.join("ann"), world.join("bob"));
    publish(&mut world, "camera", rids);
    world.add_slot("bob", "slot", &VP8, 900);
    world.route("slot", "camera", 720);
    (world, ann, bob)
}

fn publish(world: &mut World, name: &str, rids: &[Option<&str>]) {
    let encoding = |rid: &Option<&str>| Encoding { rid: rid.map(Into::into), ..Encoding::default() };
    world.publish_encodings("ann", name, "cam", &VP8, rids.iter().map(encoding).collect());
}

fn send(world: &mut World, ann: &Path, ssrc: u32, number: u16, extensions: &[Extension<'_>]) {
    let payload = vp8_payload(number, 0, (number != 2).then_some(720), 40);
    world.send(ann, &rtp_packet(ssrc, &VP8, number, u32::from(number) * 3_000, extensions, &payload));
    world.exchange();
}

/// An RTX packet that repeats packet 2.
fn send_repetition(world: &mut World, ann: &Path, ssrc: u32, extensions: &[Extension<'_>]) {
    let mut payload = vec![0, 2];
    payload.extend(vp8_payload(2, 0, None, 40));
    world.send(ann, &rtp_packet(ssrc, &RTX, 9, 6_000, extensions, &payload));
    world.exchange();
}

fn started(world: &World) -> Vec<(String, Option<String>, u32)> {
    let of = |event: &Event| match event {
        Event::StreamStarted { publication, rid, ssrc } => {
            Some((publication.to_string(), rid.as_ref().map(|rid| rid.to_string()), *ssrc))
        }
        _ => None,
    };
    world.events.iter().filter_map(of).collect()
}

#[test]
fn a_stream_is_found_by_mid_alone_and_need_not_say_it_again() {
    let (mut world, ann, bob) = studio(&[None]);
    send(&mut world, &ann, 77, 1, &[(MID_ID, b"cam")]);
    send(&mut world, &ann, 77, 2, &[]);
    assert_eq!(world.client(&bob).of(900).len(), 2);
    assert_eq!(started(&world), [("camera".into(), None, 77)]);
}

#[test]
fn a_later_publication_of_an_m_line_is_found_although_its_packets_say_their_mid_no_more() {
    let (mut world, ann, bob) = studio(&[Some("q"), Some("f")]);
    send(&mut world, &ann, 77, 1, &[(MID_ID, b"cam"), (RID_ID, b"q")]);
    world.engine.remove("camera", world.now).unwrap();
    publish(&mut world, "second", &[Some("q"), Some("f")]);
    world.route("slot", "second", 720);
    send(&mut world, &ann, 77, 3, &[]);
    assert_eq!(world.client(&bob).of(900).len(), 2);
    assert_eq!(started(&world).pop().unwrap(), ("second".into(), Some("q".into()), 77));
}

#[test]
fn announced_encodings_need_no_rid() {
    let mut world = World::new();
    let ann = world.join("ann");
    world.publish("ann", "camera", "cam", &VP8, &[(Some("q"), 100), (Some("f"), 101)]);
    send(&mut world, &ann, 101, 1, &[(MID_ID, b"cam")]);
    assert_eq!(started(&world), [("camera".into(), Some("f".into()), 101)]);
}

#[test]
fn packets_of_no_publication_are_dropped_and_counted() {
    let (mut world, ann, _) = studio(&[None]);
    send(&mut world, &ann, 555, 1, &[]);
    send(&mut world, &ann, 556, 1, &[(MID_ID, b"other")]);
    assert_eq!(world.dropped(DropReason::UnknownStream), 2);
}

#[test]
fn an_rtx_stream_is_found_by_its_repaired_rid() {
    let (mut world, ann, bob) = studio(&[Some("q"), Some("f")]);
    for number in [1, 3] {
        send(&mut world, &ann, 50, number, &[(MID_ID, b"cam"), (RID_ID, b"f")]);
    }
    send_repetition(&mut world, &ann, 51, &[(MID_ID, b"cam"), (REPAIRED_RID_ID, b"f")]);
    assert_eq!(world.client(&bob).of(900).len(), 3);
    assert!(world.client(&bob).gaps(900).is_empty());
}

#[test]
fn an_rtx_stream_is_found_by_mid_and_payload_type() {
    let (mut world, ann, bob) = studio(&[None]);
    for number in [1, 3] {
        send(&mut world, &ann, 50, number, &[(MID_ID, b"cam")]);
    }
    send_repetition(&mut world, &ann, 51, &[(MID_ID, b"cam")]);
    assert_eq!(world.client(&bob).of(900).len(), 3);
    assert_eq!(world.engine.peer_stats("ann", world.now).unwrap().received.retransmitted, 1);
}

#[test]
fn two_ssrcs_that_take_turns_for_an_encoding_cause_no_flood_of_events() {
    let (mut world, ann, _) = studio(&[None]);
    for number in 1..40 {
        send(&mut world, &ann, 100 + u32::from(number % 2), number, &[(MID_ID, b"cam")]);
    }
    assert_eq!(started(&world).len(), 2);
}

#[test]
fn an_ssrc_that_was_replaced_may_be_announced_again() {
    let (mut world, ann, _) = studio(&[None]);
    for ssrc in [100, 101] {
        send(&mut world, &ann, ssrc, 1, &[(MID_ID, b"cam")]);
    }
    world.engine.remove("camera", world.now).unwrap();
    world.publish("ann", "second", "cam", &VP8, &[(None, 100)]);
    send(&mut world, &ann, 100, 3, &[]);
    assert_eq!(started(&world).pop().unwrap(), ("second".into(), None, 100));
}

#[test]
fn a_peer_may_use_only_so_many_ssrcs() {
    let (mut world, ann, _) = studio(&[None]);
    for ssrc in 1_000..1_100 {
        world.send(&ann, &picture(ssrc, 1, None));
    }
    assert_eq!(world.dropped(DropReason::TooManyStreams), 100 - 64);
}

#[test]
fn datagrams_of_no_protocol_are_counted() {
    let (mut world, ann, _) = studio(&[None]);
    for first in [4, 19, 64, 127, 192, 255] {
        world.deliver_up(&ann, vec![first; 30]);
    }
    assert_eq!(world.dropped(DropReason::UnknownProtocol), 6);
}

#[test]
fn counters_tell_both_directions() {
    let (mut world, ann, _) = studio(&[None]);
    for number in [1, 2, 3, 6] {
        send(&mut world, &ann, 77, number, &[(MID_ID, b"cam")]);
    }
    let all = world.engine.stats();
    assert_eq!((all.received.packets, all.sent.packets), (4, 4));
    let one = world.engine.peer_stats("ann", world.now).unwrap();
    assert_eq!((one.received.packets, one.received.lost), (4, 2));
    assert_eq!(one.received.bytes, all.received.bytes);
    assert_eq!(world.engine.peer_stats("bob", world.now).unwrap().sent.packets, 4);
}
