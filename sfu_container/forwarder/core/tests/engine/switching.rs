use std::time::Duration;

use parley_forwarder_core::Path;
use parley_forwarder_core::negotiated::Encoding;
use parley_forwarder_core::rtcp::{Compound, Packet};

use crate::simulation::{ANY, MID_ID, VP8, World, picture, rtp_packet, vp8_payload};

const MOMENT: Duration = Duration::from_millis(40);

/// One encoding that sends a picture when it is told to.
struct Camera {
    path: Path,
    ssrc: u32,
    height: u16,
    next: u16,
}

impl Camera {
    fn send(&mut self, world: &mut World, is_keyframe: bool) {
        world.send(&self.path, &picture(self.ssrc, self.next, is_keyframe.then_some(self.height)));
        self.next = self.next.wrapping_add(1);
        world.exchange();
    }
}

struct Studio {
    world: World,
    ann: Path,
    bob: Path,
    low: Camera,
    middle: Camera,
    high: Camera,
}

/// Three encodings of `ann` that flow and have shown their height, and a Slot of `bob` that wants none yet.
fn studio() -> Studio {
    let mut world = World::new();
    let (ann, bob) = (world.join("ann"), world.join("bob"));
    world.publish("ann", "camera", "0", &VP8, &[(Some("q"), 101), (Some("h"), 102), (Some("f"), 103)]);
    world.add_slot("bob", "slot", &VP8, 900);
    let camera = |ssrc, height, next| Camera { path: ann, ssrc, height, next };
    let (low, middle, high) = (camera(101, 180, 0), camera(102, 360, 5_000), camera(103, 720, 40_000));
    let mut studio = Studio { world, ann, bob, low, middle, high };
    studio.send_all(true);
    studio
}

impl Studio {
    fn send_all(&mut self, are_keyframes: bool) {
        for camera in [&mut self.low, &mut self.middle, &mut self.high] {
            camera.send(&mut self.world, are_keyframes);
        }
    }

    /// What the Slot changed to since the beginning, by rid.
    fn shown(&self) -> Vec<Option<String>> {
        self.world.changes_of("slot").into_iter().map(|change| change.and_then(|(_, rid)| rid)).collect()
    }

    fn shown_last(&self) -> Option<String> {
        self.shown().pop().flatten()
    }

    fn count(&mut self) -> usize {
        self.world.client(&self.bob).of(900).len()
    }

    /// Whether a keyframe of an encoding was asked for since the last call.
    fn asked_for(&mut self, ssrc: u32) -> bool {
        let feedback = std::mem::take(&mut self.world.client(&self.ann).feedback);
        let is_request = |packet| matches!(packet, Ok(Packet::PictureLoss(loss)) if loss.media_ssrc == ssrc);
        feedback.iter().flat_map(|compound| Compound::new(compound)).any(is_request)
    }
}

#[test]
fn nothing_is_shown_before_a_keyframe() {
    let mut studio = studio();
    studio.world.route("slot", "camera", 720);
    studio.send_all(false);
    assert_eq!((studio.count(), studio.shown()), (0, vec![]));
    studio.send_all(true);
    assert!(studio.count() > 0);
}

#[test]
fn timestamps_advance_over_a_switch_by_the_time_that_passed() {
    let mut studio = studio();
    studio.world.publish("ann", "screen", "1", &VP8, &[(None, 300)]);
    studio.world.route("slot", "camera", 180);
    studio.low.send(&mut studio.world, true);
    studio.world.route("slot", "screen", 720);
    studio.world.advance(Duration::from_secs(2));
    studio.world.send(&studio.ann, &picture(300, 7, Some(720)));
    studio.world.exchange();
    let received = studio.world.client(&studio.bob).of(900);
    let passed = received[1].header.timestamp.wrapping_sub(received[0].header.timestamp);
    assert!(passed.abs_diff(180_000) <= 90, "{passed}");
}

#[test]
fn the_old_picture_goes_on_until_the_keyframe() {
    let mut studio = studio();
    studio.world.route("slot", "camera", 180);
    studio.low.send(&mut studio.world, true);
    studio.world.route("slot", "camera", 720);
    for _ in 0..2 {
        studio.low.send(&mut studio.world, false);
        studio.high.send(&mut studio.world, false);
    }
    assert_eq!(studio.count(), 3);
    studio.high.send(&mut studio.world, true);
    studio.low.send(&mut studio.world, false);
    assert_eq!(studio.count(), 4);
    assert_eq!(studio.shown(), [Some("q".into()), Some("f".into())]);
}

#[test]
fn the_lowest_encoding_that_is_high_enough_is_taken() {
    for (max_height, rid) in [(90, "q"), (180, "q"), (181, "h"), (700, "f"), (2_160, "f")] {
        let mut studio = studio();
        studio.world.route("slot", "camera", max_height);
        studio.send_all(true);
        assert_eq!(studio.shown_last().as_deref(), Some(rid), "for {max_height} pixels");
    }
}

#[test]
fn the_first_keyframe_of_any_encoding_fills_an_empty_slot() {
    let mut studio = studio();
    studio.world.route("slot", "camera", 720);
    studio.low.send(&mut studio.world, true);
    assert_eq!(studio.count(), 1);
}

#[test]
fn when_the_wanted_encoding_stops_another_takes_over_within_a_second() {
    let mut studio = studio();
    studio.world.route("slot", "camera", 720);
    studio.high.send(&mut studio.world, true);
    let started = studio.world.now;
    while studio.shown_last().as_deref() != Some("h") {
        studio.low.send(&mut studio.world, false);
        studio.middle.send(&mut studio.world, false);
        studio.world.advance(MOMENT);
        if studio.asked_for(102) {
            studio.middle.send(&mut studio.world, true);
        }
        assert!(studio.world.now - started < Duration::from_secs(1), "{:?}", studio.shown());
    }
}

#[test]
fn the_wanted_encoding_is_taken_again_when_it_comes_back() {
    let mut studio = studio();
    studio.world.route("slot", "camera", 720);
    studio.world.advance(Duration::from_secs(1));
    studio.low.send(&mut studio.world, true);
    assert_eq!(studio.shown_last().as_deref(), Some("q"));
    studio.high.send(&mut studio.world, false);
    studio.world.advance(MOMENT);
    assert!(studio.asked_for(103));
    studio.high.send(&mut studio.world, true);
    assert_eq!(studio.shown_last().as_deref(), Some("f"));
}

#[test]
fn when_the_picture_has_stopped_any_keyframe_is_taken() {
    let mut studio = studio();
    studio.world.route("slot", "camera", 720);
    studio.high.send(&mut studio.world, true);
    for _ in 0..8 {
        studio.world.advance(Duration::from_millis(100));
        studio.low.send(&mut studio.world, false);
        studio.middle.send(&mut studio.world, false);
    }
    studio.low.send(&mut studio.world, true);
    assert_eq!(studio.shown_last().as_deref(), Some("q"));
}

#[test]
fn an_encoding_whose_height_shows_only_later_is_chosen_by_it() {
    let mut world = World::new();
    let ann = world.join("ann");
    world.join("bob");
    world.publish("ann", "camera", "0", &VP8, &[(Some("q"), 101), (Some("f"), 103)]);
    world.add_slot("bob", "slot", &VP8, 900);
    world.route("slot", "camera", 720);
    for packet in [picture(101, 0, Some(180)), picture(103, 0, None), picture(103, 1, Some(720))] {
        world.send(&ann, &packet);
    }
    world.exchange();
    let shown: Vec<_> = world.changes_of("slot").into_iter().map(|change| change.unwrap().1.unwrap()).collect();
    assert_eq!(shown, ["q", "f"]);
}

#[test]
fn a_paused_publication_leaves_the_slot_and_comes_back_with_a_keyframe() {
    let mut studio = studio();
    studio.world.route("slot", "camera", 180);
    studio.low.send(&mut studio.world, true);
    studio.world.engine.set_paused("camera", true, studio.world.now).unwrap();
    studio.low.send(&mut studio.world, true);
    studio.world.engine.set_paused("camera", false, studio.world.now).unwrap();
    studio.low.send(&mut studio.world, false);
    assert_eq!(studio.count(), 1);
    studio.world.advance(MOMENT);
    assert!(studio.asked_for(101));
    studio.low.send(&mut studio.world, true);
    assert_eq!(studio.shown(), [Some("q".into()), None, Some("q".into())]);
    assert_eq!(studio.count(), 2);
    assert!(studio.world.client(&studio.bob).gaps(900).is_empty());
}

#[test]
fn a_paused_slot_is_empty_while_others_go_on() {
    let mut studio = studio();
    studio.world.add_slot("bob", "open", &VP8, 910);
    for slot in ["slot", "open"] {
        studio.world.route(slot, "camera", 180);
    }
    studio.world.engine.set_paused("slot", true, studio.world.now).unwrap();
    studio.low.send(&mut studio.world, true);
    assert_eq!((studio.count(), studio.world.client(&studio.bob).of(910).len()), (0, 1));
    studio.world.engine.set_paused("slot", false, studio.world.now).unwrap();
    studio.low.send(&mut studio.world, true);
    assert_eq!((studio.count(), studio.world.client(&studio.bob).of(910).len()), (1, 2));
}

#[test]
fn an_emptied_slot_goes_silent_at_once() {
    let mut studio = studio();
    studio.world.route("slot", "camera", 180);
    studio.low.send(&mut studio.world, true);
    studio.world.engine.route("slot", None, ANY, studio.world.now).unwrap();
    studio.low.send(&mut studio.world, true);
    assert_eq!(studio.count(), 1);
    assert_eq!(studio.shown(), [Some("q".into()), None]);
}

#[test]
fn a_slot_without_the_codec_stays_empty() {
    let mut studio = studio();
    studio.world.add_slot("bob", "other", &crate::simulation::VP9, 920);
    studio.world.route("other", "camera", 720);
    studio.send_all(true);
    assert!(studio.world.client(&studio.bob).of(920).is_empty());
}

#[test]
fn a_stream_that_begins_anew_under_another_ssrc_takes_over_without_a_gap() {
    let mut world = World::new();
    let (ann, bob) = (world.join("ann"), world.join("bob"));
    world.publish_encodings("ann", "camera", "0", &VP8, vec![Encoding::default()]);
    world.add_slot("bob", "slot", &VP8, 900);
    world.route("slot", "camera", 720);
    for ssrc in [101, 102] {
        world.send(&ann, &rtp_packet(ssrc, &VP8, 1, 3_000, &[(MID_ID, b"0")], &vp8_payload(1, 1, Some(720), 50)));
        world.exchange();
    }
    assert_eq!(world.client(&bob).of(900).len(), 2);
    assert!(world.client(&bob).gaps(900).is_empty());
    let changes: Vec<bool> = world.changes_of("slot").iter().map(Option::is_some).collect();
    assert_eq!(changes, [true, false, true]);
}

#[test]
fn a_slot_catches_up_with_at_most_128_packets_that_overtook_a_keyframe() {
    let mut studio = studio();
    studio.world.route("slot", "camera", 180);
    let keyframe = studio.low.next;
    for number in keyframe + 1..=keyframe + 200 {
        studio.world.send(&studio.ann, &picture(101, number, None));
    }
    studio.world.send(&studio.ann, &picture(101, keyframe, Some(180)));
    studio.world.exchange();
    assert_eq!(studio.count(), 129);
}
