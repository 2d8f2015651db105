//! What payloads and descriptors say of themselves.

use parley_forwarder_core::codec::av1::{DependencyTracker, LayerIds, PacketInfo as Av1Packet};
use parley_forwarder_core::codec::h264::{self, PacketInfo as H264Packet};
use parley_forwarder_core::codec::opus::{TableOfContents, is_silence};
use parley_forwarder_core::codec::red::RedundantPacket;
use parley_forwarder_core::codec::{vp8, vp9};

use crate::bytes::Input;

pub(crate) fn vp8(data: &[u8]) {
    let Ok(descriptor) = vp8::Descriptor::parse(data) else { return };
    assert!(descriptor.len < data.len());
    let mut bytes = data.to_vec();
    assert_eq!(descriptor.rewrite(&mut bytes, 0xffff, 0xff), Ok(()));
    let rewritten = vp8::Descriptor::parse(&bytes).expect("as long as before");
    assert_eq!(rewritten.len, descriptor.len);
    assert_eq!(rewritten.picture_id.map(|id| id.value), descriptor.picture_id.map(|id| id.mask()));
    assert_eq!(rewritten.frame_info(true), descriptor.frame_info(true));
}

pub(crate) fn vp9(data: &[u8]) {
    let Ok(descriptor) = vp9::Descriptor::parse(data) else { return };
    assert!(descriptor.len <= data.len());
    let mut bytes = data.to_vec();
    assert_eq!(descriptor.rewrite(&mut bytes, 0xffff, 0xff), Ok(()));
    let rewritten = vp9::Descriptor::parse(&bytes).expect("as long as before");
    assert_eq!(rewritten.len, descriptor.len);
    assert_eq!(rewritten.picture_id.map(|id| id.value), descriptor.picture_id.map(|id| id.mask()));
    assert_eq!(rewritten.frame_info(), descriptor.frame_info());
}

pub(crate) fn h264(data: &[u8]) {
    if let Ok(info) = H264Packet::parse(data) {
        let _ = info.frame_info(true);
    }
    if let Some(size) = h264::resolution(data) {
        assert!(size.width > 0 && size.height > 0);
    }
}

/// A payload, then dependency descriptors of one stream.
pub(crate) fn av1(data: &[u8]) {
    let mut input = Input::new(data);
    if let Ok(info) = Av1Packet::parse(input.bytes()) {
        let _ = info.frame_info(true);
    }
    let mut tracker = DependencyTracker::default();
    while !input.is_empty() {
        if let Ok(descriptor) = tracker.read(input.bytes()) {
            let _ = descriptor.frame_info();
        }
        if let Some(structure) = tracker.structure() {
            let limit = LayerIds { spatial: 7, temporal: 7 };
            let best = structure.best_target(limit, tracker.active_targets());
            assert!(best.is_none_or(|target| target < structure.decode_targets()));
        }
    }
}

pub(crate) fn audio(data: &[u8]) {
    let _ = (TableOfContents::parse(data), is_silence(data));
    if let Ok(packet) = RedundantPacket::parse(data) {
        let redundant: usize = packet.redundant().map(|block| block.data.len()).sum();
        assert!(redundant + packet.primary.data.len() < data.len());
    }
}
