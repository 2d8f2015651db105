//! The least that forwarding can cost on this machine: read what waits, open each packet, and for every destination copy it,
//! write its header anew, protect it and hand it to the kernel, as one run (UDP_SEGMENT) for each destination. No ICE, no
//! rooms, no reports, no look-ups: the same cipher, system calls and batches as the SFU's, and nothing else.
//!
//! Usage: `parley_limit PUBLISHERS COPIES PACKETS_PER_FRAME BURST SECONDS FORWARDER_CORE OTHER_CORE`. A source and a sink run on the other
//! core. Prints one JSON object: packets sent, CPU microseconds per packet, and packets per second of CPU.

#![deny(unsafe_op_in_unsafe_fn)]

#[path = "../cpu_clock.rs"]
mod cpu_clock;

mod batch;
mod forward;
mod gso;
mod source;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use std::{io, mem};

use crate::forward::Forwarder;
use crate::source::{Source, drain};

/// What a run is to be like.
#[derive(Debug, Clone, Copy)]
struct Plan {
    publishers: u32,
    copies: u32,
    packets_per_frame: u32,
    /// Packets that a publisher sends at once.
    burst: u32,
    seconds: u64,
    forwarder_core: usize,
    other_core: usize,
}

impl Plan {
    fn from_arguments() -> Option<Self> {
        let numbers: Vec<u32> = std::env::args().skip(1).map(|text| text.parse().ok()).collect::<Option<_>>()?;
        let [publishers, copies, packets_per_frame, burst, seconds, forwarder_core, other_core] =
            numbers.try_into().ok()?;
        Some(Self {
            publishers,
            copies,
            packets_per_frame,
            burst,
            seconds: seconds.into(),
            forwarder_core: forwarder_core as usize,
            other_core: other_core as usize,
        })
    }
}

fn main() -> ExitCode {
    let Some(plan) = Plan::from_arguments() else {
        eprintln!("usage: parley_limit PUBLISHERS COPIES PACKETS_PER_FRAME BURST SECONDS FORWARDER_CORE OTHER_CORE");
        return ExitCode::from(2);
    };
    match run(plan) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("parley_limit: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(plan: Plan) -> io::Result<()> {
    let is_over = Arc::new(AtomicBool::new(false));
    let mut forwarder = Forwarder::new(plan)?;
    let source = Source::new(plan, forwarder.address()?)?;
    let sinks = forwarder.sinks()?;
    let others = {
        let is_over = Arc::clone(&is_over);
        thread::spawn(move || {
            pin_to(plan.other_core);
            thread::scope(|scope| {
                scope.spawn(|| drain(&sinks, &is_over));
                source.run(&is_over);
            });
        })
    };
    let timer = {
        let is_over = Arc::clone(&is_over);
        thread::spawn(move || {
            thread::sleep(Duration::from_secs(plan.seconds));
            is_over.store(true, Ordering::Relaxed);
        })
    };
    pin_to(plan.forwarder_core);
    let before = cpu_clock::cpu_seconds(libc::CLOCK_THREAD_CPUTIME_ID);
    let packets = forwarder.run(&is_over)?;
    let cpu = cpu_clock::cpu_seconds(libc::CLOCK_THREAD_CPUTIME_ID) - before;
    let _ = (others.join(), timer.join());
    println!(
        r#"{{"packets":{packets},"cpu_micros_per_packet":{:.4},"packets_per_cpu_second":{:.0}}}"#,
        cpu * 1e6 / packets as f64,
        packets as f64 / cpu
    );
    Ok(())
}

/// Keeps the calling thread, and those that it starts, on one core.
fn pin_to(core: usize) {
    // SAFETY: all zeros is an empty set; the pointer is to a set of the size that is given.
    unsafe {
        let mut cores: libc::cpu_set_t = mem::zeroed();
        libc::CPU_SET(core, &mut cores);
        libc::sched_setaffinity(0, size_of_val(&cores), &raw const cores);
    }
}
