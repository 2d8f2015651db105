//! Sizes and numbers that are bounded.

use parley_forwarder_core::srtp::{MAX_STREAMS, Profile, SendState, SrtpError};

use crate::support::{SSRC, SrtpPair, protect_rtp, rtp_packet, unprotect_rtp};

#[test]
fn strangers_get_no_state() {
    let mut pair = SrtpPair::new(Profile::AeadAes128Gcm);
    for ssrc in 0..1_000 {
        let forged = rtp_packet(ssrc, 1, &[0; 40]);
        assert_eq!(unprotect_rtp(&mut pair.receiver, &forged), Err(SrtpError::NotAuthentic));
    }
    assert_eq!(pair.receiver.stream_count(), 0);
}

#[test]
fn a_peer_has_at_most_64_streams_and_gets_room_when_one_is_forgotten() {
    let mut pair = SrtpPair::new(Profile::Aes128CmHmacSha1_80);
    let sender = &pair.sender;
    let packet = |ssrc| protect_rtp(sender, &mut SendState::new(ssrc), &rtp_packet(ssrc, ssrc as u16, b"x")).unwrap();
    for ssrc in 0..MAX_STREAMS as u32 {
        assert!(unprotect_rtp(&mut pair.receiver, &packet(ssrc)).is_ok());
    }
    assert_eq!(unprotect_rtp(&mut pair.receiver, &packet(1_000)), Err(SrtpError::TooManyStreams));
    pair.receiver.forget_stream(7);
    assert!(unprotect_rtp(&mut pair.receiver, &packet(1_000)).is_ok());
    for known in (0..MAX_STREAMS as u32).filter(|ssrc| *ssrc != 7) {
        assert_eq!(unprotect_rtp(&mut pair.receiver, &packet(known)), Err(SrtpError::Replayed), "{known} stays known");
    }
}

#[test]
fn a_buffer_without_room_for_the_tag_is_an_error() {
    for profile in Profile::ALL {
        let mut pair = SrtpPair::new(profile);
        let mut buffer = rtp_packet(SSRC, 1, b"payload");
        let len = buffer.len();
        buffer.resize(len + profile.rtp_overhead() - 1, 0);
        let protected = pair.sender.protect_rtp(&mut pair.state, &mut buffer, 12, len);
        assert_eq!(protected, Err(SrtpError::BufferTooSmall));
        buffer.push(0);
        assert_eq!(pair.sender.protect_rtp(&mut pair.state, &mut buffer, 12, len), Ok(buffer.len()));
        let mut rtcp = vec![0x80; 8 + profile.rtcp_overhead() - 1];
        assert_eq!(pair.sender.protect_rtcp(&mut rtcp, 8), Err(SrtpError::BufferTooSmall));
    }
}

#[test]
fn lengths_that_contradict_each_other_are_errors() {
    let mut pair = SrtpPair::new(Profile::AeadAes128Gcm);
    let mut buffer = rtp_packet(SSRC, 1, &[0; 60]);
    assert_eq!(pair.sender.protect_rtp(&mut pair.state, &mut buffer, 11, 30), Err(SrtpError::TooShort));
    assert_eq!(pair.sender.protect_rtp(&mut pair.state, &mut buffer, 31, 30), Err(SrtpError::TooShort));
    assert_eq!(pair.sender.protect_rtp(&mut pair.state, &mut buffer, 12, 100), Err(SrtpError::BufferTooSmall));
    assert_eq!(pair.sender.protect_rtp(&mut pair.state, &mut [0x80; 11], 12, 12), Err(SrtpError::TooShort));
    assert_eq!(pair.sender.protect_rtcp(&mut buffer, 7), Err(SrtpError::TooShort));
    assert_eq!(pair.sender.protect_rtcp(&mut buffer, 100), Err(SrtpError::TooShort));
}
