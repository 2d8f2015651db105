//! 3 Mbit/s, of which 5 % are lost at random.

use std::time::Duration;

use crate::scenarios::{END, Video, random_loss};
use crate::simulation::trace::Trace;

fn check(trace: &Trace) {
    let delay = trace.longest_queueing_delay(0.0, END);
    assert!(delay < Duration::from_millis(200), "{delay:?}");
    let sent_until = END - 1.0;
    assert_eq!(trace.late_audio(0.0, sent_until, Duration::MAX), 0, "all audio comes, at once or again");
    // 25 ms there, a gap of up to 20 ms until the loss shows, 10 ms for reordering, and then twice 80 ms between NACKs:
    // three of 3200 packets are lost more often than that.
    let late = trace.late_audio(0.0, sent_until, Duration::from_millis(300));
    assert!(late <= 3, "{late}");
    assert_eq!(trace.longest_audio_wait, Duration::ZERO, "the pacer does not hold audio back");
}

#[test]
fn layers_do_not_fall() {
    let trace = random_loss(Video::Slots);
    for second in 10..END as u32 - 2 {
        let rate = trace.media_rate(second.into(), f64::from(second) + 2.0);
        assert!(rate > 2.2e6, "{rate} at {second} s");
    }
    check(&trace);
}

#[test]
fn a_stream_that_adapts_goes_on_using_most_of_the_path() {
    let trace = random_loss(Video::Elastic);
    let (first_half, second_half) = (trace.sent_rate(5.0, END / 2.0), trace.sent_rate(END / 2.0, END));
    assert!(first_half > 2.4e6 && second_half > 2.4e6, "{first_half}, {second_half}");
    check(&trace);
}
