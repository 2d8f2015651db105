use parley_forwarder_core::Path;
use parley_forwarder_core::negotiated::Wish;

use crate::simulation::{Received, VP8, World, rtp_packet, vp8_payload};

/// The temporal layers of pictures in turn, as Chromium sends three of them.
const PATTERN: [u8; 4] = [0, 2, 1, 2];

fn studio() -> (World, Path, Path) {
    let mut world = World::new();
    let (ann, bob) = (world.join("ann"), world.join("bob"));
    world.publish("ann", "camera", "0", &VP8, &[(None, 100)]);
    world.add_slot("bob", "slot", &VP8, 900);
    (world, ann, bob)
}

fn route(world: &mut World, max_temporal: u8) {
    let wish = Wish { max_height: 720, max_temporal, priority: 0 };
    world.engine.route("slot", Some("camera"), wish, world.now).unwrap();
}

/// Picture `number`, the first a keyframe; `layer_sync` says that it needs only pictures of the lowest layer.
fn send(world: &mut World, ann: &Path, number: u16, layer_sync: bool) {
    send_picture(world, ann, number, layer_sync, number == 0);
}

fn send_picture(world: &mut World, ann: &Path, number: u16, layer_sync: bool, is_keyframe: bool) {
    let mut payload = vp8_payload(number, (number / 4) as u8, is_keyframe.then_some(720), 50);
    // The T bit, and TID and Y behind TL0PICIDX (RFC 7741, section 4.2).
    payload[1] |= 0x20;
    payload.insert(5, (PATTERN[usize::from(number % 4)] << 6) | (u8::from(layer_sync) << 5));
    world.send(ann, &rtp_packet(100, &VP8, number, u32::from(number) * 3_000, &[], &payload));
    world.exchange();
}

/// The temporal layers of what came.
fn layers(world: &mut World, bob: &Path) -> Vec<u8> {
    let layer = |received: &&Received| received.payload.get(5).map(|byte| byte >> 6);
    world.client(bob).of(900).iter().filter_map(layer).collect()
}

#[test]
fn higher_layers_are_left_out_without_gaps() {
    let (mut world, ann, bob) = studio();
    route(&mut world, 1);
    (0..12).for_each(|number| send(&mut world, &ann, number, false));
    assert_eq!(layers(&mut world, &bob), [0, 1, 0, 1, 0, 1]);
    assert!(world.client(&bob).gaps(900).is_empty());
    let number_of = |received: &&Received| u16::from_be_bytes([received.payload[2], received.payload[3]]);
    let pictures: Vec<u16> = world.client(&bob).of(900).iter().map(number_of).collect();
    assert!(pictures.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) & 0x7fff == 1), "{pictures:?}");
}

#[test]
fn a_higher_layer_begins_where_the_sender_allows_it() {
    let (mut world, ann, bob) = studio();
    route(&mut world, 0);
    (0..4).for_each(|number| send(&mut world, &ann, number, false));
    route(&mut world, 2);
    (4..7).for_each(|number| send(&mut world, &ann, number, false));
    send(&mut world, &ann, 7, true);
    send(&mut world, &ann, 9, false);
    assert_eq!(layers(&mut world, &bob), [0, 0, 2, 2]);
}

#[test]
fn a_lower_limit_counts_at_once() {
    let (mut world, ann, bob) = studio();
    route(&mut world, 2);
    (0..4).for_each(|number| send(&mut world, &ann, number, false));
    route(&mut world, 0);
    (4..12).for_each(|number| send(&mut world, &ann, number, false));
    assert_eq!(layers(&mut world, &bob), [0, 2, 1, 2, 0, 0]);
}

#[test]
fn after_a_keyframe_every_layer_wanted_may_follow() {
    let (mut world, ann, bob) = studio();
    route(&mut world, 0);
    (0..4).for_each(|number| send(&mut world, &ann, number, false));
    route(&mut world, 2);
    send_picture(&mut world, &ann, 4, false, true);
    send(&mut world, &ann, 5, false);
    assert_eq!(layers(&mut world, &bob), [0, 0, 2]);
}

#[test]
fn a_late_packet_of_a_layer_left_out_becomes_padding() {
    let (mut world, ann, bob) = studio();
    route(&mut world, 1);
    [0, 2, 1].into_iter().for_each(|number| send(&mut world, &ann, number, false));
    let arrived = &world.client(&bob).arrived;
    let first = arrived[0].header.sequence;
    let places: Vec<(u16, bool)> =
        arrived.iter().map(|packet| (packet.header.sequence.wrapping_sub(first), packet.payload.is_empty())).collect();
    assert_eq!(places, [(0, false), (2, false), (1, true)]);
}
