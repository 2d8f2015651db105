//! The header extensions whose data the forwarder reads or writes. All others pass as they are.

/// The loudness of an audio packet (RFC 6464).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AudioLevel {
    /// Whether the sender thinks that this is speech.
    pub voice: bool,
    /// In -dBov: 0 is the loudest, 127 is silence.
    pub level: u8,
}

impl AudioLevel {
    /// Reads the element; `None` when it is empty.
    pub fn parse(data: &[u8]) -> Option<Self> {
        data.first().map(|byte| Self { voice: byte & 0x80 != 0, level: byte & 0x7f })
    }
}

/// The transport-wide sequence number (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 2).
pub fn transport_sequence(data: &[u8]) -> Option<u16> {
    data.first_chunk().copied().map(u16::from_be_bytes)
}

/// When a packet left its sender: seconds modulo 64 with 18 fractional bits, in 24 bits (the abs-send-time extension
/// of WebRTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AbsoluteSendTime(u32);

impl AbsoluteSendTime {
    /// The least element, 24 bits.
    pub const LEN: usize = 3;

    /// Reads the element; `None` when it is too short.
    pub fn parse(data: &[u8]) -> Option<Self> {
        crate::bytes::Reader::new(data).u24().map(Self)
    }

    /// The value for a time since any fixed moment.
    pub const fn from_duration(time: std::time::Duration) -> Self {
        let fixed_point = (time.as_nanos() << 18) / 1_000_000_000;
        // Modulo 64 seconds is meant.
        Self((fixed_point & 0x00ff_ffff) as u32)
    }

    /// The three bytes of the element.
    pub const fn to_bytes(self) -> [u8; Self::LEN] {
        let [_, high, middle, low] = self.0.to_be_bytes();
        [high, middle, low]
    }

    /// Microseconds from `earlier` to this, the shorter way round: less than 32 seconds either way.
    pub const fn micros_since(self, earlier: Self) -> i64 {
        // Shifted to the top, the difference of 24-bit numbers wraps as one of 32 bits does.
        let difference = (self.0.wrapping_sub(earlier.0) << 8).cast_signed() >> 8;
        (difference as i64 * 1_000_000) >> 18
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_audio_level_is_voice_and_loudness() {
        assert_eq!(AudioLevel::parse(&[0x80 | 42]), Some(AudioLevel { voice: true, level: 42 }));
        assert_eq!(AudioLevel::parse(&[127, 9]), Some(AudioLevel { voice: false, level: 127 }));
        assert_eq!(AudioLevel::parse(&[]), None);
    }

    #[test]
    fn a_transport_sequence_is_two_bytes() {
        assert_eq!(transport_sequence(&[0xab, 0xcd]), Some(0xabcd));
        assert_eq!(transport_sequence(&[0xab]), None);
    }

    #[test]
    fn send_times_wrap_after_64_seconds() {
        let before = AbsoluteSendTime::from_duration(Duration::from_millis(63_990));
        let after = AbsoluteSendTime::from_duration(Duration::from_millis(64_010));
        assert!((after.micros_since(before) - 20_000).abs() < 10, "{}", after.micros_since(before));
        assert!((before.micros_since(after) + 20_000).abs() < 10);
        assert_eq!(AbsoluteSendTime::parse(&after.to_bytes()), Some(after));
        assert_eq!(AbsoluteSendTime::parse(&[1, 2]), None);
    }
}
