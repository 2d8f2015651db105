//! STUN for an ICE-lite agent (RFC 8489, RFC 8445): binding requests in, responses out, without allocation.
//!
//! Take the checks in this order, so that a flood costs least: [`Message::parse`] (a scan of the attributes), look up
//! [`Message::local_ufrag`] and drop strangers, then [`Message::check_fingerprint`] and [`Message::check_integrity`].

mod attribute;
mod fingerprint;
mod message;
mod response;

pub use attribute::{Attribute, Attributes, kind};
pub use message::{Class, IceRole, MAX_ATTRIBUTES, MAX_MESSAGE_LEN, METHOD_BINDING, Message};
pub use response::{ErrorReason, write_error, write_success};

use crate::bytes::WriteError;

/// The key of MESSAGE-INTEGRITY: the ICE password of the side that is asked (RFC 8445, section 7.2.2).
pub use crate::hmac_sha1::HmacSha1Key as IntegrityKey;

/// Twelve bytes that tie a response to its request.
pub type TransactionId = [u8; 12];

const MAGIC_COOKIE: u32 = 0x2112_a442;
const HEADER_LEN: usize = 20;

coded_error! {
    /// Why a STUN message is dropped or refused.
    pub enum StunError {
        /// Not STUN, or cut short, or longer than the limit.
        NotStun => "notStun",
        /// An attribute runs over the end or has a wrong length, or there are too many.
        BadAttribute => "badStunAttribute",
        /// FINGERPRINT is missing or wrong.
        BadFingerprint => "badStunFingerprint",
        /// MESSAGE-INTEGRITY is missing.
        MissingIntegrity => "missingStunIntegrity",
        /// MESSAGE-INTEGRITY was not made with the key.
        BadIntegrity => "badStunIntegrity",
    }
}

/// What the writers of this module return: the length of the message in bytes.
pub type Written = Result<usize, WriteError>;
