//! RTP packets: a header view that is validated once, header extensions, a header writer, and the arithmetic of
//! sequence numbers and timestamps (RFC 3550, RFC 8285).

mod extension;
mod header;
mod header_writer;
pub mod known_extension;
pub mod sequence;
pub mod timestamp;

pub use extension::{Extension, ExtensionFormat, Extensions};
pub use header::{FIXED_HEADER_LEN, Header, MAX_CSRCS, sequence_and_ssrc};
pub use header_writer::{FixedFields, HeaderWriter};

coded_error! {
    /// Why a packet is not RTP.
    pub enum RtpError {
        /// Shorter than its header says.
        TooShort => "rtpTooShort",
        /// Not version 2.
        WrongVersion => "rtpWrongVersion",
        /// The padding is longer than the payload, or of no length.
        BadPadding => "badRtpPadding",
    }
}
