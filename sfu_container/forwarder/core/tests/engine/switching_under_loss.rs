//! A viewer who changes layers and people on a network that loses, delays and repeats packets sees one stream that
//! decodes. `PARLEY_SIMULATION_SEEDS` says over how many networks; the seed of one that fails is printed.

use std::time::Duration;

use parley_forwarder_core::negotiated::Wish;

use crate::simulation::{Conditions, Decoder, Encoder, Scheme, World};

const PICTURE: Duration = Duration::from_micros(33_333);
const DEFAULT_SEEDS: u64 = 8;
const SLOT_SSRC: u32 = 5_900;
const MAX_FREEZE: Duration = Duration::from_secs(1);
const ROUGH: Conditions =
    Conditions { loss: 0.05, duplication: 0.02, delay: Duration::from_millis(20), jitter: Duration::from_millis(15) };

/// Whom the viewer watches, how high and up to which temporal layer, and which of the three sizes that is.
const PROGRAMME: [(&str, u32, u8, u32); 5] =
    [("ann", 180, 1, 0), ("ann", 720, 2, 2), ("ben", 720, 0, 2), ("ben", 180, 2, 0), ("ann", 360, 1, 1)];

/// Prints the seed when a test panics.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the seed was {}", self.0);
        }
    }
}

fn for_each_seed(run: impl Fn(u64)) {
    let told = std::env::var("PARLEY_SIMULATION_SEEDS").ok().map(|seeds| seeds.parse().unwrap());
    for seed in 1..=told.unwrap_or(DEFAULT_SEEDS) {
        let _seed = Seed(seed);
        run(seed);
    }
}

fn route(world: &mut World, publication: &str, max_height: u32, max_temporal: u8) {
    let wish = Wish { max_height, max_temporal, priority: 0 };
    world.engine.route("slot", Some(publication), wish, world.now).unwrap();
}

/// Lets a viewer follow the programme; `ssrcs` are those of the two publishers.
fn watch(scheme: Scheme, seed: u64, ssrcs: (u32, u32)) {
    let mut world = World::with_loss(0.0, seed);
    let (ann, ben, bob) = (world.join("ann"), world.join("ben"), world.join("viewer"));
    let mut encoders = [Encoder::new(ann, scheme, ssrcs.0), Encoder::new(ben, scheme, ssrcs.1)];
    encoders[0].publish(&mut world, "ann", "ann");
    encoders[1].publish(&mut world, "ben", "ben");
    world.add_slot("viewer", "slot", scheme.codec(), SLOT_SSRC);
    let mut run = |world: &mut World, pictures: u32| {
        for _ in 0..pictures {
            encoders.iter_mut().for_each(|encoder| encoder.shoot(world));
            world.advance(PICTURE);
        }
    };
    // Nobody can miss what comes before the first packet of a stream.
    world.network.set(Conditions { delay: ROUGH.delay, ..Conditions::default() });
    route(&mut world, PROGRAMME[0].0, PROGRAMME[0].1, PROGRAMME[0].2);
    run(&mut world, 5);
    world.network.set(ROUGH);
    let mut until = Vec::new();
    for (publication, height, temporal, _) in PROGRAMME {
        route(&mut world, publication, height, temporal);
        run(&mut world, 45);
        until.push(world.now);
    }
    world.network.set(Conditions { loss: 0.0, ..ROUGH });
    run(&mut world, 15);
    world.advance(Duration::from_millis(500));

    let viewer = world.client(&bob);
    assert_eq!(viewer.gaps(SLOT_SSRC), []);
    let decoder = Decoder::decode(scheme, &viewer.of(SLOT_SSRC));
    assert!(decoder.longest_freeze() <= MAX_FREEZE, "the picture stood still for {:?}", decoder.longest_freeze());
    for (now, (publication, _, _, size)) in until.into_iter().zip(PROGRAMME) {
        let shown = decoder.shown.iter().rfind(|shown| shown.at <= now).unwrap();
        let first_ssrc = if publication == "ann" { ssrcs.0 } else { ssrcs.1 };
        let ssrc = if scheme.is_layered() { first_ssrc } else { first_ssrc + size };
        assert_eq!((shown.ssrc, shown.size), (ssrc, size), "{publication} is shown in the size wished for");
    }
}

#[test]
fn vp8_simulcast() {
    for_each_seed(|seed| watch(Scheme::Vp8Simulcast, seed, (100, 200)));
}

#[test]
fn vp8_simulcast_with_temporal_layers() {
    for_each_seed(|seed| watch(Scheme::Vp8Temporal, seed, (100, 200)));
}

#[test]
fn h264_simulcast() {
    for_each_seed(|seed| watch(Scheme::H264Simulcast, seed, (100, 200)));
}

#[test]
fn vp9_with_spatial_layers() {
    for_each_seed(|seed| watch(Scheme::Vp9Layers, seed, (100, 200)));
}

#[test]
fn vp9_with_layers_that_need_one_another_in_keyframes() {
    for_each_seed(|seed| watch(Scheme::Vp9KeyLayers, seed, (100, 200)));
}

#[test]
fn av1_with_layers_that_need_one_another_in_keyframes() {
    for_each_seed(|seed| watch(Scheme::Av1KeyLayers, seed, (100, 200)));
}

#[test]
fn av1_with_spatial_layers() {
    for_each_seed(|seed| watch(Scheme::Av1Layers, seed, (100, 200)));
}

#[test]
fn two_publishers_with_the_same_ssrcs_and_one_with_those_of_the_slot() {
    for_each_seed(|seed| watch(Scheme::Vp8Simulcast, seed, (100, 100)));
    for_each_seed(|seed| watch(Scheme::Vp9Layers, seed, (SLOT_SSRC, SLOT_SSRC)));
}
