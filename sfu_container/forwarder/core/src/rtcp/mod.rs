//! RTCP: compound packets in, views of their parts; writers for what a node sends (RFC 3550, RFC 4585, RFC 5104).
//!
//! Every writer appends to a [`Writer`](crate::bytes::Writer), so that calls in a row make a compound packet; one that
//! fails leaves what was written before it.

mod compound;
mod framing;
mod full_intra_request;
mod nack;
mod ntp;
mod picture_loss;
mod receiver_bitrate;
mod report;
mod source_description;
pub mod transport_feedback;

pub use compound::{Compound, Packet};
pub use full_intra_request::{FullIntraRequest, FullIntraRequests, write_full_intra_request};
pub use nack::{Nack, write_nack};
pub use ntp::{NtpTime, round_trip};
pub use picture_loss::{PictureLoss, write_picture_loss};
pub use receiver_bitrate::{ReceiverBitrate, write_receiver_bitrate};
pub use report::{
    MAX_REPORT_BLOCKS, ReceiverReport, ReportBlock, SenderInfo, SenderReport, write_receiver_report,
    write_sender_report,
};
pub use source_description::{Goodbye, SourceDescription, write_cname};
pub use transport_feedback::{TransportFeedback, write_transport_feedback};

coded_error! {
    /// Why an RTCP packet, or the rest of a compound one, is dropped.
    pub enum RtcpError {
        /// A header is missing, of another version, or promises more bytes than there are.
        BadFraming => "badRtcpFraming",
        /// The content of one packet is shorter than its kind needs, or contradicts itself.
        BadContent => "badRtcpContent",
    }
}

/// The RTCP packet types (RFC 3550, section 12.1; RFC 4585, section 6.1).
mod packet_type {
    pub(super) const SENDER_REPORT: u8 = 200;
    pub(super) const RECEIVER_REPORT: u8 = 201;
    pub(super) const SOURCE_DESCRIPTION: u8 = 202;
    pub(super) const GOODBYE: u8 = 203;
    pub(super) const TRANSPORT_LAYER_FEEDBACK: u8 = 205;
    pub(super) const PAYLOAD_SPECIFIC_FEEDBACK: u8 = 206;
}

/// The formats of the two feedback packet types.
mod feedback_format {
    /// RFC 4585, section 6.2.1.
    pub(super) const NACK: u8 = 1;
    /// draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1.
    pub(super) const TRANSPORT_WIDE: u8 = 15;
    /// RFC 4585, section 6.3.1.
    pub(super) const PICTURE_LOSS: u8 = 1;
    /// RFC 5104, section 4.3.1.
    pub(super) const FULL_INTRA_REQUEST: u8 = 4;
    /// RFC 4585, section 6.4: application layer feedback, of which REMB is one.
    pub(super) const APPLICATION: u8 = 15;
}
