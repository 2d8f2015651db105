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
