use std::time::Duration;

use crate::simulation::{Camera, Received, VP8, World};

fn picture_of(received: &Received) -> u16 {
    u16::from_be_bytes([received.payload[2], received.payload[3]]) & 0x7fff
}

fn assert_is_one_stream(received: &[&Received]) {
    for pair in received.windows(2) {
        assert_eq!(picture_of(pair[1]).wrapping_sub(picture_of(pair[0])) & 0x7fff, 1, "pictures are counted on");
        let ticks = pair[1].header.timestamp.wrapping_sub(pair[0].header.timestamp).cast_signed();
        assert!((1..90_000).contains(&ticks), "time goes on by {ticks}");
    }
}

fn run(world: &mut World, cameras: &mut [&mut Camera], pictures: u32) {
    for _ in 0..pictures {
        cameras.iter_mut().for_each(|camera| camera.shoot(world));
        world.advance(Duration::from_millis(33));
    }
}

#[test]
fn layer_and_slot_switches_under_loss_make_one_stream_without_a_gap() {
    for seed in 1..=5 {
        let mut world = World::with_loss(0.0, seed);
        let (ann, ben, bob) = (world.join("ann"), world.join("ben"), world.join("bob"));
        let (mut first, mut second) = (Camera::new(ann, 100), Camera::new(ben, 200));
        world.publish("ann", "ann-camera", "0", &VP8, &first.streams());
        world.publish("ben", "ben-camera", "0", &VP8, &second.streams());
        world.add_slot("bob", "slot", &VP8, 5_900);
        world.route("slot", "ann-camera", 180);
        run(&mut world, &mut [&mut first, &mut second], 10);
        world.network.set_loss(0.05);
        for (publication, height) in
            [("ann-camera", 720), ("ben-camera", 720), ("ben-camera", 180), ("ann-camera", 360)]
        {
            world.route("slot", publication, height);
            run(&mut world, &mut [&mut first, &mut second], 40);
        }
        world.network.set_loss(0.0);
        run(&mut world, &mut [&mut first, &mut second], 30);

        let changes = world.changes_of("slot");
        let carried: Vec<String> =
            changes.into_iter().flatten().map(|(publication, rid)| format!("{publication} {}", rid.unwrap())).collect();
        assert_eq!(carried.last().unwrap(), "ann-camera h", "seed {seed}: {carried:?}");
        for wanted in ["ann-camera q", "ann-camera f", "ben-camera f", "ben-camera q"] {
            assert!(carried.contains(&wanted.to_owned()), "seed {seed}: {carried:?}");
        }
        let bob = world.client(&bob);
        assert!(bob.gaps(5_900).is_empty(), "seed {seed}");
        assert_is_one_stream(&bob.of(5_900));
    }
}

#[test]
fn a_switch_waits_for_a_keyframe_and_takes_less_than_a_second() {
    let mut world = World::new();
    let (ann, bob) = (world.join("ann"), world.join("bob"));
    let mut camera = Camera::new(ann, 100);
    world.publish("ann", "camera", "0", &VP8, &camera.streams());
    world.add_slot("bob", "slot", &VP8, 5_900);
    world.route("slot", "camera", 180);
    run(&mut world, &mut [&mut camera], 10);
    let before = world.client(&bob).of(5_900).len();
    assert_eq!(before, 10);
    world.route("slot", "camera", 720);
    assert_eq!(world.changes_of("slot").len(), 1, "nothing changes at the wish");
    run(&mut world, &mut [&mut camera], 15);
    assert_eq!(world.changes_of("slot").last().unwrap(), &Some(("camera".into(), Some("f".into()))));
    let after = world.client(&bob).of(5_900).len();
    assert_eq!(after, before + 15 + 1, "every picture was shown, that of the switch in both encodings");
}
