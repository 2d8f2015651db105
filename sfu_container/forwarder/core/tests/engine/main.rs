//! What the engine promises, seen from outside: fake publishers and subscribers with SRTP of their own around it, on a
//! seeded network that loses and reorders. One file for each behaviour.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod simulation;

mod bandwidth;
mod codecs;
mod dynacast;
mod excess;
mod floods;
mod forwarding;
mod given_up;
mod hostile_checks;
mod keyframe_requests;
mod lip_sync;
mod loss;
mod narrow_link;
mod parameter_sets;
mod paths;
mod plain_peers;
mod receiver_estimates;
mod redundant_sound;
mod removal;
mod renegotiation;
mod reports;
mod scalable_layers;
mod speakers;
mod srtp_repetition;
mod statistics;
mod streams;
mod switching;
mod switching_under_loss;
mod temporal_layers;
mod transport_feedback;
mod wraparound;
