use parley_forwarder_core::Path;

use crate::simulation::{Encoder, H264, Scheme, World, rtp_packet};

const IDR: [u8; 3] = [0x65, 0x88, 0x55];

/// A camera of one encoding in H264, and a viewer of it.
fn studio() -> (World, Path, Path) {
    let mut world = World::new();
    let (ann, bob) = (world.join("ann"), world.join("bob"));
    world.publish("ann", "camera", "0", &H264, &[(None, 100)]);
    world.add_slot("bob", "slot", &H264, 900);
    (world, ann, bob)
}

fn shown(world: &mut World, bob: &Path) -> usize {
    world.exchange();
    world.client(bob).of(900).len()
}

#[test]
fn a_viewer_begins_with_the_parameter_sets_in_front_of_a_keyframe() {
    let (mut world, ann, bob) = studio();
    Encoder::new(ann, Scheme::H264Simulcast, 100).shoot(&mut world);
    world.route("slot", "camera", 720);
    world.send(&ann, &rtp_packet(100, &H264, 9, 90_000, &[], &IDR));
    assert_eq!(shown(&mut world, &bob), 0);
}

#[test]
fn a_stream_whose_parameter_sets_came_once_can_be_watched_nevertheless() {
    let (mut world, ann, bob) = studio();
    Encoder::new(ann, Scheme::H264Simulcast, 100).shoot(&mut world);
    world.route("slot", "camera", 720);
    for picture in 1..=3_u16 {
        world.send(&ann, &rtp_packet(100, &H264, 8 + picture, 90_000 * u32::from(picture), &[], &IDR));
    }
    assert_eq!(shown(&mut world, &bob), 1);
}

#[test]
fn parameter_sets_that_never_come_are_not_waited_for() {
    let (mut world, ann, bob) = studio();
    world.route("slot", "camera", 720);
    world.send(&ann, &rtp_packet(100, &H264, 1, 0, &[], &IDR));
    assert_eq!(shown(&mut world, &bob), 1);
}
