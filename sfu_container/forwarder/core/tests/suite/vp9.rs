//! VP9 descriptors.

use parley_forwarder_core::codec::vp9::{Descriptor, Layers};
use parley_forwarder_core::codec::{CodecError, Resolution};

use crate::support::hex;

/// The first packet of a key picture in flexible mode: I, L, F, B and V; a 15-bit picture id; two spatial layers with
/// sizes, and a group of two pictures.
const KEY_PICTURE: &str = "ba 8fff 00  38 0140 00b4 0280 0168 02 04 01 20  aa";

#[test]
fn every_field_of_a_key_picture_is_read() {
    let descriptor = Descriptor::parse(&hex(KEY_PICTURE)).unwrap();
    assert_eq!(descriptor.picture_id.map(|id| (id.value, id.is_wide)), Some((0x0fff, true)));
    assert!(descriptor.flexible && descriptor.starts_frame && !descriptor.ends_frame);
    assert!(!descriptor.inter_picture_predicted);
    let structure = descriptor.structure.unwrap();
    assert_eq!(structure.spatial_layers, 2);
    assert_eq!(structure.resolution(0), Some(Resolution { width: 320, height: 180 }));
    assert_eq!(structure.resolution(1), Some(Resolution { width: 640, height: 360 }));
    assert_eq!(structure.resolution(2), None);
    assert_eq!(descriptor.len, hex(KEY_PICTURE).len() - 1);
    let info = descriptor.frame_info();
    assert!(info.keyframe && info.switch_up);
    assert_eq!(info.resolution, structure.resolution(0));
}

#[test]
fn layer_indices_are_read_with_the_index_of_layer_0_in_non_flexible_mode() {
    // I, P, L, B, E; picture id 5; TID 2, U, SID 1, D; TL0PICIDX 0x21.
    let descriptor = Descriptor::parse(&hex("ec 05 53 21 aa")).unwrap();
    assert_eq!(
        descriptor.layers,
        Some(Layers { temporal: 2, spatial: 1, switching_up_point: true, inter_layer_predicted: true })
    );
    assert_eq!(descriptor.tl0_picture_index, Some(0x21));
    let info = descriptor.frame_info();
    assert_eq!((info.spatial, info.temporal, info.keyframe), (1, 2, false));
    assert!(info.starts_frame && info.ends_frame && info.switch_up);
}

#[test]
fn upper_temporal_layers_without_switching_point_do_not_allow_to_switch_up() {
    assert!(!Descriptor::parse(&hex("ec 05 42 21 aa")).unwrap().frame_info().switch_up);
    assert!(Descriptor::parse(&hex("ec 05 02 21 aa")).unwrap().frame_info().switch_up);
}

#[test]
fn references_are_passed_over_and_are_at_most_three() {
    // I, P, F: references follow, each but the last with its lowest bit set.
    assert_eq!(Descriptor::parse(&hex("d0 05 03 05 06 aa")).unwrap().len, 5);
    assert_eq!(Descriptor::parse(&hex("d0 05 03 05 07 02")), Err(CodecError::Malformed));
}

#[test]
fn numbers_are_rewritten_in_their_width() {
    let mut narrow = hex("ec 05 53 21 aa");
    Descriptor::parse(&narrow).unwrap().rewrite(&mut narrow, 0x180 | 6, 0x22).unwrap();
    assert_eq!(narrow, hex("ec 06 53 22 aa"));
    let mut wide = hex(KEY_PICTURE);
    Descriptor::parse(&wide).unwrap().rewrite(&mut wide, 0x0001, 0x22).unwrap();
    assert_eq!(wide[..4], hex("ba 8001 00")[..]);
    assert_eq!(wide[4..], hex(KEY_PICTURE)[4..]);
}

#[test]
fn a_frame_that_upper_layers_do_not_need_is_told() {
    assert!(Descriptor::parse(&hex("8d 05 aa")).unwrap().not_inter_layer_reference);
}

#[test]
fn a_descriptor_cut_anywhere_is_too_short() {
    let whole = hex(KEY_PICTURE);
    for len in 0..whole.len() - 1 {
        assert_eq!(Descriptor::parse(&whole[..len]), Err(CodecError::TooShort), "{len}");
    }
}
