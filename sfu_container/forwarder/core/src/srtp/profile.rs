//! The protection profiles and their sizes.

use super::INDEX_WORD_LEN;

/// How packets of a Peer are protected, as negotiated in DTLS (RFC 5764, section 4.1.2; RFC 7714, section 14.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// AES-GCM with a 128-bit key; the cheapest.
    AeadAes128Gcm,
    /// AES-GCM with a 256-bit key.
    AeadAes256Gcm,
    /// AES-CM with HMAC-SHA1 cut to 80 bits; what every peer can do.
    Aes128CmHmacSha1_80,
}

impl Profile {
    /// All profiles, the preferred one first.
    pub const ALL: [Self; 3] = [Self::AeadAes128Gcm, Self::AeadAes256Gcm, Self::Aes128CmHmacSha1_80];

    /// The profile of a name as the Engine's seam spells it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// The name of the profile as the Engine's seam spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AeadAes128Gcm => "AEAD_AES_128_GCM",
            Self::AeadAes256Gcm => "AEAD_AES_256_GCM",
            Self::Aes128CmHmacSha1_80 => "AES128_CM_HMAC_SHA1_80",
        }
    }

    /// The length of the master key in bytes.
    pub const fn key_len(self) -> usize {
        match self {
            Self::AeadAes128Gcm | Self::Aes128CmHmacSha1_80 => 16,
            Self::AeadAes256Gcm => 32,
        }
    }

    /// The length of the master salt in bytes.
    pub const fn salt_len(self) -> usize {
        match self {
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 12,
            Self::Aes128CmHmacSha1_80 => 14,
        }
    }

    /// How many bytes longer a packet gets by protection.
    pub const fn rtp_overhead(self) -> usize {
        match self {
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 16,
            Self::Aes128CmHmacSha1_80 => 10,
        }
    }

    /// How many bytes longer an RTCP packet gets by protection.
    pub const fn rtcp_overhead(self) -> usize {
        self.rtp_overhead() + INDEX_WORD_LEN
    }
}
