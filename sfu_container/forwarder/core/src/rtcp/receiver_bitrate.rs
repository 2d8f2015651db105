//! REMB, a receiver's estimate of its bandwidth (draft-alvestrand-rmcat-remb-03, section 2).

use super::framing::{numbers, read_feedback_ssrcs, write_packet};
use super::{feedback_format, packet_type};
use crate::bytes::{Reader, WriteError, Writer};

const IDENTIFIER: [u8; 4] = *b"REMB";
const MANTISSA_BITS: u32 = 18;

/// REMB.
#[derive(Debug, Clone)]
pub struct ReceiverBitrate<'a> {
    /// Who estimates.
    pub sender_ssrc: u32,
    /// The most it thinks that it can receive, in bit/s.
    pub bitrate: u64,
    ssrcs: &'a [u8],
}

impl<'a> ReceiverBitrate<'a> {
    /// `Some(None)` is application layer feedback of another kind.
    pub(super) fn parse(body: &'a [u8]) -> Option<Option<Self>> {
        let mut reader = Reader::new(body);
        let (sender_ssrc, _unused) = read_feedback_ssrcs(&mut reader)?;
        if reader.array() != Some(IDENTIFIER) {
            return Some(None);
        }
        let count = reader.u8()?;
        let exponent_and_mantissa = reader.u24()?;
        let mantissa = u64::from(exponent_and_mantissa & ((1 << MANTISSA_BITS) - 1));
        let exponent = exponent_and_mantissa >> MANTISSA_BITS;
        let bitrate = if mantissa.leading_zeros() < exponent { u64::MAX } else { mantissa << exponent };
        Some(Some(Self { sender_ssrc, bitrate, ssrcs: reader.take(4 * usize::from(count))? }))
    }

    /// The streams that share the bitrate.
    pub fn ssrcs(&self) -> impl Iterator<Item = u32> + use<'a> {
        numbers(self.ssrcs)
    }
}

/// Appends a REMB for the streams `ssrcs`; `bitrate` in bit/s is rounded down to 18 significant bits.
///
/// # Errors
/// [`WriteError::ValueTooLarge`] for more than 255 streams, [`WriteError::BufferTooSmall`].
pub fn write_receiver_bitrate(
    out: &mut Writer<'_>,
    sender_ssrc: u32,
    bitrate: u64,
    ssrcs: &[u32],
) -> Result<(), WriteError> {
    let count = u8::try_from(ssrcs.len()).map_err(|_| WriteError::ValueTooLarge)?;
    let exponent = (u64::BITS - bitrate.leading_zeros()).saturating_sub(MANTISSA_BITS);
    // The shift leaves 18 bits.
    let mantissa = (bitrate >> exponent) as u32;
    write_packet(out, packet_type::PAYLOAD_SPECIFIC_FEEDBACK, feedback_format::APPLICATION, |body| {
        body.u32(sender_ssrc)?;
        body.u32(0)?;
        body.put(&IDENTIFIER)?;
        body.u8(count)?;
        body.u24(exponent << MANTISSA_BITS | mantissa)?;
        ssrcs.iter().try_for_each(|ssrc| body.u32(*ssrc))
    })
}
