//! A process that has no descriptor left for a TCP connection does not spin, and takes it later. A program of its own, for
//! the limit counts for all of it.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use parley_forwarder_core::DropReason;
use parley_forwarder_core::negotiated::EngineConfig;
use parley_forwarder_io::{EngineThread, thread_cpu_time};

const MAX_DESCRIPTORS: u64 = 64;
/// For a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(30);
const WATCHED: Duration = Duration::from_secs(1);

fn limit_descriptors() {
    let limit = libc::rlimit { rlim_cur: MAX_DESCRIPTORS, rlim_max: MAX_DESCRIPTORS };
    // SAFETY: the pointer is to a limit that lives through the call.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) }, 0);
}

/// How often the engine was out of descriptors, and the CPU time of its thread.
fn look(engine: &EngineThread) -> (u64, Duration) {
    let seen = engine.call(|engine, _, _| (engine.stats().dropped.of(DropReason::NoDescriptors), thread_cpu_time()));
    seen.unwrap()
}

#[test]
fn a_connection_without_a_descriptor_waits_and_is_taken_when_there_is_one() {
    limit_descriptors();
    let engine = EngineThread::start(&[], &[([127, 0, 0, 1], 0).into()], EngineConfig::default(), 1).unwrap();
    let mut files: Vec<File> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    // The client takes this one; none is left for the engine.
    files.pop();
    let mut client = TcpStream::connect(engine.tcp_addresses()[0]).unwrap();

    let deadline = Instant::now() + PATIENCE;
    while look(&engine).0 == 0 {
        assert!(Instant::now() < deadline, "the engine did not notice");
        thread::sleep(Duration::from_millis(5));
    }
    let (tries, time) = look(&engine);
    thread::sleep(WATCHED);
    let (later_tries, later_time) = look(&engine);
    assert!(later_tries - tries <= 10, "it tried {} times", later_tries - tries);
    assert!(later_time - time < WATCHED / 4, "it worked for {:?}", later_time - time);

    files.clear();
    // An empty frame is nonsense, after which a connection is closed.
    client.write_all(&[0, 0]).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    match client.read(&mut [0]) {
        Ok(count) => assert_eq!(count, 0),
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
    }
}
