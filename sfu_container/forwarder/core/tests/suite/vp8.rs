//! VP8 descriptors.

use parley_forwarder_core::codec::vp8::{Descriptor, TemporalLayer};
use parley_forwarder_core::codec::{CodecError, Resolution};

use crate::support::hex;

/// S=1, all optional fields: 15-bit picture id 0x1234, TL0PICIDX 9, TID 1 with Y, key index 3; then a keyframe of
/// 640 × 360 with scaling bits set.
const KEYFRAME: &str = "90 f0 9234 09 63  10 0200 9d012a 8042 6881";

#[test]
fn every_field_of_a_keyframe_is_read() {
    let descriptor = Descriptor::parse(&hex(KEYFRAME)).unwrap();
    let picture_id = descriptor.picture_id.unwrap();
    assert_eq!((picture_id.value, picture_id.is_wide, picture_id.mask()), (0x1234, true, 0x7fff));
    assert_eq!(descriptor.tl0_picture_index, Some(9));
    assert_eq!(descriptor.temporal, Some(TemporalLayer { id: 1, layer_sync: true }));
    assert_eq!((descriptor.starts_partition, descriptor.partition, descriptor.len), (true, 0, 6));
    let info = descriptor.frame_info(false);
    assert!(info.keyframe && info.starts_frame && !info.ends_frame && info.switch_up && !info.discardable);
    assert_eq!(info.resolution, Some(Resolution { width: 640, height: 360 }));
}

#[test]
fn a_later_packet_of_a_keyframe_does_not_start_one() {
    for later in ["80 00 10", "91 00 10", "00 10"] {
        let descriptor = Descriptor::parse(&hex(later)).unwrap();
        assert!(!descriptor.starts_keyframe && !descriptor.frame_info(false).starts_frame, "{later}");
    }
}

#[test]
fn an_inter_frame_is_no_keyframe() {
    let descriptor = Descriptor::parse(&hex("10 01 0200")).unwrap();
    let info = descriptor.frame_info(true);
    assert!(!info.keyframe && info.starts_frame && info.ends_frame);
    assert_eq!(info.resolution, None);
}

#[test]
fn a_keyframe_without_start_code_has_no_resolution() {
    let descriptor = Descriptor::parse(&hex("10 10 0200 000000 80026801")).unwrap();
    assert!(descriptor.starts_keyframe);
    assert_eq!(descriptor.resolution, None);
}

#[test]
fn a_frame_that_nothing_needs_is_discardable() {
    assert!(Descriptor::parse(&hex("30 01")).unwrap().frame_info(false).discardable);
}

#[test]
fn only_sync_frames_and_the_lowest_layer_allow_to_switch_up() {
    for (layers, allows) in [("00", true), ("40", false), ("60", true), ("80", false)] {
        let descriptor = Descriptor::parse(&hex(&format!("90 20 {layers} 01"))).unwrap();
        assert_eq!(descriptor.frame_info(false).switch_up, allows, "{layers}");
    }
}

#[test]
fn numbers_are_rewritten_in_their_width() {
    let mut wide = hex(KEYFRAME);
    let descriptor = Descriptor::parse(&wide).unwrap();
    descriptor.rewrite(&mut wide, 0xffff, 77).unwrap();
    assert_eq!(wide[..6], hex("90 f0 ffff 4d 63")[..]);
    assert_eq!(wide[6..], hex(KEYFRAME)[6..]);
    let mut narrow = hex("90 c0 05 09 01");
    let descriptor = Descriptor::parse(&narrow).unwrap();
    assert_eq!(descriptor.picture_id.map(|id| (id.value, id.mask())), Some((5, 0x7f)));
    descriptor.rewrite(&mut narrow, 0x1ff, 10).unwrap();
    assert_eq!(narrow, hex("90 c0 7f 0a 01"));
}

#[test]
fn fields_that_are_not_there_are_not_written() {
    let mut bare = hex("10 01 02");
    Descriptor::parse(&bare).unwrap().rewrite(&mut bare, 9, 9).unwrap();
    assert_eq!(bare, hex("10 01 02"));
}

#[test]
fn rewriting_something_shorter_is_an_error() {
    let descriptor = Descriptor::parse(&hex(KEYFRAME)).unwrap();
    for len in 0..5 {
        assert_eq!(descriptor.rewrite(&mut hex(KEYFRAME)[..len], 1, 1), Err(CodecError::TooShort));
    }
}

#[test]
fn a_descriptor_cut_anywhere_is_too_short() {
    let whole = hex(KEYFRAME);
    for len in 0..=6 {
        assert_eq!(Descriptor::parse(&whole[..len]), Err(CodecError::TooShort), "{len}");
    }
}
