//! The packet engine without I/O: bytes and the time go in, bytes come out.
//!
//! Nothing here opens a socket, starts a thread or reads a clock. Every parser takes bytes from the network as they
//! are: bad input is an error value with a stable code, never a panic, and never costs memory.

#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![warn(missing_docs)]

#[macro_use]
mod error;

mod allotments;
mod arena;
mod arrivals;
mod budget;
pub mod bytes;
pub mod codec;
pub mod congestion;
pub mod demux;
mod downlink;
mod drop_reason;
mod engine;
mod event;
mod extension_ids;
mod fast_hash;
mod flow;
pub mod histogram;
pub mod hmac_sha1;
mod ice;
mod interest;
mod keyframe_wish;
mod media;
mod missing_packets;
pub mod negotiated;
mod packet_cache;
mod parameter_sets;
mod path;
mod peer;
mod publication;
mod random;
pub mod rate_meter;
mod reception;
pub mod rtcp;
pub mod rtp;
mod slot;
mod speakers;
pub mod srtp;
pub mod stats;
mod stream;
pub mod stun;
mod switchboard;
pub mod time;

pub use drop_reason::{DropReason, Drops};
pub use engine::Engine;
pub use event::{CommandError, Event};
pub use path::{MAX_PACKET_LEN, Path, Transmit, Transport};
