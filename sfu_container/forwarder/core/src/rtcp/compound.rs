//! Going through a compound packet (RFC 3550, section 6.1), also a reduced-size one (RFC 5506).

use super::framing::Frame;
use super::{
    FullIntraRequests, Goodbye, Nack, PictureLoss, ReceiverBitrate, ReceiverReport, RtcpError, SenderReport,
    SourceDescription, TransportFeedback, feedback_format, packet_type,
};
use crate::bytes::Reader;

/// One packet of a compound.
#[derive(Debug, Clone)]
pub enum Packet<'a> {
    /// SR.
    SenderReport(SenderReport<'a>),
    /// RR.
    ReceiverReport(ReceiverReport<'a>),
    /// SDES.
    SourceDescription(SourceDescription<'a>),
    /// BYE.
    Goodbye(Goodbye<'a>),
    /// Generic NACK.
    Nack(Nack<'a>),
    /// TWCC.
    TransportFeedback(TransportFeedback<'a>),
    /// PLI.
    PictureLoss(PictureLoss),
    /// FIR.
    FullIntraRequests(FullIntraRequests<'a>),
    /// REMB.
    ReceiverBitrate(ReceiverBitrate<'a>),
    /// One that the forwarder has no use for.
    Other {
        /// Its packet type.
        packet_type: u8,
        /// Its count or format.
        count: u8,
    },
}

/// Goes through the packets of a compound in order. Bad content ends one packet, bad framing the whole.
#[derive(Debug, Clone)]
pub struct Compound<'a> {
    reader: Reader<'a>,
}

impl<'a> Compound<'a> {
    /// Over an open RTCP packet.
    pub const fn new(packet: &'a [u8]) -> Self {
        Self { reader: Reader::new(packet) }
    }
}

impl<'a> Iterator for Compound<'a> {
    type Item = Result<Packet<'a>, RtcpError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_empty() {
            return None;
        }
        let frame = Frame::read(&mut self.reader);
        if frame.is_err() {
            self.reader = Reader::new(&[]);
        }
        Some(frame.and_then(|frame| Packet::parse(&frame).ok_or(RtcpError::BadContent)))
    }
}

impl<'a> Packet<'a> {
    fn parse(frame: &Frame<'a>) -> Option<Self> {
        use feedback_format as format;
        let (count, body) = (frame.count, frame.body);
        Some(match (frame.packet_type, count) {
            (packet_type::SENDER_REPORT, _) => Self::SenderReport(SenderReport::parse(count, body)?),
            (packet_type::RECEIVER_REPORT, _) => Self::ReceiverReport(ReceiverReport::parse(count, body)?),
            (packet_type::SOURCE_DESCRIPTION, _) => Self::SourceDescription(SourceDescription::new(count, body)),
            (packet_type::GOODBYE, _) => Self::Goodbye(Goodbye::parse(count, body)?),
            (packet_type::TRANSPORT_LAYER_FEEDBACK, format::NACK) => Self::Nack(Nack::parse(body)?),
            (packet_type::TRANSPORT_LAYER_FEEDBACK, format::TRANSPORT_WIDE) => {
                Self::TransportFeedback(TransportFeedback::parse(body)?)
            }
            (packet_type::PAYLOAD_SPECIFIC_FEEDBACK, format::PICTURE_LOSS) => {
                Self::PictureLoss(PictureLoss::parse(body)?)
            }
            (packet_type::PAYLOAD_SPECIFIC_FEEDBACK, format::FULL_INTRA_REQUEST) => {
                Self::FullIntraRequests(FullIntraRequests::parse(body)?)
            }
            (packet_type::PAYLOAD_SPECIFIC_FEEDBACK, format::APPLICATION) => {
                // Application layer feedback of another kind is none of ours.
                ReceiverBitrate::parse(body)?.map_or(Self::other(frame), Self::ReceiverBitrate)
            }
            _ => Self::other(frame),
        })
    }

    const fn other(frame: &Frame<'_>) -> Self {
        Self::Other { packet_type: frame.packet_type, count: frame.count }
    }
}
