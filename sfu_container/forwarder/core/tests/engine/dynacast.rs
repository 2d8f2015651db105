//! Publishers are told which encodings nobody receives, so that they need not send them.

use std::time::Duration;

use parley_forwarder_core::Event;

use crate::simulation::{Encoder, Scheme, VP8, VP9, World};

const PICTURE: Duration = Duration::from_millis(33);

struct Studio {
    world: World,
    camera: Encoder,
    viewer: parley_forwarder_core::Path,
}

impl Studio {
    fn new() -> Self {
        let mut world = World::new();
        let (ann, viewer) = (world.join("ann"), world.join("bob"));
        let camera = Encoder::new(ann, Scheme::Vp8Simulcast, 100);
        camera.publish(&mut world, "ann", "camera");
        world.add_slot("bob", "slot", &VP8, 5_900);
        Self { world, camera, viewer }
    }

    fn run(&mut self, seconds: f64) {
        for _ in 0..(seconds / PICTURE.as_secs_f64()) as u32 {
            self.camera.obey(&self.world, "camera");
            self.camera.shoot(&mut self.world);
            self.world.advance(PICTURE);
        }
    }

    /// What the publisher was told, as the rids that are wanted.
    fn told(&self) -> Vec<String> {
        let told = |event: &Event| match event {
            Event::EncodingsWanted { encodings, .. } => Some(
                encodings.iter().filter(|(_, is_wanted)| *is_wanted).filter_map(|(rid, _)| rid.as_deref()).collect(),
            ),
            _ => None,
        };
        self.world.events.iter().filter_map(told).collect()
    }

    fn shown(&self) -> Option<String> {
        self.world.changes_of("slot").pop().flatten().and_then(|(_, rid)| rid)
    }
}

#[test]
fn encodings_that_nobody_receives_stop_after_five_seconds_and_come_back_when_wanted() {
    let mut studio = Studio::new();
    studio.world.route("slot", "camera", 180);
    studio.run(4.5);
    assert_eq!(studio.told(), Vec::<String>::new(), "people look around");
    studio.run(1.0);
    assert_eq!(studio.told(), ["q"]);

    studio.world.route("slot", "camera", 720);
    studio.run(0.5);
    assert_eq!(studio.told(), ["q", "qf"]);
    assert_eq!(studio.shown().as_deref(), Some("f"));
    studio.run(5.5);
    assert_eq!(studio.told(), ["q", "qf", "f"], "the lower one is left once it is not shown any more");
    let gaps = studio.world.client(&studio.viewer).gaps(5_900);
    assert!(gaps.is_empty());
}

#[test]
fn a_picture_goes_on_while_a_lower_encoding_is_awaited() {
    let mut studio = Studio::new();
    studio.world.route("slot", "camera", 720);
    studio.run(6.0);
    assert_eq!(studio.told(), ["f"]);
    let before = studio.world.client(&studio.viewer).of(5_900).len();
    studio.world.route("slot", "camera", 180);
    studio.run(1.0);
    assert_eq!(studio.shown().as_deref(), Some("q"));
    let shown = studio.world.client(&studio.viewer).of(5_900).len() - before;
    assert!(shown >= 30, "{shown} of 30 pictures were shown");
}

#[test]
fn nothing_is_wanted_of_what_is_muted_or_watched_by_nobody() {
    for stop in [
        |world: &mut World| world.engine.set_paused("camera", true, world.now).unwrap(),
        |world: &mut World| world.engine.set_paused("slot", true, world.now).unwrap(),
        |world: &mut World| world.engine.remove("slot", world.now).unwrap(),
        |world: &mut World| world.engine.remove_peer("bob", world.now).unwrap(),
    ] {
        let mut studio = Studio::new();
        studio.world.route("slot", "camera", 720);
        studio.run(1.0);
        stop(&mut studio.world);
        studio.run(6.0);
        assert_eq!(studio.told().last().map(String::as_str), Some(""));
        assert!(studio.camera.is_on.iter().all(|is_on| !is_on));
    }
}

#[test]
fn what_was_muted_comes_back_at_once() {
    let mut studio = Studio::new();
    studio.world.route("slot", "camera", 720);
    studio.world.engine.set_paused("camera", true, studio.world.now).unwrap();
    studio.run(6.0);
    assert_eq!(studio.told(), [""]);
    studio.world.engine.set_paused("camera", false, studio.world.now).unwrap();
    studio.run(0.5);
    assert_eq!(studio.told().last().map(String::as_str), Some("f"));
    assert_eq!(studio.shown().as_deref(), Some("f"));
}

#[test]
fn an_encoding_that_never_came_is_wanted_as_long_as_the_others_are_too_low() {
    let mut studio = Studio::new();
    studio.camera.is_on = [true, false, false];
    studio.world.route("slot", "camera", 720);
    for _ in 0..300 {
        studio.camera.shoot(&mut studio.world);
        studio.world.advance(PICTURE);
    }
    assert_eq!(studio.told(), Vec::<String>::new());
    assert_eq!(studio.shown().as_deref(), Some("q"));
}

#[test]
fn the_only_encoding_of_a_publication_is_told_without_a_name() {
    let mut world = World::new();
    world.join("ann");
    world.publish("ann", "screen", "0", &VP9, &[(None, 100)]);
    world.advance(Duration::from_secs(6));
    let encodings = vec![(None, false)];
    let expected = Event::EncodingsWanted { peer: "ann".into(), publication: "screen".into(), encodings };
    assert!(world.events.contains(&expected), "{:?}", world.events);
}
