//! What the leaf modules promise, one file for each behaviour.

mod bit_writer;
mod support;

mod av1_payload;
mod compound_packets;
mod dependency_descriptor;
mod h264;
mod keyframe_and_bitrate_requests;
mod nack;
mod reports;
mod rtp_extensions;
mod rtp_header;
mod rtp_header_writer;
mod srtp_limits;
mod srtp_replay;
mod srtp_rollover;
mod srtp_round_trip;
mod srtp_tamper;
mod srtp_vectors;
mod stun_integrity;
mod stun_requests;
mod stun_responses;
mod transport_feedback;
mod vp8;
mod vp9;
