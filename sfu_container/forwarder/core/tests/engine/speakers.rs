use std::time::Duration;

use parley_forwarder_core::{Event, Path};

use crate::simulation::{OPUS, SPEECH_LEVEL_ID, World, extension_block, rtp_packet};

const NAMES: [&str; 6] = ["ann", "ben", "cem", "dan", "eve", "fay"];

fn meet(slots: usize) -> (World, Vec<Path>) {
    let mut world = World::new();
    let paths: Vec<Path> = NAMES.iter().map(|name| world.join(name)).collect();
    for name in NAMES {
        world.publish(name, &format!("mic-{name}"), "0", &OPUS, &[(None, 100)]);
        for slot in 0..slots {
            world.add_slot(name, &format!("{name}-{slot}"), &OPUS, 900 + slot as u32);
        }
        world.engine.route_speakers(name, "room", world.now).unwrap();
    }
    (world, paths)
}

fn talk(world: &mut World, paths: &[Path], first: u16, packets: u16, levels: [u8; 6]) {
    for number in first..first + packets {
        for (path, level) in paths.iter().zip(levels) {
            let level = extension_block(level);
            let extensions: &[(u8, &[u8])] = &[(SPEECH_LEVEL_ID, &level)];
            world.send(path, &rtp_packet(100, &OPUS, number, u32::from(number) * 960, extensions, &[1; 80]));
        }
        world.advance(Duration::from_millis(20));
    }
}

#[test]
fn each_hears_the_two_loudest_others_and_is_told_who_has_the_floor() {
    let (mut world, paths) = meet(2);
    talk(&mut world, &paths, 0, 100, [20, 30, 127, 127, 127, 127]);

    let heard_by_cem: Vec<_> =
        (0..2).filter_map(|slot| world.changes_of(&format!("cem-{slot}")).pop().flatten()).collect();
    let mut names: Vec<String> = heard_by_cem.into_iter().map(|(publication, _)| publication).collect();
    names.sort();
    assert_eq!(names, ["mic-ann", "mic-ben"]);
    let told = world.events.iter().rev().find_map(|event| match event {
        Event::SpeakersChanged { dominant, levels, .. } => Some((dominant.clone(), levels.len())),
        _ => None,
    });
    assert_eq!(told, Some((Some("mic-ann".into()), 2)));
}

#[test]
fn somebody_a_little_louder_takes_nobodys_slot() {
    let (mut world, paths) = meet(1);
    talk(&mut world, &paths, 0, 100, [30, 127, 127, 127, 127, 127]);
    let before = world.changes_of("cem-0").len();
    talk(&mut world, &paths, 100, 100, [30, 27, 127, 127, 127, 127]);
    assert_eq!(world.changes_of("cem-0").len(), before);
    talk(&mut world, &paths, 200, 150, [30, 10, 127, 127, 127, 127]);
    assert_eq!(world.changes_of("cem-0").last().unwrap(), &Some(("mic-ben".into(), None)));
}

/// Whose microphones the Slots of `name` carry.
fn heard_by(world: &World, name: &str, slots: usize) -> Vec<String> {
    let carried =
        |slot| world.changes_of(&format!("{name}-{slot}")).pop().flatten().map(|(publication, _)| publication);
    let mut heard: Vec<String> = (0..slots).filter_map(carried).collect();
    heard.sort();
    heard
}

/// The levels of those who are heard, and who has the floor.
type Told = (Vec<(String, u8)>, Option<String>);

/// What was told since the last call.
fn told(world: &mut World) -> Vec<Told> {
    let events = std::mem::take(&mut world.events);
    let told = events.into_iter().filter_map(|event| match event {
        Event::SpeakersChanged { levels, dominant, .. } => {
            let levels = levels.iter().map(|(publication, level)| (publication.to_string(), *level)).collect();
            Some((levels, dominant.map(|dominant| dominant.to_string())))
        }
        _ => None,
    });
    told.collect()
}

#[test]
fn in_a_small_meeting_everyone_hears_everyone_else_and_nothing_ever_moves() {
    let (mut world, paths) = meet(5);
    talk(&mut world, &paths, 0, 10, [30, 60, 90, 127, 127, 127]);
    for name in NAMES {
        let others: Vec<String> =
            NAMES.iter().filter(|other| **other != name).map(|other| format!("mic-{other}")).collect();
        assert_eq!(heard_by(&world, name, 5), others);
    }
    world.events.clear();
    for (turn, levels) in [[20, 80, 80, 80, 80, 80], [80, 20, 80, 80, 80, 80]].into_iter().enumerate() {
        talk(&mut world, &paths, 10 + 50 * turn as u16, 50, levels);
    }
    assert!(!world.events.iter().any(|event| matches!(event, Event::SlotChanged { .. })));
}

#[test]
fn a_slot_that_changes_its_speaker_goes_on_without_a_gap() {
    let (mut world, paths) = meet(1);
    talk(&mut world, &paths, 0, 50, [80, 30, 80, 80, 80, 80]);
    talk(&mut world, &paths, 50, 100, [80, 100, 30, 80, 80, 80]);
    assert_eq!(heard_by(&world, "ann", 1), ["mic-cem"]);
    let ann = world.client(&paths[0]);
    assert!(ann.gaps(900).is_empty());
    let times: Vec<u32> = ann.of(900).iter().map(|received| received.header.timestamp).collect();
    assert!(times.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) < 48_000));
}

#[test]
fn a_slot_given_to_somebody_silent_stops_carrying_the_one_before() {
    let mut world = World::new();
    let (ann, bob) = (world.join("ann"), world.join("bob"));
    world.publish("ann", "one", "1", &OPUS, &[(None, 100)]);
    world.publish("ann", "two", "2", &OPUS, &[(None, 200)]);
    world.add_slot("bob", "slot", &OPUS, 900);
    world.route("slot", "one", 0);
    world.send(&ann, &rtp_packet(100, &OPUS, 1, 960, &[], &[1; 80]));
    world.route("slot", "two", 0);
    world.send(&ann, &rtp_packet(100, &OPUS, 2, 1_920, &[], &[1; 80]));
    world.exchange();
    assert_eq!(world.client(&bob).of(900).len(), 1);
    world.send(&ann, &rtp_packet(200, &OPUS, 1, 960, &[], &[1; 80]));
    world.exchange();
    let changes: Vec<_> = world.changes_of("slot").into_iter().map(|change| change.map(|(name, _)| name)).collect();
    assert_eq!(changes, [Some("one".into()), None, Some("two".into())]);
}

#[test]
fn a_client_that_tells_no_levels_is_heard() {
    let (mut world, paths) = meet(1);
    for number in 0..50_u16 {
        world.send(&paths[2], &rtp_packet(100, &OPUS, number, u32::from(number) * 960, &[], &[1; 80]));
        world.advance(Duration::from_millis(20));
    }
    assert_eq!(heard_by(&world, "ann", 1), ["mic-cem"]);
    assert_eq!(told(&mut world).pop().unwrap().1, Some("mic-cem".into()));
}

#[test]
fn silence_without_levels_is_known_by_its_size() {
    let (mut world, paths) = meet(1);
    for number in 0..50_u16 {
        world.send(&paths[0], &rtp_packet(100, &OPUS, number, u32::from(number) * 960, &[], &[0xf8, 0xff, 0xfe]));
        world.advance(Duration::from_millis(20));
    }
    assert_eq!(told(&mut world), []);
}

#[test]
fn a_muted_microphone_frees_its_slot_at_once() {
    let (mut world, paths) = meet(1);
    talk(&mut world, &paths, 0, 50, [80, 30, 40, 80, 80, 80]);
    assert_eq!(heard_by(&world, "ann", 1), ["mic-ben"]);
    world.engine.set_paused("mic-ben", true, world.now).unwrap();
    talk(&mut world, &paths, 50, 1, [80, 30, 40, 80, 80, 80]);
    assert_eq!(heard_by(&world, "ann", 1), ["mic-cem"]);
    world.engine.set_paused("mic-ben", false, world.now).unwrap();
    talk(&mut world, &paths, 51, 150, [80, 30, 80, 80, 80, 80]);
    assert_eq!(heard_by(&world, "ann", 1), ["mic-ben"]);
}

#[test]
fn nobody_is_heard_twice_while_slots_change_hands() {
    let (mut world, paths) = meet(2);
    talk(&mut world, &paths, 0, 50, [80, 30, 40, 80, 80, 80]);
    world.engine.set_paused("mic-ben", true, world.now).unwrap();
    world.engine.set_paused("mic-ben", false, world.now).unwrap();
    world.client(&paths[0]).arrived.clear();
    for number in 50..100_u16 {
        let level = extension_block(30);
        let extensions: &[(u8, &[u8])] = &[(SPEECH_LEVEL_ID, &level)];
        world.send(&paths[1], &rtp_packet(100, &OPUS, number, u32::from(number) * 960, extensions, &[1; 80]));
        world.advance(Duration::from_millis(20));
    }
    let arrived = &world.client(&paths[0]).arrived;
    assert_eq!(arrived.len(), 50, "each packet once, in one Slot");
    assert!(arrived.iter().all(|packet| packet.header.ssrc == arrived[0].header.ssrc));
}

#[test]
fn rooms_do_not_hear_each_other() {
    let (mut world, paths) = meet(5);
    world.engine.route_speakers("cem", "elsewhere", world.now).unwrap();
    talk(&mut world, &paths, 0, 10, [30; 6]);
    assert_eq!(heard_by(&world, "cem", 5), Vec::<String>::new());
    assert_eq!(heard_by(&world, "ann", 5), ["mic-ben", "mic-dan", "mic-eve", "mic-fay"]);
}

#[test]
fn changes_are_told_at_most_five_times_a_second_and_a_steady_voice_once() {
    let (mut world, paths) = meet(1);
    let mut times = Vec::new();
    for step in 0..100_u16 {
        let is_first = step / 5 % 2 == 0;
        talk(
            &mut world,
            &paths,
            2 * step,
            2,
            if is_first { [20, 60, 127, 127, 127, 127] } else { [60, 20, 127, 127, 127, 127] },
        );
        let now = world.now;
        times.extend(told(&mut world).iter().map(|_| now));
    }
    assert!(times.len() > 5);
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= Duration::from_millis(160)), "{times:?}");

    talk(&mut world, &paths, 200, 100, [30, 127, 127, 127, 127, 127]);
    told(&mut world);
    talk(&mut world, &paths, 300, 100, [30, 127, 127, 127, 127, 127]);
    assert_eq!(told(&mut world), []);
    talk(&mut world, &paths, 400, 150, [127; 6]);
    assert_eq!(told(&mut world).pop().unwrap().0, [], "that nobody speaks any more is told too");
}

#[test]
fn speakers_are_told_loudest_first_with_their_levels() {
    let (mut world, paths) = meet(1);
    talk(&mut world, &paths, 0, 150, [50, 30, 100, 127, 127, 127]);
    let (levels, dominant) = told(&mut world).pop().unwrap();
    let names: Vec<&str> = levels.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["mic-ben", "mic-ann"]);
    assert!(levels[0].1.abs_diff(30) <= 5 && levels[1].1.abs_diff(50) <= 5, "{levels:?}");
    assert_eq!(dominant.as_deref(), Some("mic-ben"));
}

#[test]
fn the_floor_is_kept_over_an_interruption_and_taken_by_whoever_goes_on() {
    let (mut world, paths) = meet(1);
    let dominant = |world: &mut World| told(world).pop().and_then(|(_, dominant)| dominant);
    talk(&mut world, &paths, 0, 100, [40, 127, 127, 127, 127, 127]);
    assert_eq!(dominant(&mut world).as_deref(), Some("mic-ann"));
    talk(&mut world, &paths, 100, 10, [40, 10, 127, 127, 127, 127]);
    assert!(told(&mut world).iter().all(|(_, dominant)| dominant.as_deref() == Some("mic-ann")));
    talk(&mut world, &paths, 110, 100, [40, 10, 127, 127, 127, 127]);
    assert_eq!(dominant(&mut world).as_deref(), Some("mic-ben"));
}

#[test]
fn a_client_without_a_shared_codec_hears_nothing() {
    let (mut world, paths) = meet(0);
    let other = parley_forwarder_core::negotiated::Codec { payload_type: 0, name: "PCMU".into(), ..OPUS.clone() };
    let line = parley_forwarder_core::negotiated::SlotLine {
        kind: parley_forwarder_core::negotiated::MediaKind::Audio,
        mid: "ear".into(),
        ssrc: 900,
        rtx_ssrc: None,
        codecs: vec![other],
        extensions: Vec::new(),
    };
    world.engine.add_slot("ann", "ear", line, world.now).unwrap();
    talk(&mut world, &paths, 0, 10, [30; 6]);
    assert_eq!(world.client(&paths[0]).arrived.len(), 0);
}

#[test]
fn a_paused_slot_gives_its_speaker_to_another() {
    let (mut world, paths) = meet(2);
    world.engine.set_paused("ann-0", true, world.now).unwrap();
    talk(&mut world, &paths, 0, 50, [127, 30, 127, 127, 127, 127]);
    assert_eq!(world.changes_of("ann-0"), []);
    assert_eq!(world.changes_of("ann-1").pop().unwrap(), Some(("mic-ben".into(), None)));
    world.engine.set_paused("ann-0", false, world.now).unwrap();
    talk(&mut world, &paths, 50, 50, [127, 30, 127, 127, 127, 127]);
    assert_eq!(world.changes_of("ann-1").pop().unwrap(), Some(("mic-ben".into(), None)));
}
