//! Bytes of any content into everything that reads what the network brings. Each target takes an input and panics when a
//! promise is broken; libFuzzer looks for such inputs, and `cargo test` replays those that it kept.

mod bytes;
mod codecs;
mod engine;
mod framing;
mod rtcp;
mod rtp;
mod srtp;
mod stun;
mod transport_feedback;

/// Takes one input.
pub type Check = fn(&[u8]);

/// All targets by name.
pub const TARGETS: &[(&str, Check)] = &[
    ("stun", stun::check),
    ("rtp", rtp::check),
    ("rtcp", rtcp::check),
    ("transport_feedback", transport_feedback::check),
    ("vp8", codecs::vp8),
    ("vp9", codecs::vp9),
    ("h264", codecs::h264),
    ("av1", codecs::av1),
    ("audio", codecs::audio),
    ("srtp", srtp::check),
    ("framing", framing::check),
    ("engine", engine::check),
];
