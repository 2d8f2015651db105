//! Sender and Receiver Reports (RFC 3550, sections 6.4.1 and 6.4.2).

use super::NtpTime;
use super::framing::write_packet;
use super::packet_type;
use crate::bytes::{Reader, WriteError, Writer};

/// The most blocks that one report holds.
pub const MAX_REPORT_BLOCKS: usize = 31;

const BLOCK_LEN: usize = 24;
const CUMULATIVE_LOST_MAX: i32 = 0x7f_ffff;

/// How one stream arrives at its receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportBlock {
    /// The stream.
    pub ssrc: u32,
    /// The part of packets lost since the last report, in 1/256.
    pub fraction_lost: u8,
    /// Packets lost since the start, negative when more came than were sent; cut to 24 bits.
    pub cumulative_lost: i32,
    /// The highest sequence number received, with its rollovers in the upper 16 bits.
    pub highest_sequence: u32,
    /// Interarrival jitter in clock ticks.
    pub jitter: u32,
    /// The middle bits of the NTP time in the last Sender Report, or 0.
    pub last_sender_report: u32,
    /// The time since that report came, in 1/65536 s.
    pub delay_since_last: u32,
}

impl ReportBlock {
    fn parse(bytes: &[u8; BLOCK_LEN]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        Some(Self {
            ssrc: reader.u32()?,
            fraction_lost: reader.u8()?,
            // Shifted to the top and back, 24 bits keep their sign.
            cumulative_lost: (reader.u24()? << 8).cast_signed() >> 8,
            highest_sequence: reader.u32()?,
            jitter: reader.u32()?,
            last_sender_report: reader.u32()?,
            delay_since_last: reader.u32()?,
        })
    }

    fn write(&self, out: &mut Writer<'_>) -> Result<(), WriteError> {
        let cumulative_lost = self.cumulative_lost.clamp(-CUMULATIVE_LOST_MAX - 1, CUMULATIVE_LOST_MAX);
        out.u32(self.ssrc)?;
        out.u8(self.fraction_lost)?;
        out.u24(cumulative_lost.cast_unsigned())?;
        out.u32(self.highest_sequence)?;
        out.u32(self.jitter)?;
        out.u32(self.last_sender_report)?;
        out.u32(self.delay_since_last)
    }
}

/// What a sender says of its own stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderInfo {
    /// When the report was made.
    pub ntp: NtpTime,
    /// The same moment on the stream's clock, in ticks.
    pub rtp_timestamp: u32,
    /// Packets sent since the start, modulo 2^32.
    pub packet_count: u32,
    /// Payload bytes sent since the start, modulo 2^32.
    pub octet_count: u32,
}

/// SR.
#[derive(Debug, Clone)]
pub struct SenderReport<'a> {
    /// The sender's stream.
    pub ssrc: u32,
    /// What it says of it.
    pub info: SenderInfo,
    blocks: &'a [u8],
}

impl<'a> SenderReport<'a> {
    pub(super) fn parse(count: u8, body: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(body);
        let ssrc = reader.u32()?;
        let info = SenderInfo {
            ntp: NtpTime(reader.u64()?),
            rtp_timestamp: reader.u32()?,
            packet_count: reader.u32()?,
            octet_count: reader.u32()?,
        };
        Some(Self { ssrc, info, blocks: reader.take(BLOCK_LEN * usize::from(count))? })
    }

    /// The report blocks, in order.
    pub fn blocks(&self) -> impl Iterator<Item = ReportBlock> + use<'a> {
        blocks(self.blocks)
    }
}

/// RR.
#[derive(Debug, Clone)]
pub struct ReceiverReport<'a> {
    /// Who reports.
    pub ssrc: u32,
    blocks: &'a [u8],
}

impl<'a> ReceiverReport<'a> {
    pub(super) fn parse(count: u8, body: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(body);
        Some(Self { ssrc: reader.u32()?, blocks: reader.take(BLOCK_LEN * usize::from(count))? })
    }

    /// The report blocks, in order.
    pub fn blocks(&self) -> impl Iterator<Item = ReportBlock> + use<'a> {
        blocks(self.blocks)
    }
}

fn blocks(bytes: &[u8]) -> impl Iterator<Item = ReportBlock> + use<'_> {
    bytes.as_chunks().0.iter().filter_map(ReportBlock::parse)
}

/// Appends a Sender Report.
///
/// # Errors
/// [`WriteError::ValueTooLarge`] for more than [`MAX_REPORT_BLOCKS`], [`WriteError::BufferTooSmall`].
pub fn write_sender_report(
    out: &mut Writer<'_>,
    ssrc: u32,
    info: &SenderInfo,
    blocks: &[ReportBlock],
) -> Result<(), WriteError> {
    write_packet(out, packet_type::SENDER_REPORT, block_count(blocks)?, |body| {
        body.u32(ssrc)?;
        body.u64(info.ntp.0)?;
        body.u32(info.rtp_timestamp)?;
        body.u32(info.packet_count)?;
        body.u32(info.octet_count)?;
        blocks.iter().try_for_each(|block| block.write(body))
    })
}

/// Appends a Receiver Report.
///
/// # Errors
/// Those of [`write_sender_report`].
pub fn write_receiver_report(out: &mut Writer<'_>, ssrc: u32, blocks: &[ReportBlock]) -> Result<(), WriteError> {
    write_packet(out, packet_type::RECEIVER_REPORT, block_count(blocks)?, |body| {
        body.u32(ssrc)?;
        blocks.iter().try_for_each(|block| block.write(body))
    })
}

fn block_count(blocks: &[ReportBlock]) -> Result<u8, WriteError> {
    u8::try_from(blocks.len())
        .ok()
        .filter(|count| usize::from(*count) <= MAX_REPORT_BLOCKS)
        .ok_or(WriteError::ValueTooLarge)
}
