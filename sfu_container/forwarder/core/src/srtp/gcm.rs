//! AES-GCM for SRTP (RFC 7714, sections 8 and 9).

use ring::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::SrtpError;
use super::key_derivation::SALT_LEN;

/// The length of a tag in bytes.
pub(super) const TAG_LEN: usize = 16;

pub(super) struct Gcm {
    key: LessSafeKey,
    salt: [u8; NONCE_LEN],
}

impl Gcm {
    pub(super) fn new(key: &[u8], salt: &[u8; SALT_LEN]) -> Result<Self, SrtpError> {
        let algorithm = if key.len() == AES_128_GCM.key_len() { &AES_128_GCM } else { &AES_256_GCM };
        let key = UnboundKey::new(algorithm, key).map_err(|_| SrtpError::WrongKeyLength)?;
        let salt = salt.first_chunk().copied().ok_or(SrtpError::WrongKeyLength)?;
        Ok(Self { key: LessSafeKey::new(key), salt })
    }

    /// Encrypts `text` in place and returns the tag over `clear` and `text`.
    pub(super) fn seal(
        &self,
        ssrc: u32,
        index: u64,
        clear: &[u8],
        text: &mut [u8],
    ) -> Result<[u8; TAG_LEN], SrtpError> {
        let nonce = self.nonce(ssrc, index);
        let tag = self.key.seal_in_place_separate_tag(nonce, Aad::from(clear), text);
        // ring refuses only what is longer than 64 GiB.
        let tag = tag.map_err(|_| SrtpError::KeyExhausted)?;
        tag.as_ref().try_into().map_err(|_| SrtpError::NotAuthentic)
    }

    /// Decrypts `text`, which ends in the tag, in place. On failure `text` is left as garbage.
    pub(super) fn open(&self, ssrc: u32, index: u64, clear: &[u8], text: &mut [u8]) -> Result<(), SrtpError> {
        let nonce = self.nonce(ssrc, index);
        match self.key.open_in_place(nonce, Aad::from(clear), text) {
            Ok(_) => Ok(()),
            Err(_) => Err(SrtpError::NotAuthentic),
        }
    }

    /// Two zero bytes, the SSRC and the 48-bit index, XOR the salt (RFC 7714, section 8.1). An SRTCP index has 31 bits
    /// and stands at the same place (section 9.1).
    fn nonce(&self, ssrc: u32, index: u64) -> Nonce {
        let position = (u128::from(ssrc) << 48) | u128::from(index);
        let [_, _, _, _, unsalted @ ..] = position.to_be_bytes();
        let mut nonce = self.salt;
        for (byte, plain) in nonce.iter_mut().zip(unsalted) {
            *byte ^= plain;
        }
        Nonce::assume_unique_for_key(nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
        let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
        pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
    }

    fn published_key(len: u8) -> Gcm {
        let key: Vec<u8> = (0..len).collect();
        let mut salt = [0; SALT_LEN];
        salt[..12].copy_from_slice(&hex("51756964 2070726f 2071756f"));
        Gcm::new(&key, &salt).unwrap()
    }

    const HEADER: &str = "8040f17b 8041f8d3 5501a0b2";
    const TEXT: &[u8] = b"Gallia est omnis divisa in partes tres";
    const SSRC: u32 = 0x5501_a0b2;
    const INDEX: u64 = 0xf17b;

    /// RFC 7714, section 16.1.1.
    #[test]
    fn the_published_packet_with_a_128_bit_key_is_reproduced() {
        let mut text = TEXT.to_vec();
        let tag = published_key(16).seal(SSRC, INDEX, &hex(HEADER), &mut text).unwrap();
        assert_eq!(text, hex("f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833"));
        assert_eq!(tag.to_vec(), hex("899d7f27 beb16a91 52cf765e e4390cce"));
    }

    /// RFC 7714, section 16.2.1.
    #[test]
    fn the_published_packet_with_a_256_bit_key_is_reproduced() {
        let mut text = TEXT.to_vec();
        let tag = published_key(32).seal(SSRC, INDEX, &hex(HEADER), &mut text).unwrap();
        assert_eq!(text, hex("32b1de78 a822fe12 ef9f78fa 332e33aa b1801238 9a58e2f3 b50b2a02 76ffae0f 1ba63799 b87b"));
        assert_eq!(tag.to_vec(), hex("7aa3db36 dfffd6b0 f9bb7878 d7a76c13"));
    }

    #[test]
    fn what_was_sealed_opens_only_with_the_same_clear_part_ssrc_and_index() {
        let key = published_key(16);
        let mut sealed = TEXT.to_vec();
        let tag = key.seal(SSRC, INDEX, b"clear", &mut sealed).unwrap();
        sealed.extend(tag);
        for (ssrc, index, clear) in [(SSRC + 1, INDEX, b"clear"), (SSRC, INDEX + 1, b"clear"), (SSRC, INDEX, b"CLEAR")]
        {
            assert_eq!(key.open(ssrc, index, clear, &mut sealed.clone()), Err(SrtpError::NotAuthentic));
        }
        key.open(SSRC, INDEX, b"clear", &mut sealed).unwrap();
        assert_eq!(&sealed[..TEXT.len()], TEXT);
    }
}
