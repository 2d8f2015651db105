//! Which protocol a datagram on the shared port belongs to (RFC 7983, section 7; RFC 5761, section 4).

/// What a datagram is, by its first two bytes alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// STUN (RFC 8489).
    Stun,
    /// DTLS (RFC 6347, RFC 9147).
    Dtls,
    /// RTP or SRTP.
    Rtp,
    /// RTCP or SRTCP.
    Rtcp,
}

/// Tells the protocol of a datagram, or `None` for one that a node has no use for.
pub fn classify(datagram: &[u8]) -> Option<Protocol> {
    match datagram {
        [0..=3, ..] => Some(Protocol::Stun),
        [20..=63, ..] => Some(Protocol::Dtls),
        [128..=191, 192..=223, ..] => Some(Protocol::Rtcp),
        [128..=191, _, ..] => Some(Protocol::Rtp),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell_the_protocol() {
        assert_eq!(classify(&[0x00, 0x01]), Some(Protocol::Stun));
        assert_eq!(classify(&[22, 254]), Some(Protocol::Dtls));
        assert_eq!(classify(&[0x80, 0xe0]), Some(Protocol::Rtp));
        assert_eq!(classify(&[0x80, 0xc8]), Some(Protocol::Rtcp));
        assert_eq!(classify(&[0x8f, 0xcd]), Some(Protocol::Rtcp));
    }

    #[test]
    fn everything_else_is_nothing() {
        for datagram in [&[][..], &[4], &[16, 0], &[64, 0], &[79, 1], &[0x80], &[192, 0]] {
            assert_eq!(classify(datagram), None, "{datagram:?}");
        }
    }
}
