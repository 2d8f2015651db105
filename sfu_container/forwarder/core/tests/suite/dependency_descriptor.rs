//! The dependency descriptor, on a stream with two spatial and two temporal layers.

use parley_forwarder_core::codec::av1::{
    DependencyDescriptor, DependencyTracker, Indication, LayerIds, rewrite_frame_number,
};
use parley_forwarder_core::codec::{CodecError, Resolution};

use crate::support::BitWriter;

const TEMPLATE_ID_OFFSET: u64 = 60;
const KEY: u64 = 0;
const KEY_UPPER: u64 = 1;
const DELTA_TEMPORAL_1: u64 = 3;

/// The mandatory fields; `template` counts from the offset and its id wraps at 64.
fn mandatory(template: u64, frame_number: u16) -> BitWriter {
    let mut bits = BitWriter::default();
    bits.flag(true).flag(false).bits(6, (TEMPLATE_ID_OFFSET + template) % 64).bits(16, frame_number.into());
    bits
}

/// Which of the five flags of an extended descriptor are set, in order: structure, active targets, custom indications,
/// custom differences, custom chains.
fn flags(bits: &mut BitWriter, set: [bool; 5]) {
    bits.all(1, &set.map(u64::from));
}

/// Two decode targets for each spatial layer (temporal 0, temporal 0 and 1) and five templates: key and delta of each
/// spatial layer, and one of temporal layer 1. Two chains protect the targets of each spatial layer.
fn write_structure(bits: &mut BitWriter) {
    bits.bits(6, TEMPLATE_ID_OFFSET).bits(5, 3);
    // Layers: (0,0) key, (0,0) delta, (0,0) delta, (0,1), (1,0).
    bits.bits(2, 0).bits(2, 0).bits(2, 1).bits(2, 2).bits(2, 3);
    // 0 not present, 1 discardable, 2 switch, 3 required.
    for indications in [[2, 2, 2, 2], [3, 3, 3, 3], [3, 3, 3, 3], [0, 1, 0, 3], [0, 0, 2, 2]] {
        bits.all(2, &indications);
    }
    for differences in [&[][..], &[2], &[4], &[2, 16], &[1]] {
        for difference in differences {
            bits.flag(true).bits(4, difference - 1);
        }
        bits.flag(false);
    }
    bits.non_symmetric(5, 2);
    for chain in [0, 0, 1, 1] {
        bits.non_symmetric(2, chain);
    }
    for chains in [[0, 0], [2, 1], [4, 3], [2, 1], [1, 1]] {
        bits.all(4, &chains);
    }
    bits.flag(true);
    bits.all(16, &[319, 179, 639, 359]);
}

fn keyframe(frame_number: u16) -> Vec<u8> {
    let mut bits = mandatory(KEY, frame_number);
    flags(&mut bits, [true, false, false, false, false]);
    write_structure(&mut bits);
    bits.bytes()
}

fn short(template: u64, frame_number: u16) -> Vec<u8> {
    mandatory(template, frame_number).bytes()
}

fn tracker_after_keyframe(frame_number: u16) -> DependencyTracker {
    let mut tracker = DependencyTracker::default();
    tracker.read(&keyframe(frame_number)).unwrap();
    tracker
}

#[test]
fn a_keyframe_brings_the_structure() {
    let mut tracker = DependencyTracker::default();
    let descriptor = tracker.read(&keyframe(100)).unwrap();
    assert!(descriptor.starts_frame && !descriptor.ends_frame);
    assert_eq!(descriptor.frame_number, 100);
    let info = descriptor.frame_info();
    assert!(info.keyframe && info.switch_up && !info.discardable);
    assert_eq!(info.resolution, Some(Resolution { width: 320, height: 180 }));
    let structure = tracker.structure().unwrap();
    assert_eq!((structure.decode_targets(), structure.chains()), (4, 2));
    assert_eq!([0, 1, 2, 3, 4].map(|target| structure.chain_of(target)), [Some(0), Some(0), Some(1), Some(1), None]);
    assert_eq!(structure.resolution(1), Some(Resolution { width: 640, height: 360 }));
    assert_eq!(tracker.active_targets(), 0b1111);
}

#[test]
fn a_short_descriptor_is_completed_by_its_template() {
    let mut tracker = tracker_after_keyframe(100);
    let descriptor = tracker.read(&short(DELTA_TEMPORAL_1, 105)).unwrap();
    assert_eq!(descriptor.layers, LayerIds { spatial: 0, temporal: 1 });
    assert_eq!(descriptor.frame_differences.as_slice(), [2, 16]);
    assert_eq!(descriptor.chain_differences.as_slice(), [2, 1]);
    let indications = [0, 1, 2, 3, 4, 40].map(|target| descriptor.indications.get(target));
    use Indication::{Discardable, NotPresent, Required};
    assert_eq!(indications, [NotPresent, Discardable, NotPresent, Required, NotPresent, NotPresent]);
    assert!(!descriptor.frame_info().keyframe);
}

#[test]
fn a_frame_of_an_upper_layer_has_its_size() {
    let descriptor = tracker_after_keyframe(1).read(&short(4, 2)).unwrap();
    assert_eq!(descriptor.layers, LayerIds { spatial: 1, temporal: 0 });
    assert_eq!(descriptor.resolution, Some(Resolution { width: 640, height: 360 }));
}

#[test]
fn what_a_frame_writes_out_replaces_its_template() {
    let mut tracker = tracker_after_keyframe(100);
    let mut bits = mandatory(KEY_UPPER, 101);
    flags(&mut bits, [false, false, true, true, true]);
    bits.all(2, &[1, 1, 0, 1]);
    bits.bits(2, 1).bits(4, 6).bits(2, 3).bits(12, 999).bits(2, 0);
    bits.bits(8, 200).bits(8, 0);
    let descriptor = tracker.read(&bits.bytes()).unwrap();
    assert_eq!(descriptor.frame_differences.as_slice(), [7, 1_000]);
    assert_eq!(descriptor.chain_differences.as_slice(), [200, 0]);
    assert!(descriptor.frame_info().discardable);
}

#[test]
fn active_targets_hold_until_they_are_told_anew() {
    let mut tracker = tracker_after_keyframe(100);
    let told = |frame_number, mask| {
        let mut bits = mandatory(KEY_UPPER, frame_number);
        flags(&mut bits, [false, true, false, false, false]);
        bits.bits(4, mask).bytes()
    };
    let descriptor = tracker.read(&told(101, 0b0011)).unwrap();
    assert_eq!(descriptor.active_targets, Some(0b0011));
    tracker.read(&short(KEY_UPPER, 102)).unwrap();
    assert_eq!(tracker.active_targets(), 0b0011);
    tracker.read(&told(99, 0b1000)).unwrap();
    assert_eq!(tracker.active_targets(), 0b0011, "a late packet does not count");
}

#[test]
fn the_best_target_is_the_highest_within_the_limit_that_is_sent() {
    let tracker = tracker_after_keyframe(100);
    let structure = tracker.structure().unwrap();
    let best = |spatial, temporal, active| structure.best_target(LayerIds { spatial, temporal }, active);
    assert_eq!(structure.layers_of(3), LayerIds { spatial: 1, temporal: 1 });
    assert_eq!(best(7, 7, 0b1111), Some(3));
    assert_eq!(best(1, 0, 0b1111), Some(2));
    assert_eq!(best(0, 7, 0b1111), Some(1));
    assert_eq!(best(7, 7, 0b0011), Some(1));
    assert_eq!(best(0, 0, 0b1110), None);
}

#[test]
fn without_structure_or_template_a_packet_tells_nothing() {
    let mut tracker = DependencyTracker::default();
    assert_eq!(tracker.read(&short(KEY, 1)), Err(CodecError::UnknownStructure));
    assert_eq!(tracker.active_targets(), 0);
    let mut tracker = tracker_after_keyframe(1);
    assert_eq!(tracker.read(&short(5, 2)), Err(CodecError::UnknownStructure));
}

#[test]
fn a_late_structure_does_not_replace_a_newer_one_but_a_new_count_does() {
    let smaller = |frame_number: u16| {
        let mut bits = mandatory(KEY, frame_number);
        flags(&mut bits, [true, false, false, false, false]);
        // One template, one decode target, no chains, no sizes.
        bits.bits(6, TEMPLATE_ID_OFFSET).bits(5, 0).bits(2, 3).bits(2, 2).flag(false).non_symmetric(2, 0).flag(false);
        bits.bytes()
    };
    let targets = |tracker: &DependencyTracker| tracker.structure().unwrap().decode_targets();
    let mut tracker = tracker_after_keyframe(5_000);
    tracker.read(&smaller(4_990)).unwrap();
    assert_eq!(targets(&tracker), 4);
    tracker.read(&smaller(5_001)).unwrap();
    assert_eq!(targets(&tracker), 1);
    tracker.read(&keyframe(0)).unwrap();
    assert_eq!(targets(&tracker), 4);
}

#[test]
fn the_frame_number_is_rewritten_in_place() {
    let mut data = short(KEY, 100);
    rewrite_frame_number(&mut data, 0xabcd).unwrap();
    assert_eq!(tracker_after_keyframe(1).read(&data).unwrap().frame_number, 0xabcd);
    assert_eq!(rewrite_frame_number(&mut [0, 1], 1), Err(CodecError::TooShort));
}

#[test]
fn a_descriptor_cut_anywhere_is_refused() {
    let whole = keyframe(1);
    for len in 0..whole.len() {
        assert!(DependencyDescriptor::parse(&whole[..len], None).is_err(), "{len}");
    }
}

#[test]
fn structures_beyond_the_limits_are_refused() {
    let start = || {
        let mut bits = mandatory(KEY, 1);
        flags(&mut bits, [true, false, false, false, false]);
        bits.bits(6, TEMPLATE_ID_OFFSET).bits(5, 0);
        bits
    };
    let mut many_templates = start();
    many_templates.all(2, &[0; 64]);
    let mut many_layers = start();
    many_layers.all(2, &[1; 8]);
    let mut many_differences = start();
    // A flag and a difference of 1, nine times.
    many_differences.bits(2, 3).bits(2, 2).all(5, &[0b1_0000; 9]);
    for bits in [many_templates, many_layers, many_differences] {
        let data = [bits.bytes(), vec![0xff; 60]].concat();
        assert_eq!(DependencyDescriptor::parse(&data, None), Err(CodecError::Malformed));
    }
}
