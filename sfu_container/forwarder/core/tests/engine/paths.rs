use std::time::Duration;

use parley_forwarder_core::{CommandError, DropReason, Event, Path, Transport};

use crate::simulation::{World, check, picture};

const DTLS: &[u8] = &[22, 254, 253, 0];
const SECOND: Duration = Duration::from_secs(1);

fn at(port: u16) -> Path {
    Path { transport: Transport::Udp, local: 0, remote: ([198, 51, 100, 9], port).into() }
}

/// A Peer `ann` that did not connect yet.
fn waiting_for_ann() -> World {
    let mut world = World::new();
    world.engine.add_peer("ann", "ufrag-ann", "password-ann", world.now).unwrap();
    world
}

fn nominate(world: &mut World, path: &Path) {
    world.deliver_up(path, check("ufrag-ann", "password-ann", true));
}

/// Where a DTLS datagram for `ann` goes.
fn way_to_ann(world: &mut World) -> Option<Path> {
    world.exchange();
    world.engine.send_dtls("ann", DTLS, &mut world.outbox).unwrap();
    world.outbox.sent.pop().map(|(path, _)| path)
}

/// What was told since the last call.
fn news(world: &mut World) -> Vec<Event> {
    world.exchange();
    std::mem::take(&mut world.events)
}

fn connected_at(path: Path) -> Event {
    Event::IceConnected { peer: "ann".into(), path }
}

#[test]
fn a_nominating_check_connects_and_is_answered() {
    let mut world = waiting_for_ann();
    nominate(&mut world, &at(1));
    assert_eq!(world.outbox.sent.len(), 1);
    assert_eq!(world.outbox.sent[0].0, at(1));
    assert_eq!(news(&mut world), [connected_at(at(1))]);
    nominate(&mut world, &at(1));
    assert_eq!(news(&mut world), [], "checks on the same path are no news");
}

#[test]
fn a_check_that_does_not_nominate_opens_the_path_for_dtls_only() {
    let mut world = waiting_for_ann();
    world.deliver_up(&at(1), check("ufrag-ann", "password-ann", false));
    world.deliver_up(&at(1), DTLS.to_vec());
    assert_eq!(news(&mut world), [Event::DtlsReceived { peer: "ann".into(), data: DTLS.to_vec() }]);
    assert_eq!(way_to_ann(&mut world), Some(at(1)));
}

#[test]
fn a_check_without_the_right_credentials_opens_nothing() {
    for (ufrag, password, reason) in
        [("nobody", "password-ann", DropReason::UnknownUfrag), ("ufrag-ann", "wrong", DropReason::BadIntegrity)]
    {
        let mut world = waiting_for_ann();
        world.deliver_up(&at(1), check(ufrag, password, true));
        world.deliver_up(&at(1), DTLS.to_vec());
        assert!(world.outbox.sent.is_empty());
        assert_eq!(world.dropped(reason), 1);
        assert_eq!(world.dropped(DropReason::UnknownSource), 1);
        assert_eq!(news(&mut world), []);
    }
}

#[test]
fn what_is_sent_follows_the_nominated_path() {
    let mut world = waiting_for_ann();
    nominate(&mut world, &at(1));
    news(&mut world);
    world.deliver_up(&at(2), check("ufrag-ann", "password-ann", false));
    assert_eq!(way_to_ann(&mut world), Some(at(1)));
    nominate(&mut world, &at(2));
    assert_eq!(way_to_ann(&mut world), Some(at(2)));
    assert_eq!(news(&mut world), [connected_at(at(2))]);
}

#[test]
fn silence_is_told_once_and_so_is_the_return() {
    let mut world = waiting_for_ann();
    nominate(&mut world, &at(1));
    world.advance(4 * SECOND);
    nominate(&mut world, &at(1));
    world.advance(4 * SECOND);
    assert_eq!(news(&mut world), [connected_at(at(1))]);
    world.advance(4 * SECOND);
    assert_eq!(news(&mut world), [Event::IceLost { peer: "ann".into() }]);
    nominate(&mut world, &at(1));
    assert_eq!(news(&mut world), [connected_at(at(1))]);
}

#[test]
fn authentic_media_is_a_sign_of_life_and_forged_media_is_not() {
    let mut world = World::new();
    let (ann, eve) = (world.join("ann"), world.join("eve"));
    for number in 0..6 {
        world.advance(SECOND);
        world.send(&ann, &picture(100, number, None));
        world.deliver_up(&eve, picture(100, number, None));
    }
    world.events.retain(|event| matches!(event, Event::IceLost { .. }));
    assert_eq!(world.events, [Event::IceLost { peer: "eve".into() }]);
}

#[test]
fn without_checks_for_half_a_minute_nothing_is_sent_any_more() {
    let mut world = waiting_for_ann();
    nominate(&mut world, &at(1));
    world.advance(31 * SECOND);
    assert_eq!(way_to_ann(&mut world), None);
    nominate(&mut world, &at(1));
    assert_eq!(way_to_ann(&mut world), Some(at(1)));
}

#[test]
fn a_restart_keeps_the_old_path_until_the_new_one_is_nominated() {
    let mut world = waiting_for_ann();
    nominate(&mut world, &at(1));
    news(&mut world);
    world.engine.restart_ice("ann", "new", "secret", 10 * SECOND, world.now).unwrap();
    nominate(&mut world, &at(1));
    assert_eq!(way_to_ann(&mut world), Some(at(1)));

    world.deliver_up(&at(2), check("new", "secret", true));
    assert_eq!(way_to_ann(&mut world), Some(at(2)));
    assert_eq!(news(&mut world), [connected_at(at(2))]);
    nominate(&mut world, &at(1));
    assert_eq!(world.dropped(DropReason::UnknownUfrag), 1);
    world.deliver_up(&at(1), DTLS.to_vec());
    assert_eq!(world.dropped(DropReason::UnknownSource), 1);
}

#[test]
fn a_restart_on_the_same_path_is_told() {
    let mut world = waiting_for_ann();
    nominate(&mut world, &at(1));
    news(&mut world);
    world.engine.restart_ice("ann", "new", "secret", 10 * SECOND, world.now).unwrap();
    world.deliver_up(&at(1), check("new", "secret", true));
    assert_eq!(news(&mut world), [connected_at(at(1))]);
}

#[test]
fn the_old_path_ends_with_the_grace() {
    let mut world = waiting_for_ann();
    nominate(&mut world, &at(1));
    world.engine.restart_ice("ann", "new", "secret", 2 * SECOND, world.now).unwrap();
    world.advance(3 * SECOND);
    nominate(&mut world, &at(1));
    assert_eq!(world.dropped(DropReason::UnknownUfrag), 1);
    assert_eq!(way_to_ann(&mut world), None);
    world.deliver_up(&at(1), check("new", "secret", true));
    assert_eq!(way_to_ann(&mut world), Some(at(1)));
}

#[test]
fn a_second_restart_replaces_the_first() {
    let mut world = waiting_for_ann();
    nominate(&mut world, &at(1));
    for (ufrag, password) in [("second", "secret-2"), ("third", "secret-3")] {
        world.engine.restart_ice("ann", ufrag, password, 10 * SECOND, world.now).unwrap();
    }
    nominate(&mut world, &at(1));
    assert_eq!(world.dropped(DropReason::UnknownUfrag), 1);
    world.deliver_up(&at(2), check("third", "secret-3", true));
    assert_eq!(way_to_ann(&mut world), Some(at(2)));
}

#[test]
fn a_port_that_went_to_another_peer_after_a_silence_is_that_peers() {
    let mut world = waiting_for_ann();
    world.engine.add_peer("ben", "ufrag-ben", "password-ben", world.now).unwrap();
    nominate(&mut world, &at(1));
    world.advance(6 * SECOND);
    world.deliver_up(&at(1), check("ufrag-ben", "password-ben", true));
    news(&mut world);
    world.deliver_up(&at(1), DTLS.to_vec());
    assert_eq!(news(&mut world), [Event::DtlsReceived { peer: "ben".into(), data: DTLS.to_vec() }]);
    assert_eq!(way_to_ann(&mut world), None);
}

#[test]
fn a_peer_keeps_its_nominated_path_and_seven_others() {
    let mut world = waiting_for_ann();
    nominate(&mut world, &at(1));
    for port in 2..20 {
        world.deliver_up(&at(port), check("ufrag-ann", "password-ann", false));
    }
    let proven: Vec<u16> = (1..20).filter(|port| world.engine.is_proven(&at(*port))).collect();
    assert_eq!(proven, [1, 13, 14, 15, 16, 17, 18, 19]);
}

#[test]
fn a_ufrag_in_use_is_refused() {
    let mut world = waiting_for_ann();
    world.engine.add_peer("ben", "ufrag-ben", "password-ben", world.now).unwrap();
    let added = world.engine.add_peer("cem", "ufrag-ann", "other", world.now);
    assert_eq!(added, Err(CommandError::UfragInUse));
    let restarted = world.engine.restart_ice("ben", "ufrag-ann", "other", SECOND, world.now);
    assert_eq!(restarted, Err(CommandError::UfragInUse));
}

#[test]
fn media_without_keys_is_dropped() {
    let mut world = waiting_for_ann();
    nominate(&mut world, &at(1));
    world.deliver_up(&at(1), picture(100, 1, Some(720)));
    assert_eq!(world.dropped(DropReason::NoKeys), 1);
}
