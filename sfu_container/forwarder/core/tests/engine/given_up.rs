//! What waited too long in the pacer is not sent. Its viewer gets a keyframe in its place, without asking for one.

use std::time::Duration;

use parley_forwarder_core::Path;

use crate::simulation::{TRANSPORT_SEQUENCE, VP8, World, rtp_packet, vp8_payload};

const SLOT_SSRC: u32 = 900;
/// What waits longer is given up.
const MAX_WAIT: Duration = Duration::from_millis(250);
/// For what is due to be done, and for a few pictures to leave at the pace of the estimate.
const MOMENT: Duration = Duration::from_millis(80);
/// At half a megabit per second, with which an estimate begins, twice what leaves before it is given up.
const BURST: u16 = 40;

/// Ann's camera in Bob's Slot, whose pacer holds back what comes at once; a packet a picture.
struct Studio {
    world: World,
    ann: Path,
    bob: Path,
    number: u16,
}

impl Studio {
    fn new() -> Self {
        let mut world = World::new();
        let (ann, bob) = (world.join("ann"), world.join("bob"));
        world.publish("ann", "camera", "0", &VP8, &[(None, 100)]);
        world.add_slot_with("bob", "slot", &VP8, SLOT_SSRC, &[TRANSPORT_SEQUENCE]);
        world.route("slot", "camera", 720);
        let mut studio = Self { world, ann, bob, number: 0 };
        studio.send(1, true);
        studio.world.advance(Duration::from_secs(1));
        studio
    }

    /// Sends pictures at once, the first a keyframe or none.
    fn send(&mut self, pictures: u16, is_key: bool) {
        for place in 0..pictures {
            let payload = vp8_payload(self.number, 0, (is_key && place == 0).then_some(720), 1_000);
            let packet = rtp_packet(100, &VP8, self.number, u32::from(self.number) * 3_000, &[], &payload);
            self.world.send(&self.ann, &packet);
            self.number += 1;
        }
    }

    fn requests(&mut self) -> usize {
        self.world.client(&self.ann).keyframe_requests
    }

    /// The picture ids of what came.
    fn pictures(&mut self) -> Vec<u16> {
        let id = |payload: &[u8]| u16::from_be_bytes([payload[2] & 0x7f, payload[3]]);
        self.world.client(&self.bob).of(SLOT_SSRC).iter().map(|received| id(&received.payload)).collect()
    }
}

#[test]
fn a_keyframe_is_asked_for_as_soon_as_something_is_given_up() {
    let mut studio = Studio::new();
    let before = studio.requests();
    studio.send(BURST, false);
    studio.world.advance(MAX_WAIT);
    assert_eq!(studio.requests(), before, "nothing has waited too long so far");
    studio.world.advance(MOMENT);
    assert_eq!(studio.requests(), before + 1);
    assert!(studio.pictures().len() < usize::from(BURST) * 3 / 4, "the rest was given up");
}

#[test]
fn what_follows_waits_for_the_keyframe() {
    let mut studio = Studio::new();
    studio.send(BURST, false);
    studio.world.advance(MAX_WAIT + MOMENT);
    let before = studio.pictures();
    studio.send(3, false);
    studio.world.advance(MOMENT);
    assert_eq!(studio.pictures(), before, "it needs what was given up");
    studio.send(3, true);
    studio.world.advance(MOMENT);
    let after = studio.pictures();
    assert_eq!(after.len(), before.len() + 3);
    let gaps = after[before.len()..].windows(2).filter(|pair| pair[1] != pair[0] + 1).count();
    assert_eq!(gaps, 0);
}
