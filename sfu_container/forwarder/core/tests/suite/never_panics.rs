//! Bytes of any content into every parser, and into every function that takes what a parser returned.

use parley_forwarder_core::codec::av1::{DependencyTracker, PacketInfo as Av1Packet};
use parley_forwarder_core::codec::h264::{self, PacketInfo as H264Packet};
use parley_forwarder_core::codec::opus::{TableOfContents, is_silence};
use parley_forwarder_core::codec::red::RedundantPacket;
use parley_forwarder_core::codec::{vp8, vp9};
use parley_forwarder_core::demux::classify;
use parley_forwarder_core::rtcp::{Compound, Packet};
use parley_forwarder_core::rtp::Header;
use parley_forwarder_core::rtp::known_extension::{AbsoluteSendTime, AudioLevel, transport_sequence};
use parley_forwarder_core::srtp::Profile;
use parley_forwarder_core::stun::{IntegrityKey, Message};
use proptest::prelude::*;

use crate::support::SrtpPair;

/// How many inputs each parser gets; an hour's run sets it higher.
fn cases() -> ProptestConfig {
    let cases = std::env::var("PARLEY_FUZZ_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig::with_cases(cases.unwrap_or(2_000))
}

/// Random bytes behind a start that makes it past the first checks more often.
fn bytes_after(starts: &'static [&'static [u8]]) -> impl Strategy<Value = Vec<u8>> {
    let start = prop::sample::select(starts);
    (start, prop::collection::vec(any::<u8>(), 0..200), any::<bool>())
        .prop_map(|(start, rest, with_start)| if with_start { [start, &rest].concat() } else { rest })
}

/// A compound whose lengths are right and whose content is random.
fn framed_rtcp() -> impl Strategy<Value = Vec<u8>> {
    let packet = (200_u8..=207, 0x80_u8..=0xbf, prop::collection::vec(any::<[u8; 4]>(), 0..30));
    prop::collection::vec(packet, 0..5).prop_map(|packets| {
        let frames = packets.into_iter().map(|(packet_type, flags, words)| {
            let header = [flags, packet_type, 0, words.len() as u8];
            [&header[..], &words.concat()].concat()
        });
        frames.collect::<Vec<_>>().concat()
    })
}

fn walk_compound(bytes: &[u8]) {
    for packet in Compound::new(bytes).flatten() {
        match packet {
            Packet::SenderReport(report) => assert!(report.blocks().count() <= 31),
            Packet::ReceiverReport(report) => assert!(report.blocks().count() <= 31),
            Packet::SourceDescription(description) => assert!(description.cnames().count() <= 31),
            Packet::Goodbye(goodbye) => assert!(goodbye.ssrcs().count() <= 31),
            Packet::Nack(nack) => assert!(nack.sequences().count() <= 17 * bytes.len() / 4),
            Packet::TransportFeedback(feedback) => {
                assert_eq!(feedback.statuses().count(), usize::from(feedback.status_count));
            }
            Packet::FullIntraRequests(requests) => assert!(requests.requests().count() <= bytes.len() / 8),
            Packet::ReceiverBitrate(estimate) => assert!(estimate.ssrcs().count() <= 255),
            Packet::PictureLoss(_) | Packet::Other { .. } => {}
        }
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn stun(bytes in bytes_after(&[b"\x00\x01\x00\x20\x21\x12\xa4\x42"])) {
        if let Ok(message) = Message::parse(&bytes) {
            let _ = message.check_fingerprint();
            let _ = message.check_integrity(&IntegrityKey::new(b"key"));
            let _ = (message.local_ufrag(), message.unknown_attributes().count());
        }
        let _ = classify(&bytes);
    }

    #[test]
    fn rtp(bytes in bytes_after(&[b"\x90\x60\0\0\0\0\0\0\0\0\0\0\xbe\xde\0\x08", b"\xb0\x60\0\0\0\0\0\0\0\0\0\0\x10\0\0\x08"])) {
        if let Ok(header) = Header::parse(&bytes) {
            prop_assert!(header.len <= bytes.len());
            prop_assert_eq!(header.csrcs(&bytes).count(), usize::from(header.csrc_count));
            for extension in header.extensions(&bytes) {
                prop_assert_eq!(&bytes[extension.offset..][..extension.data.len()], extension.data);
                let _ = (AudioLevel::parse(extension.data), transport_sequence(extension.data));
                let _ = AbsoluteSendTime::parse(extension.data);
            }
            let _ = header.payload(&bytes);
        }
    }

    #[test]
    fn srtp(bytes in bytes_after(&[b"\x80\x60", b"\x90\x60\0\0\0\0\0\0\0\0\0\0\xbe\xde\0\x01"]), which in 0_usize..3) {
        let mut pair = SrtpPair::new(Profile::ALL[which]);
        if let Ok(header) = Header::parse(&bytes) {
            prop_assert!(pair.receiver.unprotect_rtp(&mut bytes.clone(), &header).is_err());
        }
        prop_assert!(pair.receiver.unprotect_rtcp(&mut bytes.clone()).is_err());
        let _ = pair.sender.protect_rtp(&mut pair.state, &mut bytes.clone(), 12, bytes.len() / 2);
        let _ = pair.sender.protect_rtcp(&mut bytes.clone(), bytes.len() / 2);
    }

    #[test]
    fn rtcp_of_random_bytes(bytes in bytes_after(&[b"\x8f\xcd\x00\x08", b"\x81\xca\x00\x04", b"\x8f\xce\x00\x05\0\0\0\0\0\0\0\0REMB"])) {
        walk_compound(&bytes);
    }

    #[test]
    fn rtcp_of_random_content(bytes in framed_rtcp()) {
        walk_compound(&bytes);
    }

    #[test]
    fn vp8_descriptors(mut bytes in bytes_after(&[b"\x90\xf0", b"\x10\x10\0\0\x9d\x01\x2a"])) {
        if let Ok(descriptor) = vp8::Descriptor::parse(&bytes) {
            prop_assert!(descriptor.len < bytes.len());
            prop_assert_eq!(descriptor.rewrite(&mut bytes, 0xffff, 0xff), Ok(()));
            let rewritten = vp8::Descriptor::parse(&bytes).unwrap();
            prop_assert_eq!(rewritten.len, descriptor.len);
            prop_assert_eq!(rewritten.picture_id.map(|id| id.value), descriptor.picture_id.map(|id| id.mask()));
            prop_assert_eq!(rewritten.frame_info(true), descriptor.frame_info(true));
        }
    }

    #[test]
    fn vp9_descriptors(mut bytes in bytes_after(&[b"\xaa\x80\x01", b"\xb2\x01"])) {
        if let Ok(descriptor) = vp9::Descriptor::parse(&bytes) {
            prop_assert!(descriptor.len <= bytes.len());
            prop_assert_eq!(descriptor.rewrite(&mut bytes, 0xffff, 0xff), Ok(()));
            let rewritten = vp9::Descriptor::parse(&bytes).unwrap();
            prop_assert_eq!(rewritten.len, descriptor.len);
            prop_assert_eq!(rewritten.picture_id.map(|id| id.value), descriptor.picture_id.map(|id| id.mask()));
            prop_assert_eq!(rewritten.frame_info(), descriptor.frame_info());
        }
    }

    #[test]
    fn h264_packets(bytes in bytes_after(&[b"\x67\x64\0\x28", b"\x67\x42\xc0\x1f", b"\x78\0\x08\x67", b"\x7c\x85"])) {
        if let Ok(info) = H264Packet::parse(&bytes) {
            let _ = info.frame_info(true);
        }
        if let Some(size) = h264::resolution(&bytes) {
            prop_assert!(size.width > 0 && size.height > 0);
        }
    }

    #[test]
    fn av1_packets(bytes in bytes_after(&[b"\x18\x08", b"\x28\x0a\x08", b"\x08\x14\x0a\x12"])) {
        if let Ok(info) = Av1Packet::parse(&bytes) {
            let _ = info.frame_info(true);
        }
    }

    #[test]
    fn dependency_descriptors(packets in prop::collection::vec(bytes_after(&[b"\xc0\0\x01\x80", b"\xc0\0\x01"]), 1..6)) {
        let mut tracker = DependencyTracker::default();
        for packet in packets {
            if let Ok(descriptor) = tracker.read(&packet) {
                let _ = descriptor.frame_info();
            }
            if let Some(structure) = tracker.structure() {
                let limit = parley_forwarder_core::codec::av1::LayerIds { spatial: 7, temporal: 7 };
                let best = structure.best_target(limit, tracker.active_targets());
                prop_assert!(best.is_none_or(|target| target < structure.decode_targets()));
            }
        }
    }

    #[test]
    fn audio_payloads(bytes in bytes_after(&[b"\xef\0\0\x03\x6f", b"\x78"])) {
        let _ = (TableOfContents::parse(&bytes), is_silence(&bytes));
        if let Ok(packet) = RedundantPacket::parse(&bytes) {
            let redundant: usize = packet.redundant().map(|block| block.data.len()).sum();
            prop_assert!(redundant + packet.primary.data.len() < bytes.len());
        }
    }
}
