use parley_forwarder_core::srtp::{Profile, SendContext, SendState, SrtpError};

use crate::simulation::{VP8, rtp_packet};

/// A second packet under one index would give the key away, so only what was sent may be sent again.
#[test]
fn a_packet_that_was_not_sent_is_not_protected_as_a_repetition() {
    let context = SendContext::new(Profile::AeadAes128Gcm, &[7; 28]).unwrap();
    let mut state = SendState::new(100);
    let protect = |state: &mut SendState, number: u16, is_again: bool| {
        let mut buffer = rtp_packet(100, &VP8, number, 0, &[], &[1, 2, 3]);
        let len = buffer.len();
        buffer.resize(len + 16, 0);
        let protected = if is_again {
            context.protect_rtp_again(state, &mut buffer, 12, len)
        } else {
            context.protect_rtp(state, &mut buffer, 12, len)
        };
        protected.map(|_| buffer)
    };
    let first = protect(&mut state, 5, false).unwrap();
    assert_eq!(protect(&mut state, 5, true), Ok(first));
    assert_eq!(protect(&mut state, 6, true), Err(SrtpError::TooOld));
    assert_eq!(protect(&mut state, 5, false), Err(SrtpError::Replayed));
}
