//! A radio link that lets nothing through for a moment, and then all at once.

use std::time::Duration;

use crate::scenarios::{END, Video, stalls};

const PAUSES_MILLIS: [u64; 2] = [200, 300];

/// `needed` is the least rate of the media, `least` the least estimate at any moment, both in bits per second.
fn check(video: Video, needed: f64, least: u64) {
    for pause in PAUSES_MILLIS {
        let trace = stalls(video, Duration::from_millis(pause));
        let media = trace.media_rate(10.0, END);
        assert!(media > needed, "{media} with pauses of {pause} ms");
        let lowest = trace.lowest_target(10.0, END);
        assert!(lowest > least, "the estimate falls to {lowest} with pauses of {pause} ms");
        assert_eq!(trace.late_audio(0.0, END - 1.0, Duration::MAX), 0, "all audio comes, at once or again");
        let delay = trace.longest_queueing_delay(10.0, END);
        assert!(delay < Duration::from_millis(pause + 50), "no queue on top of the pause: {delay:?}");
    }
}

#[test]
fn layers_do_not_fall() {
    check(Video::Slots, 2.3e6, 2_400_000);
}

#[test]
fn a_stream_that_adapts_keeps_its_rate() {
    // It fills the path, so that the ordinary decreases count, too.
    check(Video::Elastic, 2.4e6, 2_100_000);
}
