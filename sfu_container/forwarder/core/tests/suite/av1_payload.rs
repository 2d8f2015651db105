//! AV1 payloads: aggregation, OBUs and the sequence header.

use parley_forwarder_core::codec::av1::PacketInfo;
use parley_forwarder_core::codec::{CodecError, Resolution};

use crate::support::{BitWriter, hex};

/// A sequence header OBU without size field, as libaom writes it, for 1280 × 720.
fn sequence_header() -> Vec<u8> {
    let mut bits = BitWriter::default();
    bits.bits(8, 0x08).bits(3, 0).flag(false).flag(false);
    // No timing info, no display delay, one operating point of level 5.
    bits.flag(false).flag(false).bits(5, 0).bits(12, 0).bits(5, 5);
    bits.bits(4, 10).bits(4, 9).bits(11, 1_279).bits(10, 719).bits(20, 0);
    bits.bytes()
}

/// One with all that may stand before the size: timing info, a decoder model, display delays, two operating points,
/// one of a level with a tier.
fn elaborate_sequence_header() -> Vec<u8> {
    let mut bits = BitWriter::default();
    bits.bits(8, 0x08).bits(3, 0).flag(false).flag(false);
    bits.flag(true).bits(32, 1).bits(32, 60).flag(true).exponential_golomb(5);
    bits.flag(true).bits(5, 9).bits(32, 1).bits(5, 4).bits(5, 4);
    bits.flag(true).bits(5, 1);
    bits.bits(12, 0x101).bits(5, 8).flag(true).flag(true).bits(10, 1).bits(10, 2).flag(false).flag(true).bits(4, 3);
    bits.bits(12, 0x102).bits(5, 7).flag(false).flag(false);
    bits.bits(4, 7).bits(4, 7).bits(8, 199).bits(8, 99);
    bits.bytes()
}

fn size(width: u32, height: u32) -> Option<Resolution> {
    Some(Resolution { width, height })
}

#[test]
fn the_first_packet_of_a_sequence_tells_its_size() {
    // N, W = 1.
    let packet = [&[0x18], &sequence_header()[..]].concat();
    let info = PacketInfo::parse(&packet).unwrap().frame_info(false);
    assert!(info.keyframe && info.starts_frame && !info.ends_frame);
    assert_eq!(info.resolution, size(1_280, 720));
}

#[test]
fn fields_before_the_size_are_passed_over() {
    let packet = [&[0x18], &elaborate_sequence_header()[..]].concat();
    assert_eq!(PacketInfo::parse(&packet).unwrap().resolution, size(200, 100));
}

#[test]
fn a_reduced_still_picture_header_is_read() {
    let mut bits = BitWriter::default();
    bits.bits(8, 0x18).bits(8, 0x08).bits(3, 0).flag(true).flag(true).bits(5, 0);
    bits.bits(4, 7).bits(4, 7).bits(8, 63).bits(8, 31);
    assert_eq!(PacketInfo::parse(&bits.bytes()).unwrap().resolution, size(64, 32));
}

#[test]
fn elements_with_and_without_length_are_told_apart() {
    let header = sequence_header();
    let frame = [0x34, 0x48, 1, 2, 3];
    let len = header.len() as u8;
    let counted = [&[0x28, len], &header[..], &frame].concat();
    let all_with_length = [&[0x08, len], &header[..], &[5], &frame].concat();
    for packet in [counted, all_with_length] {
        let info = PacketInfo::parse(&packet).unwrap();
        assert_eq!((info.resolution, info.temporal, info.spatial), (size(1_280, 720), 2, 1));
    }
}

#[test]
fn an_obu_with_a_size_field_is_read_behind_it() {
    let mut header = sequence_header();
    header[0] |= 0x02;
    header.insert(1, header.len() as u8 - 1);
    let packet = [&[0x18], &header[..]].concat();
    assert_eq!(PacketInfo::parse(&packet).unwrap().resolution, size(1_280, 720));
}

#[test]
fn what_goes_on_from_the_packet_before_is_not_taken_for_a_header() {
    // Z, W = 1: the element looks like a sequence header but is the middle of something.
    let packet = [&[0x90], &sequence_header()[..]].concat();
    let info = PacketInfo::parse(&packet).unwrap();
    assert_eq!(info.resolution, None);
    assert!(!info.frame_info(true).starts_frame && !info.frame_info(true).keyframe);
}

#[test]
fn a_damaged_sequence_header_has_no_size() {
    let whole = sequence_header();
    for len in 1..9 {
        let packet = [&[0x18], &whole[..len]].concat();
        assert_eq!(PacketInfo::parse(&packet).unwrap().resolution, None, "{len}");
    }
}

#[test]
fn elements_beyond_the_packet_are_refused() {
    for packet in ["", "00 05 0a", "20 05 0a", "00 ffffffffffffffffff", "10", "80", "00 01 04"] {
        assert_eq!(PacketInfo::parse(&hex(packet)), Err(CodecError::TooShort), "{packet}");
    }
}
