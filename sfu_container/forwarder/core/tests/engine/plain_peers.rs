use std::time::Duration;

use parley_forwarder_core::{CommandError, DropReason};

use crate::simulation::{Client, VP8, World, binding_request, rtp_packet, vp8_payload};

#[test]
fn a_plain_peer_publishes_and_receives_without_a_check() {
    let mut world = World::new();
    let (ingest, recorder) = (world.join_plain("ingest"), world.join_plain("recorder"));
    world.publish("ingest", "camera", "0", &VP8, &[(None, 100)]);
    world.add_slot("recorder", "slot", &VP8, 900);
    world.route("slot", "camera", 720);
    for number in 0..10_u16 {
        let payload = vp8_payload(number, 0, (number == 0).then_some(720), 100);
        world.send(&ingest, &rtp_packet(100, &VP8, number, u32::from(number) * 3_000, &[], &payload));
        world.advance(Duration::from_secs(10));
    }
    assert_eq!(world.client(&recorder).of(900).len(), 10, "it needs no consent either");
}

#[test]
fn a_fixed_address_is_not_taken_over_and_not_given_twice() {
    let mut world = World::new();
    let recorder = world.join_plain("recorder");
    world.join("ann");
    world.deliver_up(&recorder, binding_request("ufrag-ann", "password-ann"));
    assert_eq!(world.dropped(DropReason::PathTaken), 1);
    let other = Client::new("other");
    let keys = (other.upward_key(), other.downward_key());
    let added = world.engine.add_plain("other", recorder, other.profile(), &keys.0, &keys.1, world.now);
    assert_eq!(added, Err(CommandError::AddressInUse));
}
