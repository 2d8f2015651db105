//! Packets as browsers send them.

use std::sync::atomic::{AtomicU64, Ordering};

use parley_forwarder_core::hmac_sha1::HmacSha1Key;
use parley_forwarder_core::negotiated::Codec;
use parley_forwarder_core::rtp::{ExtensionFormat, FixedFields, HeaderWriter};

pub const SPEECH_LEVEL_ID: u8 = 1;
pub const MID_ID: u8 = 4;
pub const RID_ID: u8 = 10;
pub const REPAIRED_RID_ID: u8 = 11;
pub const TRANSPORT_SEQUENCE: (u8, &str) =
    (3, "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01");
pub const DEPENDENCY_DESCRIPTOR: (u8, &str) =
    (5, "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension");
pub const EXTENSIONS: [(u8, &str); 6] = [
    (SPEECH_LEVEL_ID, "urn:ietf:params:rtp-hdrext:ssrc-audio-level"),
    (MID_ID, "urn:ietf:params:rtp-hdrext:sdes:mid"),
    (RID_ID, "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"),
    (REPAIRED_RID_ID, "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"),
    DEPENDENCY_DESCRIPTOR,
    (13, "urn:3gpp:video-orientation"),
];

macro_rules! codec {
    ($name:ident, $payload_type:literal, $text:literal, $clock_rate:literal, $rtx:expr) => {
        pub static $name: std::sync::LazyLock<Codec> = std::sync::LazyLock::new(|| Codec {
            payload_type: $payload_type,
            name: $text.into(),
            clock_rate: $clock_rate,
            rtx_payload_type: $rtx,
            profiles: Vec::new(),
        });
    };
}

codec!(VP8, 96, "VP8", 90_000, Some(97));
codec!(VP9, 98, "VP9", 90_000, Some(99));
codec!(H264, 100, "H264", 90_000, Some(101));
codec!(AV1, 102, "AV1", 90_000, Some(103));
codec!(OPUS, 111, "OPUS", 48_000, None);

static TRANSACTIONS: AtomicU64 = AtomicU64::new(1);

/// Extension elements for [`rtp_packet`].
pub type Extension<'a> = (u8, &'a [u8]);

pub fn extension_block(level: u8) -> [u8; 1] {
    [0x80 | level]
}

pub fn rtp_packet(
    ssrc: u32,
    codec: &Codec,
    sequence: u16,
    timestamp: u32,
    extensions: &[Extension<'_>],
    payload: &[u8],
) -> Vec<u8> {
    let fields = FixedFields { marker: true, payload_type: codec.payload_type, sequence, timestamp, ssrc };
    let mut packet = vec![0; 1_500];
    let mut header = HeaderWriter::start(&mut packet, &fields, &[], ExtensionFormat::OneByte).unwrap();
    for (id, data) in extensions {
        header.extension(*id, data).unwrap();
    }
    let len = header.finish().unwrap();
    packet.truncate(len);
    packet.extend_from_slice(payload);
    packet
}

/// One packet of a VP8 frame with picture id, TL0PICIDX and no temporal layers; a keyframe has a height.
pub fn vp8_payload(picture_id: u16, tl0_index: u8, height: Option<u16>, body_len: usize) -> Vec<u8> {
    let [high, low] = (0x8000 | (picture_id & 0x7fff)).to_be_bytes();
    let mut payload = vec![0x90, 0xc0, high, low, tl0_index];
    match height {
        None => payload.push(0x01),
        Some(height) => {
            payload.extend([0x10, 0, 0, 0x9d, 0x01, 0x2a]);
            payload.extend((height * 16 / 9).to_le_bytes());
            payload.extend(height.to_le_bytes());
        }
    }
    payload.resize(payload.len() + body_len, 0x55);
    payload
}

/// Picture `number` in one VP8 packet, 3000 ticks behind the one before; a keyframe has a height.
pub fn picture(ssrc: u32, number: u16, height: Option<u16>) -> Vec<u8> {
    let payload = vp8_payload(number, (number % 256) as u8, height, 100);
    rtp_packet(ssrc, &VP8, number, u32::from(number) * 3_000, &[], &payload)
}

/// One packet of a VP9 layer frame in non-flexible mode; the base of a keyframe tells the heights of three layers.
pub fn vp9_payload(picture_id: u16, spatial: u8, is_keyframe: bool) -> Vec<u8> {
    let has_structure = is_keyframe && spatial == 0;
    let [high, low] = (0x8000 | (picture_id & 0x7fff)).to_be_bytes();
    let predicted = if is_keyframe { 0 } else { 0x40 };
    let flags = 0x80 | predicted | 0x20 | 0x0c | if has_structure { 0x02 } else { 0 };
    let layers = (spatial << 1) | u8::from(spatial > 0);
    let mut payload = vec![flags, high, low, layers, 7];
    if has_structure {
        payload.push((2 << 5) | 0x10);
        for height in [180_u16, 360, 720] {
            payload.extend((height * 16 / 9).to_be_bytes());
            payload.extend(height.to_be_bytes());
        }
    }
    payload.extend([0x55; 40]);
    payload
}

/// A check of a controlling agent that nominates.
pub fn binding_request(ufrag: &str, password: &str) -> Vec<u8> {
    check(ufrag, password, true)
}

/// A check of a controlling agent (RFC 8445), written by hand. Each has a transaction of its own.
pub fn check(ufrag: &str, password: &str, nominates: bool) -> Vec<u8> {
    let mut message = vec![0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42];
    message.extend(TRANSACTIONS.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    message.extend([0; 4]);
    let username = format!("{ufrag}:theirs");
    put_attribute(&mut message, 0x0006, username.as_bytes());
    put_attribute(&mut message, 0x0024, &[0, 0, 0, 1]);
    put_attribute(&mut message, 0x802a, &[0; 8]);
    if nominates {
        put_attribute(&mut message, 0x0025, &[]);
    }
    set_length(&mut message, 24);
    let tag = HmacSha1Key::new(password.as_bytes()).tag(&[&message]);
    put_attribute(&mut message, 0x0008, &tag);
    set_length(&mut message, 8);
    let fingerprint = crc32(&message) ^ 0x5354_554e;
    put_attribute(&mut message, 0x8028, &fingerprint.to_be_bytes());
    message
}

fn put_attribute(message: &mut Vec<u8>, kind: u16, value: &[u8]) {
    message.extend(kind.to_be_bytes());
    message.extend((value.len() as u16).to_be_bytes());
    message.extend(value);
    message.resize(message.len().next_multiple_of(4), 0);
}

fn set_length(message: &mut [u8], next: usize) {
    let length = (message.len() - 20 + next) as u16;
    message[2..4].copy_from_slice(&length.to_be_bytes());
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}
