//! MESSAGE-INTEGRITY and FINGERPRINT on the published messages (RFC 5769).

use parley_forwarder_core::stun::{Class, IceRole, IntegrityKey, METHOD_BINDING, Message, StunError};

use crate::support::hex;

const PASSWORD: &[u8] = b"VOkJxbRl1RmTxUk/WvJxBt";

/// Section 2.1: a request with short-term credentials.
fn published_request() -> Vec<u8> {
    hex("00010058 2112a442 b7e7a701 bc34d686 fa87dfae 80220010 5354554e 20746573 7420636c 69656e74 00240004 6e0001ff
         80290008 932ff9b1 51263b36 00060009 6576746a 3a683676 59202020 00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249
         c1b571a2 80280004 e57a3bcf")
}

/// Section 2.2: a response with an IPv4 address.
fn published_ipv4_response() -> Vec<u8> {
    hex("0101003c 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220 00200008 0001a147 e112a643
         00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7 80280004 c07d4c96")
}

/// Section 2.3: a response with an IPv6 address.
fn published_ipv6_response() -> Vec<u8> {
    hex("01010048 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220 00200014 0002a147 0113a9fa
         a5d3f179 bc25f4b5 bed2b9d9 00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41 80280004 c8fb0b4c")
}

#[test]
fn the_published_request_says_what_it_should() {
    let bytes = published_request();
    let message = Message::parse(&bytes).unwrap();
    assert_eq!((message.class, message.method), (Class::Request, METHOD_BINDING));
    assert_eq!(message.transaction_id.to_vec(), hex("b7e7a701 bc34d686 fa87dfae"));
    assert_eq!(message.username, Some(&b"evtj:h6vY"[..]));
    assert_eq!(message.local_ufrag(), Some(&b"evtj"[..]));
    assert_eq!(message.priority, Some(0x6e00_01ff));
    assert_eq!(message.role, Some(IceRole::Controlled(0x932f_f9b1_5126_3b36)));
    assert!(!message.use_candidate);
}

#[test]
fn the_published_messages_pass_both_checks() {
    let key = IntegrityKey::new(PASSWORD);
    for bytes in [published_request(), published_ipv4_response(), published_ipv6_response()] {
        let message = Message::parse(&bytes).unwrap();
        assert_eq!(message.check_fingerprint(), Ok(()));
        assert_eq!(message.check_integrity(&key), Ok(()));
    }
}

/// Section 2.4: long-term credentials, whose key is the MD5 hash of user, realm and password; it has no FINGERPRINT.
#[test]
fn the_published_message_without_fingerprint_passes_only_the_integrity_check() {
    let bytes =
        hex("00010060 2112a442 78ad3433 c6ad72c0 29da412e 00060012 e3839ee3 8388e383 aae38383 e382afe3 82b90000
         0015001c 662f2f34 39396b39 35346436 4f4c3334 6f4c3946 53547679 36347341 0014000b 6578616d 706c652e 6f726700
         00080014 f6702465 6dd64a3e 02b8e071 2e85c9a2 8ca89666");
    let message = Message::parse(&bytes).unwrap();
    let key = IntegrityKey::new(&hex("e8ca7ad5 9d5eb051 8e312911 d2dab2a9"));
    assert_eq!(message.check_integrity(&key), Ok(()));
    assert_eq!(message.check_fingerprint(), Err(StunError::BadFingerprint));
}

#[test]
fn another_password_fails_the_integrity_check() {
    let bytes = published_request();
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(message.check_integrity(&IntegrityKey::new(b"VOkJxbRl1RmTxUk/WvJxBT")), Err(StunError::BadIntegrity));
}

#[test]
fn any_flipped_bit_fails_a_check() {
    let key = IntegrityKey::new(PASSWORD);
    let original = published_request();
    for bit in 0..8 * original.len() {
        let mut bytes = original.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let passes = Message::parse(&bytes)
            .is_ok_and(|message| message.check_fingerprint().is_ok() && message.check_integrity(&key).is_ok());
        assert!(!passes, "bit {bit}");
    }
}

#[test]
fn a_message_without_integrity_is_told_from_one_with_a_wrong_tag() {
    let bytes = hex("00010000 2112a442 b7e7a701 bc34d686 fa87dfae");
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(message.check_integrity(&IntegrityKey::new(PASSWORD)), Err(StunError::MissingIntegrity));
}
