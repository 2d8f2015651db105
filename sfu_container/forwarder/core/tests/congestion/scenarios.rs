//! The paths on which congestion control is shown.

use std::time::Duration;

use crate::simulation::link::LinkConfig;
use crate::simulation::simulate;
use crate::simulation::source::{Elastic, Slots, VideoSource};
use crate::simulation::trace::Trace;

const HIGH: u64 = 3_000_000;
const LOW: u64 = 500_000;
/// When the rate falls, and when it rises again, in seconds.
pub const FALL: f64 = 20.0;
pub const RISE: f64 = 40.0;
pub const END: f64 = 65.0;

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub enum Video {
    /// Two Slots with three layers, 2.4 Mbit/s at most.
    Slots,
    /// A stream that follows the estimate, 4 Mbit/s at most.
    Elastic,
}

impl Video {
    fn source(self) -> Box<dyn VideoSource> {
        match self {
            Self::Slots => Box::new(Slots::new(2)),
            Self::Elastic => Box::new(Elastic::new(4_000_000)),
        }
    }
}

fn path(rates: &[(f64, u64)], loss: f64) -> LinkConfig {
    LinkConfig {
        rates: rates.iter().map(|(from, rate)| (Duration::from_secs_f64(*from), *rate)).collect(),
        stalls: Vec::new(),
        // A fifth of a second at the high rate, more than a second at the low one.
        queue_bytes: 75_000,
        delay: Duration::from_millis(25),
        jitter: Duration::from_millis(4),
        loss,
        // As Chromium does above 217 kbit/s, for feedback may take 5 % of the rate.
        feedback_interval: Duration::from_millis(50),
    }
}

/// 3 Mbit/s, 500 kbit/s, 3 Mbit/s.
pub fn rate_steps(video: Video) -> Trace {
    let link = path(&[(0.0, HIGH), (FALL, LOW), (RISE, HIGH)], 0.0);
    simulate(Duration::from_secs_f64(END), link, video.source(), 1)
}

/// 3 Mbit/s, which fall to 500 kbit/s so many seconds later than in [`rate_steps`]; it ends three seconds after that.
pub fn late_fall(video: Video, later: f64) -> Trace {
    let link = path(&[(0.0, HIGH), (FALL + later, LOW)], 0.0);
    simulate(Duration::from_secs_f64(FALL + later + 3.0), link, video.source(), 1)
}

/// 3 Mbit/s with a pause of that length every four seconds.
pub fn stalls(video: Video, pause: Duration) -> Trace {
    let stalls = (10..END as u64).step_by(4).map(|second| (Duration::from_secs(second), pause)).collect();
    simulate(Duration::from_secs_f64(END), LinkConfig { stalls, ..path(&[(0.0, HIGH)], 0.0) }, video.source(), 4)
}

/// 3 Mbit/s, of which 5 % are lost at random.
pub fn random_loss(video: Video) -> Trace {
    simulate(Duration::from_secs_f64(END), path(&[(0.0, HIGH)], 0.05), video.source(), 2)
}
