//! 3 Mbit/s, 500 kbit/s, 3 Mbit/s.

use std::time::Duration;

use crate::scenarios::{END, FALL, RISE, Video, late_fall, rate_steps};
use crate::simulation::trace::Trace;

const DOWN_WITHIN: f64 = 2.0;
const UP_WITHIN: f64 = 10.0;
const MAX_QUEUEING_DELAY: Duration = Duration::from_millis(200);
/// From 3 Mbit/s to a sixth, every millisecond until the sender knows adds four to five to the queue. It cannot know for
/// a round trip, a feedback interval and the few packets that show it: 75 to 140 ms. What stood in the queue before takes
/// six times as long, too.
const MAX_DELAY_AFTER_FALL: Duration = Duration::from_millis(850);
const MAX_TIME_ABOVE: Duration = Duration::from_millis(900);

fn check_queue(trace: &Trace) {
    for (from, until) in [(0.0, FALL), (FALL + DOWN_WITHIN, END)] {
        let delay = trace.longest_queueing_delay(from, until);
        assert!(delay < MAX_QUEUEING_DELAY, "{delay:?} between {from} and {until} s");
    }
}

fn check_audio(trace: &Trace) {
    // What was sent last is still on its way.
    let sent_until = END - 1.0;
    assert_eq!(trace.late_audio(0.0, sent_until, Duration::MAX), 0, "all audio comes, at once or again");
    for (from, until) in [(0.0, FALL - 0.1), (FALL + DOWN_WITHIN, sent_until)] {
        assert_eq!(
            trace.late_audio(from, until, MAX_QUEUEING_DELAY),
            0,
            "audio from {from} to {until} s comes in time"
        );
    }
    assert_eq!(trace.longest_audio_wait, Duration::ZERO, "the pacer does not hold audio back");
}

#[test]
fn layers_follow_the_path_down_and_up() {
    let trace = rate_steps(Video::Slots);
    assert!(trace.media_rate(FALL - 10.0, FALL) > 2.3e6, "both Slots have their highest layer");
    let fallen = trace.sent_rate(FALL + DOWN_WITHIN, RISE);
    assert!((300e3..450e3).contains(&fallen), "both Slots have their lowest layer: {fallen}");
    let risen = trace.media_rate(RISE + UP_WITHIN, END);
    assert!(risen > 2.3e6, "both Slots have their highest layer again: {risen}");
    check_queue(&trace);
    check_audio(&trace);
}

#[test]
fn a_stream_that_adapts_uses_most_of_the_path_and_no_more() {
    let trace = rate_steps(Video::Elastic);
    let before = trace.media_rate(FALL - 10.0, FALL);
    assert!((2.4e6..3.0e6).contains(&before), "{before}");
    let at_once = trace.sent_rate(FALL + DOWN_WITHIN, FALL + DOWN_WITHIN + 2.0);
    assert!(at_once < 500e3, "{at_once}");
    let fallen = trace.media_rate(FALL + 5.0, RISE);
    assert!((400e3..500e3).contains(&fallen), "{fallen}");
    let risen = trace.media_rate(RISE + UP_WITHIN, RISE + UP_WITHIN + 2.0);
    assert!((2.4e6..3.0e6).contains(&risen), "{risen}");
    check_queue(&trace);
    check_audio(&trace);
}

#[test]
fn after_a_fall_no_more_queues_up_than_was_sent_until_it_could_show() {
    for video in [Video::Slots, Video::Elastic] {
        // Wherever the fall comes between two reports.
        for later in [0.0, 0.02, 0.04, 0.06, 0.08] {
            let (trace, fall) = (late_fall(video, later), FALL + later);
            let longest = trace.longest_queueing_delay(fall, fall + 3.0);
            assert!(longest < MAX_DELAY_AFTER_FALL, "{longest:?} with {video:?} after {fall} s");
            let above = trace.time_above(fall, fall + 3.0, MAX_QUEUEING_DELAY);
            assert!(above < MAX_TIME_ABOVE, "{above:?} with {video:?} after {fall} s");
        }
    }
}

#[test]
fn the_estimate_stays_near_a_path_that_is_full() {
    let trace = rate_steps(Video::Elastic);
    for (from, until) in [(10.0, FALL), (FALL + 3.0, RISE), (RISE + 10.0, END)] {
        let share = trace.target_share(from, until);
        assert!((0.75..1.0).contains(&share), "{share} from {from} s");
    }
}
