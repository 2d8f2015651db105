//! A received STUN message, scanned once.

use super::attribute::{Attribute, Attributes, kind};
use super::fingerprint::fingerprint;
use super::{HEADER_LEN, IntegrityKey, MAGIC_COOKIE, StunError, TransactionId};
use crate::bytes::Reader;
use crate::hmac_sha1;

/// The only method that ICE uses.
pub const METHOD_BINDING: u16 = 1;
/// A longer message is not looked at, in bytes: the least IPv6 MTU, which no ICE check comes near.
pub const MAX_MESSAGE_LEN: usize = 1_280;
/// A message with more attributes is refused.
pub const MAX_ATTRIBUTES: usize = 24;

const MAX_UNKNOWN: usize = 4;
/// Where MESSAGE-INTEGRITY's own header and tag end, counted from its start.
const INTEGRITY_ATTRIBUTE_LEN: usize = 4 + hmac_sha1::TAG_LEN;

/// What kind of message it is (RFC 8489, section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Wants an answer.
    Request,
    /// Wants none.
    Indication,
    /// Answers a request that succeeded.
    SuccessResponse,
    /// Answers a request that was refused.
    ErrorResponse,
}

/// Which role the sender takes, with its tie-breaker (RFC 8445, section 7.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IceRole {
    /// ICE-CONTROLLING.
    Controlling(u64),
    /// ICE-CONTROLLED: a conflict with an ICE-lite agent, to be answered by 487.
    Controlled(u64),
}

/// A STUN message whose header and attribute bounds are valid. What it says is to be believed only after
/// [`Message::check_integrity`].
#[derive(Debug, Clone)]
pub struct Message<'a> {
    /// Request, indication or response.
    pub class: Class,
    /// See [`METHOD_BINDING`].
    pub method: u16,
    /// To be repeated in the response.
    pub transaction_id: TransactionId,
    /// USERNAME: both ICE user fragments with a colon between them, the receiver's first.
    pub username: Option<&'a [u8]>,
    /// PRIORITY of the candidate pair.
    pub priority: Option<u32>,
    /// USE-CANDIDATE: the controlling side nominates this pair.
    pub use_candidate: bool,
    /// ICE-CONTROLLING or ICE-CONTROLLED.
    pub role: Option<IceRole>,
    bytes: &'a [u8],
    integrity: Option<Attribute<'a>>,
    fingerprint: Option<Attribute<'a>>,
    unknown: [Option<u16>; MAX_UNKNOWN],
}

impl<'a> Message<'a> {
    /// Checks the header and the bounds of all attributes; the cheapest tests come first.
    ///
    /// # Errors
    /// [`StunError::NotStun`] and [`StunError::BadAttribute`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, StunError> {
        if bytes.len() > MAX_MESSAGE_LEN {
            return Err(StunError::NotStun);
        }
        let mut reader = Reader::new(bytes);
        let mut message = Self::read_header(&mut reader, bytes).ok_or(StunError::NotStun)?;
        for (count, attribute) in Attributes::new(reader.rest()).enumerate() {
            if count == MAX_ATTRIBUTES {
                return Err(StunError::BadAttribute);
            }
            message.take(attribute?)?;
        }
        Ok(message)
    }

    /// All attributes in order, also those after MESSAGE-INTEGRITY, which nothing vouches for.
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes::new(self.bytes.get(HEADER_LEN..).unwrap_or_default())
    }

    /// The receiver's user fragment: USERNAME up to its colon (RFC 8445, section 7.2.2).
    pub fn local_ufrag(&self) -> Option<&'a [u8]> {
        let username = self.username?;
        username.split(|byte| *byte == b':').next().filter(|ufrag| ufrag.len() < username.len())
    }

    /// The attributes that a 420 response must name: they had to be understood and are not. At most four.
    pub fn unknown_attributes(&self) -> impl Iterator<Item = u16> + Clone {
        self.unknown.into_iter().flatten()
    }

    /// Tests FINGERPRINT, which ICE demands in every check (RFC 8445, section 7.1.1).
    ///
    /// # Errors
    /// [`StunError::BadFingerprint`] when it is missing or wrong.
    pub fn check_fingerprint(&self) -> Result<(), StunError> {
        let attribute = self.fingerprint.ok_or(StunError::BadFingerprint)?;
        let before = self.bytes.get(..attribute.offset).unwrap_or_default();
        if attribute.value == fingerprint(before).to_be_bytes() { Ok(()) } else { Err(StunError::BadFingerprint) }
    }

    /// Tests MESSAGE-INTEGRITY (RFC 8489, section 14.5).
    ///
    /// # Errors
    /// [`StunError::MissingIntegrity`] and [`StunError::BadIntegrity`].
    pub fn check_integrity(&self, key: &IntegrityKey) -> Result<(), StunError> {
        let attribute = self.integrity.ok_or(StunError::MissingIntegrity)?;
        let before = self.bytes.get(..attribute.offset).unwrap_or_default();
        // The length in the header counts as if MESSAGE-INTEGRITY were the last attribute.
        let length = attribute.offset + INTEGRITY_ATTRIBUTE_LEN - HEADER_LEN;
        let length = u16::try_from(length).map_err(|_| StunError::BadIntegrity)?.to_be_bytes();
        let (message_type, rest) = before.split_at_checked(2).ok_or(StunError::BadIntegrity)?;
        let rest = rest.get(2..).unwrap_or_default();
        if key.matches(&[message_type, &length, rest], attribute.value) { Ok(()) } else { Err(StunError::BadIntegrity) }
    }

    fn read_header(reader: &mut Reader<'a>, bytes: &'a [u8]) -> Option<Self> {
        let message_type = reader.u16().filter(|message_type| *message_type < 0x4000)?;
        let length = usize::from(reader.u16()?);
        if reader.u32()? != MAGIC_COOKIE || length + HEADER_LEN != bytes.len() || !length.is_multiple_of(4) {
            return None;
        }
        Some(Self {
            class: class(message_type),
            method: method(message_type),
            transaction_id: reader.array()?,
            username: None,
            priority: None,
            use_candidate: false,
            role: None,
            bytes,
            integrity: None,
            fingerprint: None,
            unknown: [None; MAX_UNKNOWN],
        })
    }

    /// Notes an attribute. Of two equal ones the first counts, and after MESSAGE-INTEGRITY only FINGERPRINT does
    /// (RFC 8489, section 14).
    fn take(&mut self, attribute: Attribute<'a>) -> Result<(), StunError> {
        if self.fingerprint.is_some() {
            return Err(StunError::BadAttribute);
        }
        if attribute.kind == kind::FINGERPRINT {
            self.fingerprint = Some(attribute);
            return Ok(());
        }
        if self.integrity.is_some() {
            return Ok(());
        }
        let value = attribute.value;
        match attribute.kind {
            kind::USERNAME => keep_first(&mut self.username, value),
            kind::MESSAGE_INTEGRITY => {
                fixed::<{ hmac_sha1::TAG_LEN }>(value)?;
                self.integrity = Some(attribute);
            }
            kind::PRIORITY => keep_first(&mut self.priority, u32::from_be_bytes(fixed(value)?)),
            kind::USE_CANDIDATE => self.use_candidate = true,
            kind::ICE_CONTROLLING => {
                keep_first(&mut self.role, IceRole::Controlling(u64::from_be_bytes(fixed(value)?)));
            }
            kind::ICE_CONTROLLED => {
                keep_first(&mut self.role, IceRole::Controlled(u64::from_be_bytes(fixed(value)?)));
            }
            kind::ERROR_CODE | kind::UNKNOWN_ATTRIBUTES | kind::XOR_MAPPED_ADDRESS => {}
            other if kind::must_be_understood(other) => self.note_unknown(other),
            _ => {}
        }
        Ok(())
    }

    fn note_unknown(&mut self, kind: u16) {
        if let Some(free) = self.unknown.iter_mut().find(|known| known.is_none_or(|known| known == kind)) {
            *free = Some(kind);
        }
    }
}

fn fixed<const N: usize>(value: &[u8]) -> Result<[u8; N], StunError> {
    value.try_into().map_err(|_| StunError::BadAttribute)
}

fn keep_first<T>(place: &mut Option<T>, value: T) {
    place.get_or_insert(value);
}

/// The two class bits stand at bit 4 and bit 8 of the type, between those of the method (RFC 8489, section 5).
const fn class(message_type: u16) -> Class {
    match (message_type & 0x0100 != 0, message_type & 0x0010 != 0) {
        (false, false) => Class::Request,
        (false, true) => Class::Indication,
        (true, false) => Class::SuccessResponse,
        (true, true) => Class::ErrorResponse,
    }
}

const fn method(message_type: u16) -> u16 {
    (message_type & 0x000f) | ((message_type & 0x00e0) >> 1) | ((message_type & 0x3e00) >> 2)
}
