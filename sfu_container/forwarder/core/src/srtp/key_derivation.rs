//! Session keys from the master key (RFC 3711, section 4.3; RFC 7714, section 11). The key derivation rate is 0.

use aes::{Aes128, Aes256};
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit, StreamCipher};

use super::{Profile, SrtpError};
use crate::hmac_sha1;

/// Salts are used as if they had this length: a GCM salt is padded with zeros on the right (RFC 7714, section 11).
pub(super) const SALT_LEN: usize = 14;
const LABEL_POSITION: usize = 7;
const MAX_KEY_LEN: usize = 32;

/// Which protocol's session keys are meant; the value is the label of the first of its three keys.
#[derive(Debug, Clone, Copy)]
pub(super) enum Protocol {
    Rtp = 0,
    Rtcp = 3,
}

/// The keys of one protocol in one direction.
pub(super) struct SessionKeys {
    encryption: [u8; MAX_KEY_LEN],
    encryption_len: usize,
    pub(super) authentication: [u8; hmac_sha1::TAG_LEN],
    pub(super) salt: [u8; SALT_LEN],
}

impl SessionKeys {
    /// Derives them from `master`, the master key followed by the master salt.
    pub(super) fn derive(profile: Profile, master: &[u8], protocol: Protocol) -> Result<Self, SrtpError> {
        if master.len() != profile.key_len() + profile.salt_len() {
            return Err(SrtpError::WrongKeyLength);
        }
        let (key, salt) = master.split_at_checked(profile.key_len()).ok_or(SrtpError::WrongKeyLength)?;
        let mut padded = [0; SALT_LEN];
        for (byte, salting) in padded.iter_mut().zip(salt) {
            *byte = *salting;
        }
        let label = protocol as u8;
        let mut keys = Self {
            encryption: [0; MAX_KEY_LEN],
            encryption_len: key.len(),
            authentication: [0; hmac_sha1::TAG_LEN],
            salt: [0; SALT_LEN],
        };
        if let Some(encryption) = keys.encryption.get_mut(..key.len()) {
            fill(key, padded, label, encryption)?;
        }
        fill(key, padded, label + 1, &mut keys.authentication)?;
        fill(key, padded, label + 2, keys.salt.get_mut(..profile.salt_len()).unwrap_or_default())?;
        Ok(keys)
    }

    pub(super) fn encryption(&self) -> &[u8] {
        self.encryption.get(..self.encryption_len).unwrap_or_default()
    }
}

/// The AES-CM pseudo-random function of RFC 3711, section 4.3.3, with AES-256 for 256-bit keys (RFC 6188, section 3).
fn fill(master_key: &[u8], salt: [u8; SALT_LEN], label: u8, out: &mut [u8]) -> Result<(), SrtpError> {
    let mut input = [0; 16];
    for (position, (byte, salting)) in input.iter_mut().zip(salt).enumerate() {
        *byte = if position == LABEL_POSITION { salting ^ label } else { salting };
    }
    out.fill(0);
    if let Ok(key) = <[u8; 16]>::try_from(master_key) {
        Ctr128BE::<Aes128>::new(&key.into(), &input.into()).apply_keystream(out);
    } else if let Ok(key) = <[u8; 32]>::try_from(master_key) {
        Ctr128BE::<Aes256>::new(&key.into(), &input.into()).apply_keystream(out);
    } else {
        return Err(SrtpError::WrongKeyLength);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::Reader;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    /// RFC 3711, appendix B.3.
    #[test]
    fn the_published_session_keys_are_reproduced() {
        let master = hex("e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6");
        let keys = SessionKeys::derive(Profile::Aes128CmHmacSha1_80, &master, Protocol::Rtp).unwrap();
        assert_eq!(keys.encryption(), hex("c61e7a93744f39ee10734afe3ff7a087"));
        assert_eq!(keys.salt.to_vec(), hex("30cbbc08863d8c85d49db34a9ae1"));
        assert_eq!(keys.authentication.to_vec(), hex("cebe321f6ff7716b6fd4ab49af256a156d38baa4"));
    }

    #[test]
    fn keying_material_of_another_profile_is_refused() {
        for (profile, len) in [(Profile::AeadAes128Gcm, 30), (Profile::AeadAes256Gcm, 28), (Profile::AeadAes128Gcm, 0)]
        {
            let master = vec![7; len];
            let derived = SessionKeys::derive(profile, &master, Protocol::Rtp);
            assert_eq!(derived.err(), Some(SrtpError::WrongKeyLength));
        }
    }

    #[test]
    fn a_gcm_salt_is_twelve_bytes() {
        let keys = SessionKeys::derive(Profile::AeadAes256Gcm, &[9; 44], Protocol::Rtcp).unwrap();
        let mut salt = Reader::new(&keys.salt);
        assert_ne!(salt.take(12), Some(&[0; 12][..]));
        assert_eq!(salt.rest(), [0, 0]);
        assert_eq!(keys.encryption().len(), 32);
    }
}
