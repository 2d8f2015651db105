//! Responses are what the RFC demands, and what this parser accepts.

use std::net::SocketAddr;

use parley_forwarder_core::bytes::WriteError;
use parley_forwarder_core::stun::{
    Class, ErrorReason, IntegrityKey, Message, StunError, TransactionId, kind, write_error, write_success,
};

use crate::support::hex;

const ID: TransactionId = [0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae];

fn key() -> IntegrityKey {
    IntegrityKey::new(b"VOkJxbRl1RmTxUk/WvJxBt")
}

fn success_for(address: &str) -> Vec<u8> {
    let mut buffer = [0xff; 100];
    let mapped: SocketAddr = address.parse().unwrap();
    let len = write_success(&mut buffer, &ID, mapped, &key()).unwrap();
    buffer[..len].to_vec()
}

fn error(reason: ErrorReason, unknown: &[u16], key: Option<&IntegrityKey>) -> Vec<u8> {
    let mut buffer = [0xff; 120];
    let len = write_error(&mut buffer, &ID, reason, unknown.iter().copied(), key).unwrap();
    buffer[..len].to_vec()
}

fn value_of(bytes: &[u8], wanted: u16) -> Vec<u8> {
    let message = Message::parse(bytes).unwrap();
    message.attributes().flatten().find(|attribute| attribute.kind == wanted).unwrap().value.to_vec()
}

/// The values of RFC 5769, sections 2.2 and 2.3.
#[test]
fn addresses_are_written_as_in_the_published_responses() {
    assert_eq!(value_of(&success_for("192.0.2.1:32853"), kind::XOR_MAPPED_ADDRESS), hex("0001a147 e112a643"));
    assert_eq!(
        value_of(&success_for("[2001:db8:1234:5678:11:2233:4455:6677]:32853"), kind::XOR_MAPPED_ADDRESS),
        hex("0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9")
    );
}

#[test]
fn an_ipv4_address_on_a_dual_stack_socket_is_written_as_ipv4() {
    assert_eq!(success_for("[::ffff:192.0.2.1]:32853"), success_for("192.0.2.1:32853"));
}

#[test]
fn a_success_response_passes_the_checks_of_its_receiver() {
    for address in ["192.0.2.1:1", "[2001:db8::1]:65535"] {
        let bytes = success_for(address);
        let response = Message::parse(&bytes).unwrap();
        assert_eq!((response.class, response.transaction_id), (Class::SuccessResponse, ID));
        assert_eq!(response.check_fingerprint(), Ok(()));
        assert_eq!(response.check_integrity(&key()), Ok(()));
    }
    assert_eq!(success_for("[2001:db8::1]:65535").len(), 76);
}

#[test]
fn error_responses_carry_code_and_reason() {
    for (reason, code, phrase) in [
        (ErrorReason::BadRequest, [4, 0], "Bad Request"),
        (ErrorReason::Unauthenticated, [4, 1], "Unauthenticated"),
        (ErrorReason::UnknownAttribute, [4, 20], "Unknown Attribute"),
        (ErrorReason::RoleConflict, [4, 87], "Role Conflict"),
    ] {
        let bytes = error(reason, &[], None);
        let response = Message::parse(&bytes).unwrap();
        assert_eq!(response.class, Class::ErrorResponse);
        assert_eq!(response.check_fingerprint(), Ok(()));
        assert_eq!(response.check_integrity(&key()), Err(StunError::MissingIntegrity));
        assert_eq!(value_of(&bytes, kind::ERROR_CODE), [&[0, 0, code[0], code[1]], phrase.as_bytes()].concat());
    }
}

#[test]
fn an_unknown_attribute_response_names_them_and_is_signed() {
    let bytes = error(ErrorReason::UnknownAttribute, &[0x7001, 0x7002, 0x7003], Some(&key()));
    assert_eq!(value_of(&bytes, kind::UNKNOWN_ATTRIBUTES), [0x70, 1, 0x70, 2, 0x70, 3]);
    assert_eq!(Message::parse(&bytes).unwrap().check_integrity(&key()), Ok(()));
}

#[test]
fn a_buffer_that_is_too_small_is_an_error_at_every_length() {
    let needed = success_for("[2001:db8::1]:1").len();
    for len in 0..needed {
        let mapped = "[2001:db8::1]:1".parse().unwrap();
        assert_eq!(write_success(&mut vec![0; len], &ID, mapped, &key()), Err(WriteError::BufferTooSmall));
    }
    let needed = error(ErrorReason::UnknownAttribute, &[1], Some(&key())).len();
    for len in 0..needed {
        let written = write_error(&mut vec![0; len], &ID, ErrorReason::UnknownAttribute, [1].into_iter(), Some(&key()));
        assert_eq!(written, Err(WriteError::BufferTooSmall));
    }
}
