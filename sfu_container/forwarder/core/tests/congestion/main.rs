//! How congestion control behaves on simulated paths and against odd input, one file for each behaviour.

mod allocation;
mod allocation_properties;
mod feedback;
mod odd_input;
mod other_paths;
mod pacing;
mod pauses;
mod random_loss;
mod rate_steps;
mod scenarios;
mod simulation;
mod without_feedback;
