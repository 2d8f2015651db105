//! The RTP header is read once and bounds everything after it.

use parley_forwarder_core::rtp::{ExtensionFormat, Header, RtpError};

use crate::support::hex;

/// Two CSRCs, a one-byte extension block of one word, four bytes of payload and four of padding.
fn full_packet() -> Vec<u8> {
    hex("b2e0 1234 0000ffff cafebabe 00000001 00000002 bede0001 10ff0000 aabbccdd 00000004")
}

#[test]
fn every_field_is_read() {
    let packet = full_packet();
    let header = Header::parse(&packet).unwrap();
    assert!(header.marker);
    assert_eq!((header.payload_type, header.sequence), (96, 0x1234));
    assert_eq!((header.timestamp, header.ssrc), (0xffff, 0xcafe_babe));
    assert_eq!(header.csrcs(&packet).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(header.extension_format, Some(ExtensionFormat::OneByte));
    assert_eq!(header.len, 28);
    assert_eq!(header.payload(&packet), Ok(&hex("aabbccdd")[..]));
}

#[test]
fn a_header_cut_anywhere_is_too_short() {
    let packet = full_packet();
    for len in 0..28 {
        assert_eq!(Header::parse(&packet[..len]), Err(RtpError::TooShort), "{len}");
    }
    assert!(Header::parse(&packet[..28]).is_ok());
}

#[test]
fn other_versions_are_refused() {
    for version in [0x00, 0x40, 0xc0] {
        let mut packet = full_packet();
        packet[0] = packet[0] & 0x3f | version;
        assert_eq!(Header::parse(&packet), Err(RtpError::WrongVersion));
    }
}

#[test]
fn padding_must_be_inside_the_payload() {
    let mut packet = full_packet();
    let last = packet.len() - 1;
    for (padding, expected) in [(0, None), (1, Some(7)), (8, Some(0)), (9, None), (255, None)] {
        packet[last] = padding;
        let header = Header::parse(&packet).unwrap();
        let len = header.payload(&packet).map(<[u8]>::len);
        assert_eq!(len, expected.ok_or(RtpError::BadPadding), "{padding}");
    }
    let empty = hex("a060 0001 00000001 00000001");
    assert_eq!(Header::parse(&empty).unwrap().payload(&empty), Err(RtpError::BadPadding));
}

#[test]
fn an_unknown_extension_profile_is_passed_over() {
    let packet = hex("9060 0001 00000001 00000001 abac0001 10ff0000 77");
    let header = Header::parse(&packet).unwrap();
    assert_eq!((header.extension_format, header.len), (None, 20));
    assert_eq!(header.extensions(&packet).count(), 0);
    assert_eq!(header.payload(&packet), Ok(&[0x77][..]));
}

#[test]
fn a_header_asked_with_a_shorter_packet_gives_nothing() {
    let packet = full_packet();
    let header = Header::parse(&packet).unwrap();
    assert_eq!(header.csrcs(&packet[..14]).count(), 0);
    assert_eq!(header.extensions(&packet[..20]).count(), 0);
    assert_eq!(header.payload(&packet[..20]), Err(RtpError::TooShort));
}
