//! The packets of a frame, by codec.

use parley_forwarder_core::rtp::{ExtensionFormat, FixedFields, HeaderWriter};

use super::{Frame, HEIGHTS, Mark, Scheme};
use crate::simulation::bit_writer::BitWriter;
use crate::simulation::packets::DEPENDENCY_DESCRIPTOR;

/// Shortly before the picture ids of VP8 and VP9 wrap, and the frame numbers of AV1.
const FIRST_PICTURE: u32 = 0x7fc0;
const FIRST_FRAME: u32 = 0xff80;

/// `fields` are SSRC, sequence number, timestamp and marker.
pub(super) fn packet(
    scheme: Scheme,
    frame: &Frame,
    mark: &Mark,
    (ssrc, sequence, timestamp, marker): (u32, u16, u32, bool),
    len: usize,
) -> Vec<u8> {
    let payload_type = scheme.codec().payload_type;
    let fields = FixedFields { marker, payload_type, sequence, timestamp, ssrc };
    let has_descriptor = scheme.codec().name == "AV1";
    let descriptor = has_descriptor.then(|| dependency_descriptor(scheme, frame, mark));
    let is_long = descriptor.as_ref().is_some_and(|descriptor| descriptor.len() > 16);
    let format = if is_long { ExtensionFormat::TwoByte } else { ExtensionFormat::OneByte };
    let mut packet = vec![0; 1_500];
    let mut header = HeaderWriter::start(&mut packet, &fields, &[], format).unwrap();
    if let Some(descriptor) = descriptor {
        header.extension(DEPENDENCY_DESCRIPTOR.0, &descriptor).unwrap();
    }
    let header_len = header.finish().unwrap();
    packet.truncate(header_len);
    packet.extend(match scheme {
        Scheme::Vp8Simulcast | Scheme::Vp8Temporal => vp8(scheme, frame, mark),
        Scheme::H264Simulcast => h264(frame, mark),
        Scheme::Vp9Layers | Scheme::Vp9KeyLayers => vp9(frame, mark),
        Scheme::Av1Layers | Scheme::Av1KeyLayers => {
            vec![if mark.part > 0 { 0x90 } else { 0x10 | u8::from(frame.is_key) << 3 }]
        }
    });
    packet.resize(packet.len() + len, 0x55);
    mark.write(&mut packet);
    packet
}

fn picture_id(frame: &Frame) -> [u8; 2] {
    (0x8000 | ((FIRST_PICTURE + frame.picture) & 0x7fff) as u16).to_be_bytes()
}

fn size(height: u16) -> [u16; 2] {
    [height * 16 / 9, height]
}

fn vp8(scheme: Scheme, frame: &Frame, mark: &Mark) -> Vec<u8> {
    let [high, low] = picture_id(frame);
    let start = if mark.part == 0 { 0x90 } else { 0x80 };
    let mut payload = vec![start, 0xc0, high, low, (frame.base_pictures & 0xff) as u8];
    if scheme.has_temporal_layers() {
        payload[1] |= 0x20;
        payload.push(frame.temporal << 6 | u8::from(frame.is_sync) << 5);
    }
    match (mark.part, frame.is_key) {
        (0, true) => {
            payload.extend([0x10, 0, 0, 0x9d, 0x01, 0x2a]);
            payload.extend(size(HEIGHTS[frame.layer]).iter().flat_map(|side| side.to_le_bytes()));
        }
        _ => payload.push(0x01),
    }
    payload
}

fn vp9(frame: &Frame, mark: &Mark) -> Vec<u8> {
    let [high, low] = picture_id(frame);
    let has_structure = frame.is_key && frame.layer == 0 && mark.part == 0;
    let begin_end = u8::from(mark.part == 0) << 3 | u8::from(mark.part + 1 == mark.parts) << 2;
    let flags = 0xa0 | u8::from(!frame.is_key) << 6 | begin_end | u8::from(has_structure) << 1;
    let layers = (frame.layer as u8) << 1 | u8::from(frame.needs_layer_below);
    let mut payload = vec![flags, high, low, layers, (frame.base_pictures & 0xff) as u8];
    if has_structure {
        payload.push((2 << 5) | 0x10);
        payload.extend(HEIGHTS.iter().flat_map(|height| size(*height)).flat_map(u16::to_be_bytes));
    }
    payload
}

/// A keyframe is its sequence parameters in a packet of their own, and an IDR picture in fragments.
fn h264(frame: &Frame, mark: &Mark) -> Vec<u8> {
    let (first, unit) = if frame.is_key { (1, 5) } else { (0, 1) };
    if frame.is_key && mark.part == 0 {
        return [&[0x67][..], &sequence_parameters(HEIGHTS[frame.layer])].concat();
    }
    let start_end = u8::from(mark.part == first) << 7 | u8::from(mark.part + 1 == mark.parts) << 6;
    vec![0x7c, start_end | unit, 0x9a]
}

/// Of the baseline profile; the picture is cropped at the bottom.
fn sequence_parameters(height: u16) -> Vec<u8> {
    let [width, height] = size(height).map(u64::from);
    let rows = height.div_ceil(16);
    let mut bits = BitWriter::default();
    bits.bits(8, 66).bits(16, 0xc01f);
    bits.exponential_golomb(0).exponential_golomb(0).exponential_golomb(2).exponential_golomb(1).flag(false);
    bits.exponential_golomb(width / 16 - 1).exponential_golomb(rows - 1).all(1, &[1, 1, 1]);
    bits.exponential_golomb(0).exponential_golomb(0).exponential_golomb(0);
    bits.exponential_golomb((16 * rows - height) / 2).flag(false).flag(true);
    bits.bytes()
}

/// Templates in order: key and delta of each spatial layer; one decode target for each.
fn dependency_descriptor(scheme: Scheme, frame: &Frame, mark: &Mark) -> Vec<u8> {
    let template = 2 * frame.layer as u64 + u64::from(!frame.is_key);
    let mut bits = BitWriter::default();
    bits.flag(mark.part == 0).flag(mark.part + 1 == mark.parts);
    bits.bits(6, template).bits(16, u64::from((FIRST_FRAME + frame.number) & 0xffff));
    if frame.is_key && frame.layer == 0 && mark.part == 0 {
        // A structure follows, and nothing else.
        bits.bits(5, 0b1_0000);
        write_structure(&mut bits, scheme);
    }
    bits.bytes()
}

fn write_structure(bits: &mut BitWriter, scheme: Scheme) {
    // The first template id, and the number of decode targets less one.
    bits.bits(6, 0).bits(5, 2);
    // From each template to the next: 0 the same layer, 2 the next spatial one, 3 the end.
    bits.all(2, &[0, 2, 0, 2, 0, 3]);
    let (indications, differences) = if scheme.needs_layer_below(false) {
        (&INDICATIONS, &DIFFERENCES)
    } else {
        (&KEY_INDICATIONS, &KEY_DIFFERENCES)
    };
    indications.iter().for_each(|indications| {
        bits.all(2, indications);
    });
    for differences in differences {
        for difference in *differences {
            bits.flag(true).bits(4, difference - 1);
        }
        bits.flag(false);
    }
    // No chains; resolutions follow.
    bits.non_symmetric(4, 0).flag(true);
    for side in HEIGHTS.iter().flat_map(|height| size(*height)) {
        bits.bits(16, u64::from(side) - 1);
    }
}

/// Of each template for each decode target: 0 not present, 2 switch, 3 required.
const INDICATIONS: [[u64; 3]; 6] = [[2, 2, 2], [2, 3, 3], [0, 2, 2], [0, 2, 3], [0, 0, 2], [0, 0, 2]];
/// How many frames back those are that a template needs.
const DIFFERENCES: [&[u64]; 6] = [&[], &[3], &[1], &[3, 1], &[1], &[3, 1]];
/// Where layers need those below only in keyframes.
const KEY_INDICATIONS: [[u64; 3]; 6] = [[2, 2, 2], [2, 0, 0], [0, 2, 2], [0, 2, 0], [0, 0, 2], [0, 0, 2]];
const KEY_DIFFERENCES: [&[u64]; 6] = [&[], &[3], &[1], &[3], &[1], &[3]];
