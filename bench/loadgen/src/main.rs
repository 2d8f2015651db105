//! WebRTC publishers and subscribers by the hundred, to measure an SFU with. See docs/benchmarks.md for what it measures
//! and `protocol` for how a driver speaks with it.
//!
//! Usage: `parley_loadgen PORT`: the UDP port of publishers and verified subscribers; all others have the next one.

#![deny(unsafe_op_in_unsafe_fn)]

mod checks;
mod cpu_clock;
mod dtls;
mod endpoint;
mod generator;
mod marking;
mod measurement;
mod protocol;
mod reception;
mod sockets;
mod track;
mod wall_clock;

use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(port) = std::env::args().nth(1).and_then(|port| port.parse().ok()) else {
        eprintln!("usage: parley_loadgen PORT");
        return ExitCode::from(2);
    };
    match generator::Generator::new(port).and_then(|mut generator| generator.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("parley_loadgen: {error}");
            ExitCode::FAILURE
        }
    }
}
