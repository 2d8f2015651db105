//! Opus (RFC 6716, RFC 7587).

/// The first byte of a packet (RFC 6716, section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableOfContents {
    /// Mode, bandwidth and frame size: 0 to 31.
    pub configuration: u8,
    /// Whether the packet holds two channels.
    pub is_stereo: bool,
    /// The length of each frame in samples at 48 kHz.
    pub frame_samples: u32,
}

impl TableOfContents {
    /// Reads the start of a payload; `None` when it is empty.
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let byte = *payload.first()?;
        let configuration = byte >> 3;
        Some(Self { configuration, is_stereo: byte & 0x04 != 0, frame_samples: frame_samples(configuration) })
    }
}

/// RFC 6716, table 2: SILK has 10 to 60 ms, hybrid 10 and 20 ms, CELT 2.5 to 20 ms.
const fn frame_samples(configuration: u8) -> u32 {
    match (configuration, configuration % 4) {
        (0..12, 3) => 2_880,
        (0..12, size) => 480 << size,
        (12..16, size) => 480 << (size % 2),
        (_, size) => 120 << size,
    }
}

/// Whether the packet stands for silence that is not transmitted (DTX): its frames hold nothing, as RFC 6716, section
/// 3.1, says of frames of at most one byte.
pub fn is_silence(payload: &[u8]) -> bool {
    match payload {
        [] => false,
        // The code in the low bits is 0 for one frame, 1 for two of equal length, 3 for as many as the next byte says.
        [contents, frames @ ..] => match contents & 0x03 {
            0 => frames.len() <= 1,
            1 => frames.len() <= 2,
            3 => frames.len() <= 1,
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_without_content_are_silence() {
        for payload in [&[0x78][..], &[0x78, 0x01], &[0x79], &[0x79, 1, 1], &[0x7b, 3]] {
            assert!(is_silence(payload), "{payload:?}");
        }
        for payload in [&[][..], &[0x78, 1, 2], &[0x79, 1, 2, 3, 4], &[0x7a, 1], &[0x7b, 2, 5, 6, 7, 8]] {
            assert!(!is_silence(payload), "{payload:?}");
        }
    }

    #[test]
    fn the_first_byte_tells_the_frame_length() {
        let milliseconds = |configuration: u8| {
            TableOfContents::parse(&[configuration << 3]).map(|contents| f64::from(contents.frame_samples) / 48.0)
        };
        assert_eq!([0, 1, 2, 3].map(milliseconds), [10.0, 20.0, 40.0, 60.0].map(Some));
        assert_eq!([12, 13, 14, 15].map(milliseconds), [10.0, 20.0, 10.0, 20.0].map(Some));
        assert_eq!([28, 29, 30, 31].map(milliseconds), [2.5, 5.0, 10.0, 20.0].map(Some));
        assert_eq!(TableOfContents::parse(&[]), None);
        assert!(TableOfContents::parse(&[0x7c]).is_some_and(|contents| contents.is_stereo));
    }
}
