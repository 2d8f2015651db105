//! Full Intra Request (RFC 5104, section 4.3.1): an order for a keyframe.

use super::framing::{read_feedback_ssrcs, write_packet};
use super::{feedback_format, packet_type};
use crate::bytes::{Reader, WriteError, Writer};

const ENTRY_LEN: usize = 8;

/// One order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FullIntraRequest {
    /// The stream.
    pub ssrc: u32,
    /// Counts the orders; one that is repeated keeps its number.
    pub sequence: u8,
}

/// FIR.
#[derive(Debug, Clone)]
pub struct FullIntraRequests<'a> {
    /// Who asks.
    pub sender_ssrc: u32,
    entries: &'a [u8],
}

impl<'a> FullIntraRequests<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(body);
        let (sender_ssrc, _unused) = read_feedback_ssrcs(&mut reader)?;
        Some(Self { sender_ssrc, entries: reader.rest() })
    }

    /// The orders, in order.
    pub fn requests(&self) -> impl Iterator<Item = FullIntraRequest> + use<'a> {
        self.entries.as_chunks::<ENTRY_LEN>().0.iter().filter_map(|entry| {
            let mut reader = Reader::new(entry);
            Some(FullIntraRequest { ssrc: reader.u32()?, sequence: reader.u8()? })
        })
    }
}

/// Appends a FIR with one order.
///
/// # Errors
/// [`WriteError::BufferTooSmall`].
pub fn write_full_intra_request(
    out: &mut Writer<'_>,
    sender_ssrc: u32,
    request: FullIntraRequest,
) -> Result<(), WriteError> {
    write_packet(out, packet_type::PAYLOAD_SPECIFIC_FEEDBACK, feedback_format::FULL_INTRA_REQUEST, |body| {
        body.u32(sender_ssrc)?;
        body.u32(0)?;
        body.u32(request.ssrc)?;
        body.u8(request.sequence)?;
        body.u24(0)
    })
}
