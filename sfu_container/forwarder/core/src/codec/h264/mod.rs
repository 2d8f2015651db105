//! H264 (RFC 6184).

mod packet;
mod sequence_parameters;

pub use packet::PacketInfo;
pub use sequence_parameters::resolution;
