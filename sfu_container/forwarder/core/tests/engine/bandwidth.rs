use std::time::Duration;

use crate::simulation::{Reporting, Studio};

#[test]
fn the_layer_follows_the_link_down_within_two_seconds_and_up_within_ten() {
    let mut studio = Studio::new(3_000_000, Reporting::Arrivals);
    studio.run(Duration::from_secs(10));
    assert_eq!(studio.carried().as_deref(), Some("f"), "3 Mbit/s carry the best encoding");

    studio.link.bits_per_second = 300_000;
    studio.run(Duration::from_secs(2));
    assert_eq!(studio.carried().as_deref(), Some("q"), "300 kbit/s carry only the lowest");
    studio.run(Duration::from_secs(3));
    let waiting: usize = studio.link.queue.iter().map(Vec::len).sum();
    let delay = waiting as f64 * 8.0 / 300_000.0;
    assert!(delay < 0.2, "the queue is {delay:.3} s long");

    studio.link.bits_per_second = 3_000_000;
    studio.run(Duration::from_secs(10));
    assert_eq!(studio.carried().as_deref(), Some("f"));
    let rate = studio.run(Duration::from_secs(2));
    assert!(rate > 1_400_000, "{rate} bit/s arrive");
}

#[test]
fn a_viewer_for_whom_the_only_encoding_was_too_much_gets_it_when_the_link_carries_it() {
    let mut studio = Studio::new(3_000_000, Reporting::Arrivals);
    studio.camera.is_on = [false, false, true];
    studio.run(Duration::from_secs(10));
    assert_eq!(studio.carried().as_deref(), Some("f"), "3 Mbit/s carry it");

    studio.link.bits_per_second = 300_000;
    studio.run(Duration::from_secs(5));
    assert_eq!(studio.carried(), None, "300 kbit/s do not");

    studio.link.bits_per_second = 3_000_000;
    studio.run(Duration::from_secs(8));
    assert_eq!(studio.carried().as_deref(), Some("f"));
    let rate = studio.run(Duration::from_secs(2));
    assert!(rate > 1_400_000, "{rate} bit/s arrive");
}
