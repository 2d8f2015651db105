//! Layers in one stream on a link that becomes narrow and wide again: what comes can be decoded all the time.

use std::time::Duration;

use parley_forwarder_core::time::Instant;

use crate::simulation::{Reporting, Scheme, Studio};

const WIDE: u64 = 3_000_000;
/// Carries the lowest layer, which takes 0.1 Mbit/s.
const NARROW: u64 = 300_000;
/// Carries the lower two, which take 0.5 Mbit/s.
const HALF: u64 = 900_000;
/// What is under way when the link becomes narrow may be lost.
const SETTLED: Duration = Duration::from_secs(2);
const MAX_FREEZE: Duration = Duration::from_secs(1);

/// The size that is shown now.
fn shown(studio: &mut Studio) -> u32 {
    studio.watched().shown.last().unwrap().size
}

/// Lets the link become so narrow that layers up to a size fit, and wide again.
fn follow(scheme: Scheme, narrow: u64, size: u32) {
    let mut studio = Studio::with_camera(scheme, WIDE, Reporting::Arrivals);
    studio.run(Duration::from_secs(10));
    assert_eq!(shown(&mut studio), 2, "3 Mbit/s carry every layer");
    studio.link.bits_per_second = narrow;
    let fell_at = studio.world.now;
    studio.run(SETTLED);
    assert_eq!(shown(&mut studio), size);
    studio.run(Duration::from_secs(5));
    assert_eq!(shown(&mut studio), size, "it stays so");
    studio.link.bits_per_second = WIDE;
    studio.run(Duration::from_secs(10));
    assert_eq!(shown(&mut studio), 2);

    let watched = studio.watched();
    let is_settled = |at: Instant| at < fell_at || at - fell_at > SETTLED;
    // The last one has not come as a whole so far.
    let last = watched.broken.last().map(|picture| picture.at).max(watched.shown.last().map(|picture| picture.at));
    let broken = watched.broken.iter().find(|picture| is_settled(picture.at) && Some(picture.at) < last);
    assert!(broken.is_none(), "{broken:?} cannot be decoded");
    assert!(watched.longest_freeze() <= MAX_FREEZE, "the picture stood still for {:?}", watched.longest_freeze());
}

#[test]
fn vp9_with_spatial_layers() {
    follow(Scheme::Vp9Layers, NARROW, 0);
}

#[test]
fn vp9_with_layers_that_need_one_another_in_keyframes() {
    follow(Scheme::Vp9KeyLayers, HALF, 1);
}

#[test]
fn av1_with_spatial_layers() {
    follow(Scheme::Av1Layers, HALF, 1);
}

#[test]
fn av1_with_layers_that_need_one_another_in_keyframes() {
    follow(Scheme::Av1KeyLayers, NARROW, 0);
}

#[test]
fn encodings_that_do_not_fit_pause_at_the_publisher_until_the_link_carries_them() {
    let mut studio = Studio::new(WIDE, Reporting::Arrivals);
    studio.obeys = true;
    studio.run(Duration::from_secs(12));
    assert_eq!((studio.carried().as_deref(), studio.camera.is_on), (Some("f"), [false, false, true]));

    studio.link.bits_per_second = NARROW;
    studio.run(Duration::from_secs(10));
    assert_eq!((studio.carried().as_deref(), studio.camera.is_on), (Some("q"), [true, false, false]));

    studio.link.bits_per_second = WIDE;
    studio.run(Duration::from_secs(10));
    assert_eq!(studio.carried().as_deref(), Some("f"));
    assert!(studio.camera.is_on[2]);
    studio.run(Duration::from_secs(6));
    assert_eq!((studio.carried().as_deref(), studio.camera.is_on), (Some("f"), [false, false, true]));
    let longest = studio.watched().longest_freeze();
    assert!(longest <= MAX_FREEZE, "the picture stood still for {longest:?}");
}
