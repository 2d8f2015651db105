use parley_forwarder_core::{CommandError, DropReason, Path};

use crate::simulation::{OPUS, VP8, World, binding_request, picture, rtp_packet};

/// `ann` and `bob` see and hear each other.
fn meeting() -> (World, Path, Path) {
    let mut world = World::new();
    let paths = ["ann", "bob"].map(|name| world.join(name));
    for name in ["ann", "bob"] {
        world.publish(name, &format!("{name}-camera"), "0", &VP8, &[(None, 100)]);
        world.publish(name, &format!("{name}-mic"), "1", &OPUS, &[(None, 200)]);
        world.add_slot(name, &format!("{name}-video"), &VP8, 900);
        world.add_slot(name, &format!("{name}-audio"), &OPUS, 902);
        world.engine.route_speakers(name, "room", world.now).unwrap();
    }
    world.route("bob-video", "ann-camera", 720);
    world.route("ann-video", "bob-camera", 720);
    for path in &paths {
        world.send(path, &picture(100, 0, Some(720)));
        world.send(path, &rtp_packet(200, &OPUS, 0, 0, &[], &[1; 80]));
    }
    world.exchange();
    let [ann, bob] = paths;
    (world, ann, bob)
}

fn last_change_of(world: &World, slot: &str) -> Option<(String, Option<String>)> {
    world.changes_of(slot).pop().expect("the slot changed")
}

#[test]
fn slots_elsewhere_become_empty_when_their_peer_goes() {
    let (mut world, ann, bob) = meeting();
    assert_eq!(last_change_of(&world, "bob-video"), Some(("ann-camera".into(), None)));
    assert_eq!(last_change_of(&world, "bob-audio"), Some(("ann-mic".into(), None)));
    world.engine.remove_peer("ann", world.now).unwrap();
    world.exchange();
    assert_eq!(last_change_of(&world, "bob-video"), None);
    assert_eq!(last_change_of(&world, "bob-audio"), None);

    let before = world.client(&bob).arrived.len();
    world.send(&ann, &picture(100, 1, Some(720)));
    world.exchange();
    assert_eq!(world.client(&bob).arrived.len(), before);
}

#[test]
fn a_removed_peer_is_a_stranger() {
    let (mut world, ann, _) = meeting();
    world.engine.remove_peer("ann", world.now).unwrap();
    world.deliver_up(&ann, binding_request("ufrag-ann", "password-ann"));
    world.send(&ann, &picture(100, 1, None));
    assert_eq!(world.dropped(DropReason::UnknownUfrag), 1);
    assert_eq!(world.dropped(DropReason::UnknownSource), 1);
}

#[test]
fn nothing_is_left_when_all_peers_are_gone_so_every_name_and_number_is_free() {
    let (mut world, ann, _) = meeting();
    world.engine.restart_ice("ann", "new", "secret", std::time::Duration::from_secs(9), world.now).unwrap();
    for name in ["ann", "bob"] {
        world.engine.remove_peer(name, world.now).unwrap();
    }
    assert_eq!(world.engine.stats().peers, 0);
    assert!(!world.engine.is_proven(&ann));
    for name in ["ann-camera", "ann-mic", "ann-video", "ann-audio"] {
        assert_eq!(world.engine.remove(name, world.now), Err(CommandError::UnknownId));
    }
    world.engine.add_peer("other", "new", "secret", world.now).unwrap();
    world.join("ann");
    world.publish("ann", "ann-camera", "0", &VP8, &[(None, 100)]);
    world.add_slot("ann", "ann-video", &VP8, 900);
    assert_eq!(world.engine.stats().peers, 2);
}

#[test]
fn a_removed_publication_leaves_its_slots_and_its_streams() {
    let (mut world, ann, bob) = meeting();
    world.engine.remove("ann-camera", world.now).unwrap();
    world.exchange();
    assert_eq!(last_change_of(&world, "bob-video"), None);
    assert_eq!(last_change_of(&world, "bob-audio"), Some(("ann-mic".into(), None)));

    let unknown = world.dropped(DropReason::UnknownStream);
    world.send(&ann, &picture(100, 1, Some(720)));
    world.send(&ann, &rtp_packet(200, &OPUS, 1, 960, &[], &[1; 80]));
    world.exchange();
    assert_eq!(world.dropped(DropReason::UnknownStream), unknown + 1);
    assert_eq!(world.client(&bob).of(900).len(), 1);
    assert_eq!(world.client(&bob).of(902).len(), 2, "the microphone goes on");
}

#[test]
fn a_removed_slot_gets_nothing() {
    let (mut world, ann, bob) = meeting();
    world.engine.remove("bob-video", world.now).unwrap();
    world.send(&ann, &picture(100, 1, Some(720)));
    world.exchange();
    assert_eq!(world.client(&bob).of(900).len(), 1);
    assert_eq!(world.engine.route("bob-video", None, crate::simulation::ANY, world.now), Err(CommandError::UnknownId));
}

#[test]
fn a_slot_that_changed_over_has_left_the_publication_before() {
    let (mut world, ann, bob) = meeting();
    world.publish("ann", "ann-screen", "2", &VP8, &[(None, 300)]);
    world.route("bob-video", "ann-screen", 720);
    world.send(&ann, &picture(100, 1, None));
    world.exchange();
    assert_eq!(world.client(&bob).of(900).len(), 2, "the camera goes on until the screen's keyframe");

    world.send(&ann, &picture(300, 0, Some(720)));
    world.send(&ann, &picture(100, 2, Some(720)));
    world.exchange();
    assert_eq!(last_change_of(&world, "bob-video"), Some(("ann-screen".into(), None)));
    assert_eq!(world.client(&bob).of(900).len(), 3);
    world.engine.remove("ann-camera", world.now).unwrap();
    world.exchange();
    assert_eq!(last_change_of(&world, "bob-video"), Some(("ann-screen".into(), None)));
}

#[test]
fn names_that_nobody_has_are_refused() {
    let mut world = World::new();
    world.join("ann");
    world.add_slot("ann", "slot", &VP8, 900);
    let (now, wish) = (world.now, crate::simulation::ANY);
    let engine = &mut world.engine;
    let keys = [0; 28];
    let refused = [
        engine.remove_peer("nobody", now),
        engine.restart_ice("nobody", "ufrag", "password", std::time::Duration::ZERO, now),
        engine.send_dtls("nobody", &[], &mut world.outbox),
        engine.set_srtp("nobody", parley_forwarder_core::srtp::Profile::AeadAes128Gcm, &keys, &keys),
        engine.route("nothing", None, wish, now),
        engine.route("slot", Some("nothing"), wish, now),
        engine.route_speakers("nobody", "room", now),
        engine.set_paused("nothing", true, now),
        engine.remove("nothing", now),
        engine.request_keyframe("nothing", now),
        engine.peer_stats("nobody", now).map(drop),
    ];
    assert_eq!(refused, [Err(CommandError::UnknownId); 11]);
}
