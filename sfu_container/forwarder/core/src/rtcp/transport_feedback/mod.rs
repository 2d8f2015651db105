//! Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1): which
//! packets arrived, and when.
//!
//! Times are counted in ticks of 250 µs. A feedback packet holds a reference time in units of 256 ticks (64 ms) and for
//! each packet that arrived the difference to the one before.

mod chunk;
mod reference_clock;
mod view;
mod writer;

pub use reference_clock::ReferenceClock;
pub use view::{MAX_STATUSES, PacketStatus, TransportFeedback};
pub use writer::{FeedbackHeader, write_transport_feedback};

/// The length of a tick in microseconds.
pub const TICK_MICROS: i64 = 250;
/// Ticks in one unit of the reference time, 64 ms.
pub const REFERENCE_TICKS: i64 = 256;
