//! The rollover counter: estimated by the receiver, kept by the sender, never sent.

use parley_forwarder_core::srtp::{Profile, SrtpError};

use crate::support::SrtpPair;

#[test]
fn streams_go_on_over_several_wraps() {
    for profile in Profile::ALL {
        let mut pair = SrtpPair::new(profile);
        for number in (0..200_000_u32).step_by(1_000) {
            let protected = pair.protect(number as u16);
            assert!(pair.unprotect(&protected).is_ok(), "{profile:?} {number}");
        }
    }
}

#[test]
fn packets_reordered_around_a_wrap_are_all_opened() {
    for profile in Profile::ALL {
        let mut pair = SrtpPair::new(profile);
        let sequences = [65_533, 65_534, 65_535, 0, 1, 2];
        let protected: Vec<_> = sequences.into_iter().map(|sequence| pair.protect(sequence)).collect();
        for position in [1, 4, 0, 3, 5, 2] {
            assert!(pair.unprotect(&protected[position]).is_ok(), "{profile:?} {position}");
        }
    }
}

#[test]
fn a_sender_may_send_late_packets_from_before_its_wrap() {
    let mut pair = SrtpPair::new(Profile::AeadAes128Gcm);
    for sequence in [65_534, 1, 65_535, 2, 0] {
        let protected = pair.protect(sequence);
        assert!(pair.unprotect(&protected).is_ok(), "{sequence}");
    }
}

#[test]
fn the_same_sequence_number_one_wrap_later_is_another_packet() {
    for profile in Profile::ALL {
        let mut pair = SrtpPair::new(profile);
        let first = pair.protect(7);
        pair.unprotect(&first).unwrap();
        for sequence in [30_000, 60_000] {
            let between = pair.protect(sequence);
            pair.unprotect(&between).unwrap();
        }
        let later = pair.protect(7);
        assert_ne!(later, first);
        assert!(pair.unprotect(&later).is_ok());
        assert_eq!(pair.unprotect(&first), Err(SrtpError::Replayed), "{profile:?}");
    }
}

#[test]
fn a_stream_that_is_heard_first_after_its_wrap_is_refused_until_an_older_packet_comes() {
    let mut pair = SrtpPair::new(Profile::AeadAes128Gcm);
    let before = pair.protect(65_535);
    let after = pair.protect(0);
    assert_eq!(pair.unprotect(&after), Err(SrtpError::NotAuthentic));
    assert!(pair.unprotect(&before).is_ok());
    assert!(pair.unprotect(&after).is_ok());
}
