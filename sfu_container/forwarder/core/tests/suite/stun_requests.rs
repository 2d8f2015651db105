//! Which messages are read, and what is taken from them.

use parley_forwarder_core::stun::{
    Class, IceRole, IntegrityKey, MAX_ATTRIBUTES, MAX_MESSAGE_LEN, Message, StunError, kind,
};
use proptest::prelude::*;

/// A message of any type with the attributes given, each padded with zeros.
fn message(message_type: u16, attributes: &[(u16, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (kind, value) in attributes {
        body.extend(kind.to_be_bytes());
        body.extend((value.len() as u16).to_be_bytes());
        body.extend(*value);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    let mut bytes = message_type.to_be_bytes().to_vec();
    bytes.extend((body.len() as u16).to_be_bytes());
    bytes.extend(0x2112_a442_u32.to_be_bytes());
    bytes.extend([7; 12]);
    bytes.extend(body);
    bytes
}

#[test]
fn a_nominating_check_of_the_controlling_side_is_understood() {
    let bytes = message(
        1,
        &[
            (kind::USERNAME, b"ours:theirs"),
            (kind::ICE_CONTROLLING, &[0, 0, 0, 0, 0, 0, 1, 2]),
            (kind::USE_CANDIDATE, &[]),
            (kind::PRIORITY, &[0, 1, 0, 2]),
        ],
    );
    let request = Message::parse(&bytes).unwrap();
    assert_eq!(request.local_ufrag(), Some(&b"ours"[..]));
    assert_eq!(request.role, Some(IceRole::Controlling(0x102)));
    assert!(request.use_candidate);
    assert_eq!(request.priority, Some(0x1_0002));
    assert_eq!(request.unknown_attributes().count(), 0);
}

#[test]
fn class_and_method_are_taken_apart() {
    let classes = [0x0001, 0x0011, 0x0101, 0x0111].map(|message_type| {
        let bytes = message(message_type, &[]);
        let parsed = Message::parse(&bytes).unwrap();
        assert_eq!(parsed.method, 1);
        parsed.class
    });
    assert_eq!(classes, [Class::Request, Class::Indication, Class::SuccessResponse, Class::ErrorResponse]);
    let all_method_bits = message(0x3eef, &[]);
    assert_eq!(Message::parse(&all_method_bits).unwrap().method, 0xfff);
}

#[test]
fn a_username_without_colon_names_nobody() {
    let bytes = message(1, &[(kind::USERNAME, b"ours")]);
    assert_eq!(Message::parse(&bytes).unwrap().local_ufrag(), None);
    let bytes = message(1, &[]);
    assert_eq!(Message::parse(&bytes).unwrap().local_ufrag(), None);
}

#[test]
fn the_first_of_equal_attributes_counts() {
    let bytes = message(1, &[(kind::USERNAME, b"a:b"), (kind::USERNAME, b"c:d")]);
    assert_eq!(Message::parse(&bytes).unwrap().local_ufrag(), Some(&b"a"[..]));
}

#[test]
fn what_stands_behind_the_integrity_is_not_believed() {
    let bytes = message(1, &[(kind::MESSAGE_INTEGRITY, &[0; 20]), (kind::USE_CANDIDATE, &[]), (0x7777, &[])]);
    let request = Message::parse(&bytes).unwrap();
    assert!(!request.use_candidate);
    assert_eq!(request.unknown_attributes().count(), 0);
}

#[test]
fn attributes_that_had_to_be_understood_are_named_once_and_at_most_four() {
    let unknown = [0x7001, 0x7002, 0x7001, 0x7003, 0x7004, 0x7005, 0xc057];
    let bytes = message(1, &unknown.map(|kind| (kind, &b"x"[..])));
    let named: Vec<u16> = Message::parse(&bytes).unwrap().unknown_attributes().collect();
    assert_eq!(named, [0x7001, 0x7002, 0x7003, 0x7004]);
}

#[test]
fn values_of_a_wrong_length_are_refused() {
    for (kind, value) in [
        (kind::PRIORITY, &[1, 2, 3][..]),
        (kind::ICE_CONTROLLING, &[0; 7]),
        (kind::ICE_CONTROLLED, &[0; 9]),
        (kind::MESSAGE_INTEGRITY, &[0; 19]),
    ] {
        let bytes = message(1, &[(kind, value)]);
        assert_eq!(Message::parse(&bytes).err(), Some(StunError::BadAttribute), "{kind:#x}");
    }
}

#[test]
fn nothing_may_follow_the_fingerprint() {
    let bytes = message(1, &[(kind::FINGERPRINT, &[0; 4]), (kind::PRIORITY, &[0; 4])]);
    assert_eq!(Message::parse(&bytes).err(), Some(StunError::BadAttribute));
}

#[test]
fn headers_that_are_not_stun_are_refused() {
    let good = message(1, &[]);
    let mut wrong_cookie = good.clone();
    wrong_cookie[4] ^= 1;
    let mut wrong_length = good.clone();
    wrong_length[3] = 4;
    let mut reserved_bits = good.clone();
    reserved_bits[0] = 0x40;
    let mut half_a_word = [&good[..], &[0, 0]].concat();
    half_a_word[3] = 2;
    let long = message(1, &[(0xc000, &[0; MAX_MESSAGE_LEN])]);
    for bytes in [&wrong_cookie[..], &wrong_length, &reserved_bits, &good[..19], &[], &half_a_word, &long] {
        assert_eq!(Message::parse(bytes).err(), Some(StunError::NotStun));
    }
}

#[test]
fn more_attributes_than_the_limit_are_refused() {
    let most = vec![(0xc000, &b""[..]); MAX_ATTRIBUTES];
    assert!(Message::parse(&message(1, &most)).is_ok());
    let too_many = vec![(0xc000, &b""[..]); MAX_ATTRIBUTES + 1];
    assert_eq!(Message::parse(&message(1, &too_many)).err(), Some(StunError::BadAttribute));
}

#[test]
fn an_attribute_that_runs_over_the_end_is_refused() {
    let mut bytes = message(1, &[(kind::USERNAME, b"a:bc")]);
    bytes[23] = 5;
    assert_eq!(Message::parse(&bytes).err(), Some(StunError::BadAttribute));
}

proptest! {
    #[test]
    fn any_attributes_are_read_without_a_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut bytes = message(1, &[]);
        let whole = body.len() / 4 * 4;
        bytes[2..4].copy_from_slice(&(whole as u16).to_be_bytes());
        bytes.extend(&body[..whole]);
        if let Ok(request) = Message::parse(&bytes) {
            let _ = request.check_fingerprint();
            let _ = request.check_integrity(&IntegrityKey::new(b"key"));
            prop_assert!(request.attributes().all(|attribute| attribute.is_ok()));
        }
    }
}
