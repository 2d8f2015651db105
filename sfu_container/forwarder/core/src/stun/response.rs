//! Responses to binding requests, written into a caller's buffer.

use std::net::{IpAddr, SocketAddr};

use super::attribute::kind;
use super::fingerprint::fingerprint;
use super::{HEADER_LEN, IntegrityKey, MAGIC_COOKIE, TransactionId, Written};
use crate::bytes::{WriteError, Writer};
use crate::hmac_sha1;

const BINDING_SUCCESS: u16 = 0x0101;
const BINDING_ERROR: u16 = 0x0111;
const LENGTH_OFFSET: usize = 2;
const FINGERPRINT_ATTRIBUTE_LEN: usize = 8;

/// Why a binding request is refused (RFC 8489, section 14.8; RFC 8445, section 7.3.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorReason {
    /// 400: it is not well-formed.
    BadRequest,
    /// 401: MESSAGE-INTEGRITY is missing or wrong.
    Unauthenticated,
    /// 420: an attribute had to be understood and is not.
    UnknownAttribute,
    /// 487: the sender takes the role that is ours.
    RoleConflict,
}

impl ErrorReason {
    const fn number(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Unauthenticated => 401,
            Self::UnknownAttribute => 420,
            Self::RoleConflict => 487,
        }
    }

    const fn phrase(self) -> &'static str {
        match self {
            Self::BadRequest => "Bad Request",
            Self::Unauthenticated => "Unauthenticated",
            Self::UnknownAttribute => "Unknown Attribute",
            Self::RoleConflict => "Role Conflict",
        }
    }
}

/// Writes the success response with XOR-MAPPED-ADDRESS, MESSAGE-INTEGRITY and FINGERPRINT; `mapped` is where the
/// request came from. Returns its length, at most 88 bytes.
///
/// # Errors
/// [`WriteError::BufferTooSmall`].
pub fn write_success(out: &mut [u8], id: &TransactionId, mapped: SocketAddr, key: &IntegrityKey) -> Written {
    let mut writer = start(out, BINDING_SUCCESS, id)?;
    write_mapped_address(&mut writer, id, mapped)?;
    write_integrity(&mut writer, key)?;
    write_fingerprint(&mut writer)?;
    Ok(writer.len())
}

/// Writes an error response with ERROR-CODE, for a 420 the `unknown` attributes, and FINGERPRINT. Where the request
/// was authentic, `key` signs the response. Returns its length in bytes.
///
/// # Errors
/// [`WriteError::BufferTooSmall`].
pub fn write_error(
    out: &mut [u8],
    id: &TransactionId,
    reason: ErrorReason,
    unknown: impl Iterator<Item = u16> + Clone,
    key: Option<&IntegrityKey>,
) -> Written {
    let mut writer = start(out, BINDING_ERROR, id)?;
    let phrase = reason.phrase();
    write_attribute_header(&mut writer, kind::ERROR_CODE, 4 + phrase.len())?;
    writer.u16(0)?;
    // The hundreds stand in a byte of their own.
    writer.u16(((reason.number() / 100) << 8) | (reason.number() % 100))?;
    writer.put(phrase.as_bytes())?;
    writer.align(4)?;
    if reason == ErrorReason::UnknownAttribute {
        write_attribute_header(&mut writer, kind::UNKNOWN_ATTRIBUTES, 2 * unknown.clone().count())?;
        for kind in unknown {
            writer.u16(kind)?;
        }
        writer.align(4)?;
    }
    if let Some(key) = key {
        write_integrity(&mut writer, key)?;
    }
    write_fingerprint(&mut writer)?;
    Ok(writer.len())
}

fn start<'a>(out: &'a mut [u8], message_type: u16, id: &TransactionId) -> Result<Writer<'a>, WriteError> {
    let mut writer = Writer::new(out);
    writer.u16(message_type)?;
    writer.u16(0)?;
    writer.u32(MAGIC_COOKIE)?;
    writer.put(id)?;
    Ok(writer)
}

fn write_attribute_header(writer: &mut Writer<'_>, kind: u16, length: usize) -> Result<(), WriteError> {
    writer.u16(kind)?;
    writer.u16(u16::try_from(length).map_err(|_| WriteError::ValueTooLarge)?)
}

/// RFC 8489, section 14.2: the port XOR the cookie's start, the address XOR the cookie and the transaction id. An
/// IPv4 address that a dual-stack socket shows as IPv6 is written as what it is.
fn write_mapped_address(writer: &mut Writer<'_>, id: &TransactionId, mapped: SocketAddr) -> Result<(), WriteError> {
    let [cookie_high, cookie_low, ..] = MAGIC_COOKIE.to_be_bytes();
    let port = mapped.port() ^ u16::from_be_bytes([cookie_high, cookie_low]);
    match mapped.ip().to_canonical() {
        IpAddr::V4(address) => {
            write_attribute_header(writer, kind::XOR_MAPPED_ADDRESS, 8)?;
            writer.u16(0x0001)?;
            writer.u16(port)?;
            writer.u32(address.to_bits() ^ MAGIC_COOKIE)
        }
        IpAddr::V6(address) => {
            let mut mask = [0; 16];
            for (byte, masking) in mask.iter_mut().zip(MAGIC_COOKIE.to_be_bytes().iter().chain(id)) {
                *byte = *masking;
            }
            write_attribute_header(writer, kind::XOR_MAPPED_ADDRESS, 20)?;
            writer.u16(0x0002)?;
            writer.u16(port)?;
            writer.put(&(address.to_bits() ^ u128::from_be_bytes(mask)).to_be_bytes())
        }
    }
}

fn write_integrity(writer: &mut Writer<'_>, key: &IntegrityKey) -> Result<(), WriteError> {
    set_length(writer, 4 + hmac_sha1::TAG_LEN)?;
    let tag = key.tag(&[writer.written()]);
    write_attribute_header(writer, kind::MESSAGE_INTEGRITY, tag.len())?;
    writer.put(&tag)
}

fn write_fingerprint(writer: &mut Writer<'_>) -> Result<(), WriteError> {
    set_length(writer, FINGERPRINT_ATTRIBUTE_LEN)?;
    let value = fingerprint(writer.written());
    write_attribute_header(writer, kind::FINGERPRINT, 4)?;
    writer.u32(value)
}

/// Sets the length in the header as if one more attribute of `next` bytes had been written.
fn set_length(writer: &mut Writer<'_>, next: usize) -> Result<(), WriteError> {
    let length = writer.len() + next - HEADER_LEN;
    let length = u16::try_from(length).map_err(|_| WriteError::ValueTooLarge)?;
    writer.overwrite(LENGTH_OFFSET, &length.to_be_bytes())
}
