use std::time::Duration;

use crate::simulation::{VP9, World, rtp_packet, vp9_payload};

/// Sends pictures of three spatial layers; the first is a keyframe.
fn send_pictures(world: &mut World, from: &parley_forwarder_core::Path, pictures: std::ops::Range<u16>, is_key: bool) {
    for picture in pictures.clone() {
        for spatial in 0..3_u8 {
            let payload = vp9_payload(picture, spatial, is_key && picture == pictures.start);
            let mut packet =
                rtp_packet(100, &VP9, picture * 3 + u16::from(spatial), u32::from(picture) * 3_000, &[], &payload);
            if spatial < 2 {
                packet[1] &= 0x7f;
            }
            world.send(from, &packet);
        }
        world.advance(Duration::from_millis(33));
    }
}

fn layers(world: &mut World, path: &parley_forwarder_core::Path) -> Vec<(u8, bool)> {
    let received = world.client(path).of(900).into_iter();
    received.map(|received| ((received.payload[3] >> 1) & 7, received.header.marker)).collect()
}

#[test]
fn a_slot_carries_the_spatial_layers_up_to_its_height_and_marks_the_last() {
    let mut world = World::new();
    let (ann, bob) = (world.join("ann"), world.join("bob"));
    world.publish("ann", "camera", "0", &VP9, &[(None, 100)]);
    world.add_slot("bob", "slot", &VP9, 900);
    world.route("slot", "camera", 360);
    send_pictures(&mut world, &ann, 0..3, true);
    assert_eq!(layers(&mut world, &bob), [(0, false), (1, true)].repeat(3));
    assert!(world.client(&bob).gaps(900).is_empty());
}

#[test]
fn going_down_is_immediate_and_going_up_waits_for_a_keyframe_that_is_asked_for() {
    let mut world = World::new();
    let (ann, bob) = (world.join("ann"), world.join("bob"));
    world.publish("ann", "camera", "0", &VP9, &[(None, 100)]);
    world.add_slot("bob", "slot", &VP9, 900);
    world.route("slot", "camera", 720);
    send_pictures(&mut world, &ann, 0..2, true);
    world.route("slot", "camera", 180);
    send_pictures(&mut world, &ann, 2..4, false);
    let asked_before = world.client(&ann).keyframe_requests;
    world.route("slot", "camera", 720);
    send_pictures(&mut world, &ann, 4..18, false);
    assert!(world.client(&ann).keyframe_requests > asked_before);
    send_pictures(&mut world, &ann, 18..20, true);

    // The last layer of each picture carries the marker, for only with it does a decoder take the picture for whole.
    let all = [(0, false), (1, false), (2, true)].repeat(2);
    let base_only = vec![(0, true); 16];
    assert_eq!(layers(&mut world, &bob), [all.clone(), base_only, all].concat());
    assert!(world.client(&bob).gaps(900).is_empty());
}
