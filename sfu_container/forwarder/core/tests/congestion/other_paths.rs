//! Falls and rises on paths of other kinds.

use std::time::Duration;

use crate::scenarios::{END, FALL, RISE};
use crate::simulation::link::LinkConfig;
use crate::simulation::simulate;
use crate::simulation::source::Elastic;
use crate::simulation::trace::Trace;

struct Path {
    high: u64,
    low: u64,
    queue_bytes: usize,
    delay_millis: u64,
    jitter_millis: u64,
    loss: f64,
    feedback_millis: u64,
}

const PLAIN: Path = Path {
    high: 3_000_000,
    low: 500_000,
    queue_bytes: 75_000,
    delay_millis: 25,
    jitter_millis: 4,
    loss: 0.0,
    feedback_millis: 50,
};

fn run(path: &Path) -> Trace {
    let seconds = Duration::from_secs_f64;
    let link = LinkConfig {
        rates: vec![(seconds(0.0), path.high), (seconds(FALL), path.low), (seconds(RISE), path.high)],
        stalls: Vec::new(),
        queue_bytes: path.queue_bytes,
        delay: Duration::from_millis(path.delay_millis),
        jitter: Duration::from_millis(path.jitter_millis),
        loss: path.loss,
        feedback_interval: Duration::from_millis(path.feedback_millis),
    };
    simulate(seconds(END), link, Box::new(Elastic::new(path.high)), 3)
}

/// Most of the path is used. Somewhat more is sent than it carries where the queue is so short that only loss tells.
fn check(path: &Path) {
    let trace = run(path);
    for (from, until, capacity) in
        [(10.0, FALL, path.high), (FALL + 6.0, RISE, path.low), (RISE + 10.0, END, path.high)]
    {
        let (rate, capacity) = (trace.sent_rate(from, until), capacity as f64);
        assert!((capacity * 0.8..capacity * 1.1).contains(&rate), "{rate} of {capacity} from {from} s");
    }
    assert_eq!(trace.late_audio(0.0, END - 2.0, Duration::MAX), 0, "all audio comes, at once or again");
}

#[test]
fn a_long_way() {
    check(&Path { delay_millis: 100, ..PLAIN });
}

#[test]
fn a_peer_that_reports_rarely() {
    check(&Path { feedback_millis: 250, ..PLAIN });
}

#[test]
fn jitter_that_reorders() {
    check(&Path { jitter_millis: 30, ..PLAIN });
}

#[test]
fn a_queue_of_ten_packets() {
    check(&Path { queue_bytes: 12_000, ..PLAIN });
}

#[test]
fn a_queue_of_seconds() {
    check(&Path { queue_bytes: 400_000, ..PLAIN });
}

#[test]
fn a_fast_path() {
    check(&Path { high: 20_000_000, low: 4_000_000, queue_bytes: 400_000, ..PLAIN });
}

#[test]
fn a_long_way_with_loss() {
    check(&Path { delay_millis: 100, loss: 0.05, ..PLAIN });
}
