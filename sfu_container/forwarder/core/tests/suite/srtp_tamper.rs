//! A change of any bit is noticed and changes no state.

use parley_forwarder_core::rtp::Header;
use parley_forwarder_core::srtp::{Profile, SrtpError};

use crate::support::{SrtpPair, protect_rtcp, unprotect_rtcp};

#[test]
fn rtp_with_any_flipped_bit_is_refused() {
    for profile in Profile::ALL {
        let mut pair = SrtpPair::new(profile);
        let protected = pair.protect(5);
        for bit in 0..8 * protected.len() {
            let mut tampered = protected.clone();
            tampered[bit / 8] ^= 1 << (bit % 8);
            if Header::parse(&tampered).is_ok() {
                assert!(pair.unprotect(&tampered).is_err(), "{profile:?} bit {bit}");
            }
        }
        assert_eq!(pair.receiver.stream_count(), 0);
        assert!(pair.unprotect(&protected).is_ok(), "the real packet is still accepted");
    }
}

#[test]
fn rtcp_with_any_flipped_bit_is_refused() {
    for profile in Profile::ALL {
        let mut pair = SrtpPair::new(profile);
        let packet = [0x81, 206, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8];
        let protected = protect_rtcp(&mut pair.sender, &packet).unwrap();
        for bit in 0..8 * protected.len() {
            let mut tampered = protected.clone();
            tampered[bit / 8] ^= 1 << (bit % 8);
            assert!(unprotect_rtcp(&mut pair.receiver, &tampered).is_err(), "{profile:?} bit {bit}");
        }
        assert!(unprotect_rtcp(&mut pair.receiver, &protected).is_ok(), "the real packet is still accepted");
    }
}

#[test]
fn rtcp_without_the_encrypted_flag_is_refused_as_such() {
    for profile in Profile::ALL {
        let mut pair = SrtpPair::new(profile);
        let mut protected = protect_rtcp(&mut pair.sender, &[0x80, 201, 0, 1, 0, 0, 0, 9]).unwrap();
        let word = match profile {
            Profile::Aes128CmHmacSha1_80 => protected.len() - 14,
            _ => protected.len() - 4,
        };
        protected[word] &= 0x7f;
        assert_eq!(unprotect_rtcp(&mut pair.receiver, &protected), Err(SrtpError::Unencrypted), "{profile:?}");
    }
}

#[test]
fn packets_cut_to_any_length_are_refused() {
    for profile in Profile::ALL {
        let mut pair = SrtpPair::new(profile);
        let rtp = pair.protect(5);
        for len in 12..rtp.len() {
            assert!(pair.unprotect(&rtp[..len]).is_err(), "{profile:?} {len}");
        }
        let rtcp = protect_rtcp(&mut pair.sender, &[0x80, 201, 0, 1, 0, 0, 0, 9]).unwrap();
        for len in 0..rtcp.len() {
            assert!(unprotect_rtcp(&mut pair.receiver, &rtcp[..len]).is_err(), "{profile:?} {len}");
        }
    }
}
