//! What one end protects the other opens.

use parley_forwarder_core::rtp::{ExtensionFormat, FixedFields, HeaderWriter};
use parley_forwarder_core::srtp::{Profile, SrtpError};
use proptest::prelude::*;

use crate::support::{SSRC, SrtpPair, protect_rtcp, protect_rtp, unprotect_rtcp, unprotect_rtp};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rtp_of_any_shape_comes_back(
        sequence: u16,
        csrcs in prop::collection::vec(any::<u32>(), 0..=15),
        extension in prop::collection::vec(any::<u8>(), 1..=16),
        payload in prop::collection::vec(any::<u8>(), 0..1_300),
    ) {
        for profile in Profile::ALL {
            let mut pair = SrtpPair::new(profile);
            let mut packet = vec![0; 100];
            let fields = FixedFields { marker: true, payload_type: 111, sequence, timestamp: 7, ssrc: SSRC };
            let mut header = HeaderWriter::start(&mut packet, &fields, &csrcs, ExtensionFormat::OneByte).unwrap();
            header.extension(5, &extension).unwrap();
            let header_len = header.finish().unwrap();
            packet.truncate(header_len);
            packet.extend(&payload);
            let protected = protect_rtp(&pair.sender, &mut pair.state, &packet).unwrap();
            prop_assert_eq!(protected.len(), packet.len() + profile.rtp_overhead());
            prop_assert_eq!(&protected[..header_len], &packet[..header_len]);
            prop_assert_eq!(unprotect_rtp(&mut pair.receiver, &protected), Ok(packet));
        }
    }

    #[test]
    fn rtcp_of_any_length_comes_back(words in 1_usize..300, filling: u8) {
        for profile in Profile::ALL {
            let mut pair = SrtpPair::new(profile);
            let mut packet = vec![filling; 4 + 4 * words];
            packet[..2].copy_from_slice(&[0x80, 201]);
            let protected = protect_rtcp(&mut pair.sender, &packet).unwrap();
            prop_assert_eq!(protected.len(), packet.len() + profile.rtcp_overhead());
            prop_assert_eq!(&protected[..8], &packet[..8]);
            prop_assert_eq!(unprotect_rtcp(&mut pair.receiver, &protected), Ok(packet));
        }
    }
}

#[test]
fn payloads_are_not_readable_on_the_wire() {
    for profile in Profile::ALL {
        let protected = SrtpPair::new(profile).protect(1);
        assert!(!protected.windows(7).any(|bytes| bytes == b"payload"), "{profile:?}");
    }
}

#[test]
fn another_key_opens_nothing() {
    for profile in Profile::ALL {
        let protected = SrtpPair::new(profile).protect(1);
        let mut other_key = crate::support::master(profile);
        other_key[0] ^= 1;
        let mut receiver = parley_forwarder_core::srtp::ReceiveContext::new(profile, &other_key).unwrap();
        assert_eq!(unprotect_rtp(&mut receiver, &protected), Err(SrtpError::NotAuthentic));
    }
}

#[test]
fn profiles_are_named_as_the_engine_spells_them() {
    for profile in Profile::ALL {
        assert_eq!(Profile::from_name(profile.name()), Some(profile));
    }
    assert_eq!(Profile::from_name("AES128_CM_HMAC_SHA1_32"), None);
}
