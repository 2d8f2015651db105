//! STUN: as it is, and with MESSAGE-INTEGRITY and FINGERPRINT that are right.

use parley_forwarder_core::demux::classify;
use parley_forwarder_core::hmac_sha1::HmacSha1Key;
use parley_forwarder_core::stun::{IntegrityKey, Message, kind};

use crate::bytes::secret_of;

const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const HEADER_LEN: usize = 20;

pub(crate) fn check(data: &[u8]) {
    let _ = classify(data);
    let password = secret_of(data);
    let key = IntegrityKey::new(&password);
    if let Ok(message) = Message::parse(data) {
        let _ = message.check_fingerprint();
        assert!(message.check_integrity(&key).is_err(), "nobody guesses a tag");
        let _ = (message.local_ufrag(), message.unknown_attributes().count());
    }
    let sealed = seal(data, &password);
    if let Ok(message) = Message::parse(&sealed) {
        // An attribute may have hidden the tag, or come twice.
        if message.check_fingerprint().is_ok() && message.check_integrity(&key).is_ok() {
            assert!(message.check_integrity(&IntegrityKey::new(b"another")).is_err());
        }
    }
}

/// A message of `data`: two bytes of its type, twelve of its id, then attributes; with length, tag and fingerprint.
pub(crate) fn seal(data: &[u8], password: &[u8]) -> Vec<u8> {
    let (start, attributes) = data.split_at(data.len().min(14));
    let mut start = start.to_vec();
    start.resize(14, 0);
    let mut message = [&start[..2], &[0, 0], &COOKIE, &start[2..], attributes].concat();
    message.resize(message.len().next_multiple_of(4), 0);
    announce(&mut message, 24);
    let tag = HmacSha1Key::new(password).tag(&[&message]);
    put_attribute(&mut message, kind::MESSAGE_INTEGRITY, &tag);
    announce(&mut message, 8);
    let fingerprint = crc32(&message) ^ 0x5354_554e;
    put_attribute(&mut message, kind::FINGERPRINT, &fingerprint.to_be_bytes());
    message
}

/// Appends an attribute, padded.
pub(crate) fn put_attribute(message: &mut Vec<u8>, kind: u16, value: &[u8]) {
    message.extend(kind.to_be_bytes());
    message.extend((value.len() as u16).to_be_bytes());
    message.extend(value);
    message.resize(message.len().next_multiple_of(4), 0);
}

/// Writes the length that the message has once `coming` bytes are appended.
fn announce(message: &mut [u8], coming: usize) {
    let len = (message.len() - HEADER_LEN + coming) as u16;
    message[2..4].copy_from_slice(&len.to_be_bytes());
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}
