//! AES in counter mode with HMAC-SHA1 cut to 80 bits (RFC 3711, sections 4.1.1 and 4.2.1).

use aes::Aes128Enc;
use ctr::cipher::{InnerIvInit, KeyInit, StreamCipherCore};
use ctr::{CtrCore, flavors};

use super::SrtpError;
use super::key_derivation::SALT_LEN;
use crate::hmac_sha1::HmacSha1Key;

/// The length of a tag in bytes.
pub(super) const TAG_LEN: usize = 10;

pub(super) struct CounterMode {
    cipher: Aes128Enc,
    salt: [u8; SALT_LEN],
    authentication: HmacSha1Key,
}

impl CounterMode {
    pub(super) fn new(key: &[u8], salt: &[u8; SALT_LEN], authentication: &[u8]) -> Result<Self, SrtpError> {
        let key: [u8; 16] = key.try_into().map_err(|_| SrtpError::WrongKeyLength)?;
        Ok(Self { cipher: Aes128Enc::new(&key.into()), salt: *salt, authentication: HmacSha1Key::new(authentication) })
    }

    /// Encrypts or decrypts `text` in place.
    pub(super) fn apply(&self, ssrc: u32, index: u64, text: &mut [u8]) {
        let counter = self.counter(ssrc, index).into();
        CtrCore::<_, flavors::Ctr128BE>::inner_iv_init(&self.cipher, &counter).apply_keystream_partial(text.into());
    }

    pub(super) fn tag(&self, parts: &[&[u8]]) -> [u8; TAG_LEN] {
        let mut cut = [0; TAG_LEN];
        for (byte, whole) in cut.iter_mut().zip(self.authentication.tag(parts)) {
            *byte = whole;
        }
        cut
    }

    pub(super) fn is_authentic(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        tag.len() == TAG_LEN && self.authentication.matches(parts, tag)
    }

    /// The salt, SSRC and index, each at its place in the upper 112 bits; the block counter below starts at 0.
    fn counter(&self, ssrc: u32, index: u64) -> [u8; 16] {
        let mut salt = [0; 16];
        for (byte, salting) in salt.iter_mut().zip(self.salt) {
            *byte = salting;
        }
        let salted = u128::from_be_bytes(salt) ^ (u128::from(ssrc) << 64) ^ (u128::from(index) << 16);
        salted.to_be_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3711, appendix B.2: the key stream at its start and around block 0xff00.
    #[test]
    fn the_published_key_stream_is_reproduced() {
        let key = 0x2b7e_1516_28ae_d2a6_abf7_1588_09cf_4f3c_u128.to_be_bytes();
        let salt = [0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd];
        let mut stream = vec![0; 0xff02 * 16];
        CounterMode::new(&key, &salt, &[]).unwrap().apply(0, 0, &mut stream);
        let block = |number: usize| u128::from_be_bytes(stream[number * 16..][..16].try_into().unwrap());
        assert_eq!(block(0), 0xe03e_ad09_35c9_5e80_e166_b16d_d92b_4eb4);
        assert_eq!(block(1), 0xd235_1316_2b02_d0f7_2a43_a2fe_4a5f_97ab);
        assert_eq!(block(0xfeff), 0xec8c_df73_9860_7cb0_f2d2_1675_ea9e_a1e4);
        assert_eq!(block(0xff00), 0x362b_7c3c_6773_5163_18a0_77d7_fc50_73ae);
    }
}
