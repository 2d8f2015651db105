//! H264 packets: single units, aggregates, fragments, and the size in parameter sets.

use parley_forwarder_core::codec::h264::{PacketInfo, resolution};
use parley_forwarder_core::codec::{CodecError, Resolution};
use proptest::prelude::*;

use crate::support::{BitWriter, hex};

/// Sequence parameters of the baseline profile without their NAL header; crop is right and bottom, in units.
fn baseline(width_units: u64, height_units: u64, crop: Option<(u64, u64)>) -> Vec<u8> {
    let mut bits = BitWriter::default();
    bits.bits(8, 66).bits(16, 0xc01f).exponential_golomb(0);
    write_rest(&mut bits, width_units, height_units, true, crop);
    bits.bytes()
}

/// From log2_max_frame_num_minus4 on.
fn write_rest(bits: &mut BitWriter, width_units: u64, height_units: u64, frames_only: bool, crop: Option<(u64, u64)>) {
    bits.exponential_golomb(0).exponential_golomb(2).exponential_golomb(1).flag(false);
    bits.exponential_golomb(width_units - 1).exponential_golomb(height_units - 1).flag(frames_only);
    if !frames_only {
        bits.flag(false);
    }
    bits.flag(true).flag(crop.is_some());
    if let Some((right, bottom)) = crop {
        bits.exponential_golomb(0).exponential_golomb(right).exponential_golomb(0).exponential_golomb(bottom);
    }
    bits.flag(false).flag(true);
}

fn size(width: u32, height: u32) -> Option<Resolution> {
    Some(Resolution { width, height })
}

#[test]
fn the_size_is_cropped_to_what_is_shown() {
    assert_eq!(resolution(&baseline(40, 23, Some((0, 4)))), size(640, 360));
    assert_eq!(resolution(&baseline(20, 15, None)), size(320, 240));
    assert_eq!(resolution(&baseline(1, 1, Some((7, 7)))), size(2, 2));
}

#[test]
fn a_size_that_cropping_makes_nothing_or_less_is_not_believed() {
    assert_eq!(resolution(&baseline(1, 1, Some((8, 0)))), None);
    assert_eq!(resolution(&baseline(1, 1, Some((0, 100)))), None);
    assert_eq!(resolution(&baseline(0x1000, 1, None)), None);
}

#[test]
fn the_high_profile_with_scaling_lists_is_read() {
    let mut bits = BitWriter::default();
    bits.bits(8, 100).bits(16, 0x0028).exponential_golomb(0);
    bits.exponential_golomb(1).exponential_golomb(0).exponential_golomb(0).flag(false).flag(true);
    // A list that ends at once (the delta of -8 makes the next scale 0), one that is full, and six that are absent.
    bits.flag(true).exponential_golomb(16);
    // A delta of 0 is the single bit 1.
    bits.flag(true).all(1, &[1; 16]).bits(6, 0);
    write_rest(&mut bits, 120, 68, true, Some((0, 4)));
    assert_eq!(resolution(&bits.bytes()), size(1_920, 1_080));
}

#[test]
fn interlaced_and_444_pictures_are_cropped_in_their_units() {
    let mut bits = BitWriter::default();
    bits.bits(8, 244).bits(16, 0x0028).exponential_golomb(0);
    bits.exponential_golomb(3).flag(false).exponential_golomb(0).exponential_golomb(0).flag(false).flag(false);
    write_rest(&mut bits, 45, 18, false, Some((4, 2)));
    assert_eq!(resolution(&bits.bytes()), size(716, 572));
}

#[test]
fn picture_order_type_1_is_passed_over() {
    let mut bits = BitWriter::default();
    bits.bits(8, 66).bits(16, 0xc01f).exponential_golomb(0).exponential_golomb(0);
    bits.exponential_golomb(1).flag(false).exponential_golomb(3).exponential_golomb(4);
    bits.exponential_golomb(2).exponential_golomb(7).exponential_golomb(8);
    bits.exponential_golomb(1).flag(false).exponential_golomb(19).exponential_golomb(14).flag(true).flag(true);
    bits.flag(false).flag(false).flag(true);
    assert_eq!(resolution(&bits.bytes()), size(320, 240));
}

#[test]
fn emulation_prevention_is_undone() {
    let mut bits = BitWriter::default();
    bits.bits(8, 66).bits(16, 0).exponential_golomb(95);
    write_rest(&mut bits, 20, 15, true, None);
    let plain = bits.bytes();
    assert_eq!(plain[1..4], [0, 0, 3], "the 3 itself needs a 3 before it");
    let mut escaped = plain.clone();
    escaped.insert(3, 3);
    assert_eq!(resolution(&escaped), size(320, 240));
}

#[test]
fn parameter_sets_cut_anywhere_tell_nothing() {
    let whole = baseline(40, 23, Some((0, 4)));
    for len in 0..whole.len() - 1 {
        assert_eq!(resolution(&whole[..len]), None, "{len}");
    }
}

#[test]
fn single_units_are_told_apart() {
    let idr = PacketInfo::parse(&hex("65 88 84")).unwrap();
    assert!(idr.has_idr && idr.starts_picture && idr.has_reference);
    assert!(idr.frame_info(true).keyframe && idr.frame_info(true).ends_frame);
    let slice = PacketInfo::parse(&hex("41 9a 01")).unwrap();
    assert!(slice.starts_picture && !slice.frame_info(false).keyframe && !slice.frame_info(false).discardable);
    let later_slice = PacketInfo::parse(&hex("41 4a 01")).unwrap();
    assert!(!later_slice.starts_picture);
    let unreferenced = PacketInfo::parse(&hex("01 9a 01")).unwrap();
    assert!(unreferenced.frame_info(false).discardable);
    let delimiter = PacketInfo::parse(&hex("09 10")).unwrap();
    assert!(delimiter.starts_picture && !delimiter.frame_info(false).discardable);
}

#[test]
fn parameter_sets_start_a_keyframe_and_tell_its_size() {
    let packet = [&[0x67], &baseline(40, 23, Some((0, 4)))[..]].concat();
    let info = PacketInfo::parse(&packet).unwrap().frame_info(false);
    assert!(info.keyframe && info.starts_frame);
    assert_eq!(info.resolution, size(640, 360));
}

#[test]
fn an_aggregate_tells_what_all_its_units_tell() {
    let parameters = [&[0x67], &baseline(40, 23, Some((0, 4)))[..]].concat();
    let mut packet = vec![0x78];
    for unit in [&parameters[..], &[0x68, 0xce], &[0x65, 0x88]] {
        packet.extend((unit.len() as u16).to_be_bytes());
        packet.extend(unit);
    }
    let info = PacketInfo::parse(&packet).unwrap();
    assert!(info.has_sequence_parameters && info.has_picture_parameters && info.has_idr);
    assert_eq!(info.resolution, size(640, 360));
}

#[test]
fn broken_aggregates_are_refused() {
    for packet in ["78 00", "78 0003 6500", "78 0000"] {
        assert_eq!(PacketInfo::parse(&hex(packet)), Err(CodecError::TooShort), "{packet}");
    }
}

#[test]
fn every_fragment_of_an_idr_slice_belongs_to_a_keyframe_and_the_first_starts_it() {
    let first = PacketInfo::parse(&hex("7c 85 88 00")).unwrap();
    assert!(first.has_idr && first.starts_picture && first.has_reference);
    let middle = PacketInfo::parse(&hex("7c 05 88 00")).unwrap();
    assert!(middle.has_idr && !middle.starts_picture);
    let unreferenced = PacketInfo::parse(&hex("1c 01 88")).unwrap();
    assert!(unreferenced.frame_info(false).discardable);
    assert_eq!(PacketInfo::parse(&hex("7c")), Err(CodecError::TooShort));
}

#[test]
fn a_prefix_unit_tells_the_temporal_layer() {
    let packet = hex("78 0004 6e 80 00 47 0002 41 9a");
    let info = PacketInfo::parse(&packet).unwrap().frame_info(false);
    assert_eq!((info.temporal, info.switch_up), (2, false));
    let without_extension_flag = PacketInfo::parse(&hex("6e 00 00 47")).unwrap();
    assert_eq!(without_extension_flag.temporal, None);
}

#[test]
fn interleaved_forms_are_not_supported() {
    for nal_type in [0, 25, 26, 27, 29, 30, 31] {
        assert_eq!(PacketInfo::parse(&[nal_type, 0, 0, 0]), Err(CodecError::Unsupported));
    }
}

proptest! {
    #[test]
    fn any_size_in_whole_blocks_is_read(width in 1_u32..=2_048, height in 1_u32..=2_048) {
        let parameters = baseline(width.into(), height.into(), None);
        let mut escaped = Vec::new();
        for byte in parameters {
            if byte <= 3 && escaped.ends_with(&[0, 0]) {
                escaped.push(3);
            }
            escaped.push(byte);
        }
        prop_assert_eq!(resolution(&escaped), size(16 * width, 16 * height));
    }
}
