//! HMAC-SHA1 with a key prepared once (RFC 2104), as STUN and SRTP need it for every packet.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha1::{Digest, Sha1};

/// The length of a whole tag in bytes.
pub const TAG_LEN: usize = 20;

const BLOCK_LEN: usize = 64;

/// A key whose two pad blocks are already hashed, so that a tag costs only its message.
#[derive(Clone)]
pub struct HmacSha1Key {
    prepared: Hmac<Sha1>,
}

impl HmacSha1Key {
    /// Prepares a key of any length.
    pub fn new(key: &[u8]) -> Self {
        let mut block = [0; BLOCK_LEN];
        match block.get_mut(..key.len()) {
            Some(start) => start.copy_from_slice(key),
            // RFC 2104, section 2: a key longer than a block is replaced by its hash.
            None => {
                for (byte, hashed) in block.iter_mut().zip(Sha1::digest(key)) {
                    *byte = hashed;
                }
            }
        }
        Self { prepared: Hmac::new(&block.into()) }
    }

    /// The tag of the concatenation of `parts`.
    pub fn tag(&self, parts: &[&[u8]]) -> [u8; TAG_LEN] {
        self.over(parts).finalize().into_bytes().into()
    }

    /// Whether `tag`, whole or cut to its first bytes, is that of the concatenation of `parts`; in constant time.
    pub fn matches(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        self.over(parts).verify_truncated_left(tag).is_ok()
    }

    fn over(&self, parts: &[&[u8]]) -> Hmac<Sha1> {
        let mut mac = self.prepared.clone();
        for part in parts {
            mac.update(part);
        }
        mac
    }
}

impl fmt::Debug for HmacSha1Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("HmacSha1Key(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 2202, section 3: cases 2 and 6 (a key longer than a block).
    #[test]
    fn published_tags_are_reproduced() {
        let short = HmacSha1Key::new(b"Jefe").tag(&[b"what do ya want ", b"for nothing?"]);
        assert_eq!(short[..8], [0xef, 0xfc, 0xdf, 0x6a, 0xe5, 0xeb, 0x2f, 0xa2]);
        let long = HmacSha1Key::new(&[0xaa; 80]).tag(&[b"Test Using Larger Than Block-Size Key - Hash Key First"]);
        assert_eq!(long[..8], [0xaa, 0x4a, 0xe5, 0xe1, 0x52, 0x72, 0xd0, 0x0e]);
    }

    #[test]
    fn a_tag_matches_whole_or_truncated_but_never_empty() {
        let key = HmacSha1Key::new(b"key");
        let tag = key.tag(&[b"message"]);
        assert!(key.matches(&[b"mess", b"age"], &tag));
        assert!(key.matches(&[b"message"], &tag[..10]));
        assert!(!key.matches(&[b"massage"], &tag));
        assert!(!key.matches(&[b"message"], &[]));
    }
}
