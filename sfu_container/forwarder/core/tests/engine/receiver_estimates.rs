//! Viewers that do not report when packets arrive: their own estimate, or the loss that they report, decides.

use std::time::Duration;

use parley_forwarder_core::rtcp::write_receiver_bitrate;

use crate::simulation::{Reporting, Studio};

#[test]
fn the_layer_follows_the_estimate_of_the_viewer() {
    let mut studio = Studio::new(3_000_000, Reporting::Bitrate);
    studio.run(Duration::from_secs(40));
    assert_eq!(studio.carried().as_deref(), Some("f"), "3 Mbit/s carry the best encoding");

    studio.link.bits_per_second = 300_000;
    studio.run(Duration::from_secs(5));
    assert_eq!(studio.carried().as_deref(), Some("q"), "300 kbit/s carry only the lowest");

    // The viewer never estimates more than half as much again as it gets: only padding takes it from here up.
    studio.link.bits_per_second = 3_000_000;
    studio.run(Duration::from_secs(60));
    assert_eq!(studio.carried().as_deref(), Some("f"));
    let rate = studio.run(Duration::from_secs(2));
    assert!(rate > 1_400_000, "{rate} bit/s arrive");
}

#[test]
fn the_layer_follows_the_loss_that_the_viewer_reports() {
    let mut studio = Studio::new(3_000_000, Reporting::Loss);
    studio.run(Duration::from_secs(5));
    assert_eq!(studio.carried().as_deref(), Some("f"), "nothing is lost");

    studio.link.bits_per_second = 300_000;
    studio.run(Duration::from_secs(8));
    assert_eq!(studio.carried().as_deref(), Some("q"), "300 kbit/s carry only the lowest");

    studio.link.bits_per_second = 3_000_000;
    studio.run(Duration::from_secs(60));
    assert_eq!(studio.carried().as_deref(), Some("f"));
}

#[test]
fn what_a_viewer_with_transport_wide_feedback_estimates_itself_counts_for_nothing() {
    let mut studio = Studio::new(3_000_000, Reporting::Arrivals);
    studio.run(Duration::from_secs(10));
    let viewer = studio.viewer;
    studio.world.send_rtcp(&viewer, |writer| write_receiver_bitrate(writer, 9, 1, &[900]));
    studio.run(Duration::from_secs(2));
    assert_eq!(studio.carried().as_deref(), Some("f"));
}
