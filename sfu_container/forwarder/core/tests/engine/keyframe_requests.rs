use std::time::Duration;

use parley_forwarder_core::rtcp::{Compound, FullIntraRequest, Packet, write_full_intra_request, write_picture_loss};
use parley_forwarder_core::{Event, Path};

use crate::simulation::{VP8, World, picture};

const MOMENT: Duration = Duration::from_millis(25);

/// `ann` publishes a camera that flows; `bob` has a Slot that does not want it yet.
fn studio() -> (World, Path, Path) {
    let mut world = World::new();
    let (ann, bob) = (world.join("ann"), world.join("bob"));
    world.publish("ann", "camera", "0", &VP8, &[(None, 100)]);
    world.add_slot("bob", "slot", &VP8, 900);
    world.send(&ann, &picture(100, 0, Some(720)));
    (world, ann, bob)
}

/// A studio in which the Slot carries the camera and nobody waits for a keyframe.
fn watched_studio() -> (World, Path, Path) {
    let (mut world, ann, bob) = studio();
    world.route("slot", "camera", 720);
    world.send(&ann, &picture(100, 1, Some(720)));
    world.advance(Duration::from_secs(1));
    asked_of(&mut world, &ann);
    (world, ann, bob)
}

fn keep_flowing(world: &mut World, ann: &Path, first: u16, tenths: u16) {
    for number in first..first + tenths {
        world.send(ann, &picture(100, number, None));
        world.advance(Duration::from_millis(100));
    }
}

/// The streams whose keyframes were asked for since the last call.
fn asked_of(world: &mut World, publisher: &Path) -> Vec<u32> {
    let feedback = std::mem::take(&mut world.client(publisher).feedback);
    let requests = feedback.iter().flat_map(|compound| Compound::new(compound)).filter_map(|packet| match packet {
        Ok(Packet::PictureLoss(loss)) => Some(loss.media_ssrc),
        _ => None,
    });
    requests.collect()
}

#[test]
fn a_route_asks_for_a_keyframe_and_asks_again_until_it_comes() {
    let (mut world, ann, _) = studio();
    world.route("slot", "camera", 720);
    keep_flowing(&mut world, &ann, 1, 8);
    assert_eq!(asked_of(&mut world, &ann), [100; 3]);
    world.send(&ann, &picture(100, 9, Some(720)));
    keep_flowing(&mut world, &ann, 10, 10);
    assert_eq!(asked_of(&mut world, &ann), []);
}

#[test]
fn requests_of_a_receiver_are_counted_and_joined() {
    let (mut world, ann, bob) = watched_studio();
    for _ in 0..10 {
        world.send_rtcp(&bob, |writer| write_picture_loss(writer, 9, 900));
        world.advance(Duration::from_millis(20));
    }
    assert_eq!(asked_of(&mut world, &ann), [100]);
    assert_eq!(world.engine.peer_stats("bob", world.now).unwrap().sent.keyframe_requests, 10);
    assert!(world.engine.peer_stats("ann", world.now).unwrap().received.keyframe_requests >= 1);
}

#[test]
fn a_full_intra_request_is_passed_on_too() {
    let (mut world, ann, bob) = watched_studio();
    let request = FullIntraRequest { ssrc: 900, sequence: 7 };
    world.send_rtcp(&bob, |writer| write_full_intra_request(writer, 9, request));
    world.advance(MOMENT);
    assert_eq!(asked_of(&mut world, &ann), [100]);
}

#[test]
fn a_request_for_a_slot_of_somebody_else_is_ignored() {
    let (mut world, ann, _) = watched_studio();
    world.send_rtcp(&ann, |writer| write_picture_loss(writer, 9, 900));
    world.advance(Duration::from_millis(400));
    assert_eq!(asked_of(&mut world, &ann), []);
}

#[test]
fn a_keyframe_that_does_not_come_in_time_is_told() {
    let (mut world, ann, _) = studio();
    let timeout = Event::KeyframeTimeout { publication: "camera".into() };
    world.route("slot", "camera", 720);
    keep_flowing(&mut world, &ann, 1, 18);
    assert!(!world.events.contains(&timeout));
    keep_flowing(&mut world, &ann, 19, 4);
    assert_eq!(world.events.iter().filter(|event| **event == timeout).count(), 1);
}

#[test]
fn a_room_can_ask_for_a_keyframe() {
    let (mut world, ann, _) = studio();
    world.engine.request_keyframe("camera", world.now).unwrap();
    world.advance(MOMENT);
    assert_eq!(asked_of(&mut world, &ann), [100]);
}

#[test]
fn a_picture_that_stands_still_is_asked_for_too() {
    let (mut world, ann, _) = studio();
    world.advance(Duration::from_secs(2));
    world.route("slot", "camera", 720);
    world.advance(MOMENT);
    assert_eq!(asked_of(&mut world, &ann), [100]);
}

#[test]
fn encodings_that_have_stopped_are_not_asked() {
    let mut world = World::new();
    let ann = world.join("ann");
    world.publish("ann", "camera", "0", &VP8, &[(Some("q"), 100), (Some("f"), 102)]);
    world.send(&ann, &picture(102, 0, Some(720)));
    world.advance(Duration::from_secs(1));
    world.send(&ann, &picture(100, 0, Some(180)));
    world.engine.request_keyframe("camera", world.now).unwrap();
    world.advance(MOMENT);
    assert_eq!(asked_of(&mut world, &ann), [100]);
}
