//! No packet is accepted twice, and none is sent twice.

use parley_forwarder_core::srtp::{Profile, SendContext, SrtpError};

use crate::support::{SSRC, SrtpPair, master, protect_rtcp, protect_rtp, rtp_packet, unprotect_rtcp};

const RECEIVER_REPORT: [u8; 8] = [0x80, 201, 0, 1, 0x12, 0x34, 0xab, 0xcd];

#[test]
fn rtp_is_opened_once() {
    for profile in Profile::ALL {
        let mut pair = SrtpPair::new(profile);
        let packets: Vec<_> = (100..110).map(|sequence| pair.protect(sequence)).collect();
        for packet in &packets {
            assert!(pair.unprotect(packet).is_ok());
        }
        for packet in &packets {
            assert_eq!(pair.unprotect(packet), Err(SrtpError::Replayed), "{profile:?}");
        }
    }
}

#[test]
fn rtp_older_than_1024_packets_is_refused() {
    let mut pair = SrtpPair::new(Profile::AeadAes128Gcm);
    let (too_old, just_in) = (pair.protect(1_000), pair.protect(1_001));
    let newest = pair.protect(2_024);
    pair.unprotect(&newest).unwrap();
    assert_eq!(pair.unprotect(&too_old), Err(SrtpError::TooOld));
    assert!(pair.unprotect(&just_in).is_ok());
}

#[test]
fn rtcp_is_opened_once_and_in_any_order_within_its_window() {
    for profile in Profile::ALL {
        let mut pair = SrtpPair::new(profile);
        let packets: Vec<_> = (0..200).map(|_| protect_rtcp(&mut pair.sender, &RECEIVER_REPORT).unwrap()).collect();
        for position in [10, 9, 199] {
            assert!(unprotect_rtcp(&mut pair.receiver, &packets[position]).is_ok());
        }
        assert_eq!(unprotect_rtcp(&mut pair.receiver, &packets[199]), Err(SrtpError::Replayed));
        assert_eq!(unprotect_rtcp(&mut pair.receiver, &packets[71]), Err(SrtpError::TooOld));
        assert!(unprotect_rtcp(&mut pair.receiver, &packets[72]).is_ok());
    }
}

#[test]
fn a_sequence_number_is_never_sent_twice_under_one_key() {
    let mut pair = SrtpPair::new(Profile::AeadAes128Gcm);
    pair.protect(10);
    let again = rtp_packet(SSRC, 10, b"something else");
    assert_eq!(protect_rtp(&pair.sender, &mut pair.state, &again), Err(SrtpError::Replayed));
    pair.protect(2_000);
    let late = rtp_packet(SSRC, 11, b"late");
    assert_eq!(protect_rtp(&pair.sender, &mut pair.state, &late), Err(SrtpError::TooOld));
}

#[test]
fn a_state_is_for_one_stream() {
    let mut pair = SrtpPair::new(Profile::AeadAes128Gcm);
    let other = rtp_packet(SSRC + 1, 10, b"payload");
    assert_eq!(protect_rtp(&pair.sender, &mut pair.state, &other), Err(SrtpError::WrongSsrc));
}

#[test]
fn each_rtcp_packet_has_an_index_of_its_own() {
    let profile = Profile::AeadAes256Gcm;
    let mut sender = SendContext::new(profile, &master(profile)).unwrap();
    let first = protect_rtcp(&mut sender, &RECEIVER_REPORT).unwrap();
    let second = protect_rtcp(&mut sender, &RECEIVER_REPORT).unwrap();
    assert_eq!(first[first.len() - 4..], [0x80, 0, 0, 1]);
    assert_eq!(second[second.len() - 4..], [0x80, 0, 0, 2]);
}
