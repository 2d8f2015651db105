use std::time::Duration;

use parley_forwarder_core::{DropReason, Path, Transport};

use crate::simulation::{VP8, World, binding_request, rtp_packet, vp8_payload};

fn elsewhere(number: u8) -> Path {
    Path { transport: Transport::Udp, local: 0, remote: ([203, 0, 113, number], 4_000).into() }
}

/// A world where Ann's camera is in Bob's Slot.
fn meeting() -> (World, Path, Path) {
    let mut world = World::new();
    let (ann, bob) = (world.join("ann"), world.join("bob"));
    world.publish("ann", "camera", "0", &VP8, &[(None, 100)]);
    world.add_slot("bob", "slot", &VP8, 900);
    world.route("slot", "camera", 720);
    (world, ann, bob)
}

fn send_frame(world: &mut World, from: &Path, number: u16) {
    let payload = vp8_payload(number, 0, (number == 0).then_some(720), 100);
    let packet = rtp_packet(100, &VP8, number, u32::from(number) * 3_000, &[], &payload);
    world.send(from, &packet);
}

/// Where what the engine sends to Bob goes, for one more frame.
fn path_to_bob(world: &mut World, ann: &Path, number: u16) -> Path {
    send_frame(world, ann, number);
    world.engine.flush(world.now, &mut world.outbox);
    world.outbox.sent.drain(..).map(|(path, _)| path).next_back().unwrap()
}

#[test]
fn a_check_that_somebody_recorded_moves_nothing_from_another_address_and_gets_no_answer() {
    let (mut world, ann, bob) = meeting();
    let recorded = binding_request("ufrag-bob", "password-bob");
    world.deliver_up(&bob, recorded.clone());
    world.outbox.sent.clear();
    world.deliver_up(&elsewhere(1), recorded);
    assert!(world.outbox.sent.is_empty());
    assert_eq!(world.dropped(DropReason::Replayed), 1);
    assert_eq!(path_to_bob(&mut world, &ann, 0), bob);
}

#[test]
fn a_check_that_is_sent_again_on_its_own_path_is_answered_but_does_not_move_the_peer_back() {
    let (mut world, ann, bob) = meeting();
    let first = binding_request("ufrag-bob", "password-bob");
    world.deliver_up(&bob, first.clone());
    world.deliver_up(&elsewhere(1), binding_request("ufrag-bob", "password-bob"));
    world.outbox.sent.clear();
    world.deliver_up(&bob, first);
    assert_eq!(world.outbox.sent.drain(..).map(|(path, _)| path).collect::<Vec<Path>>(), [bob]);
    assert_eq!(path_to_bob(&mut world, &ann, 0), elsewhere(1));
}

#[test]
fn recorded_checks_do_not_keep_a_peer_alive() {
    let (mut world, _, bob) = meeting();
    let recorded = binding_request("ufrag-bob", "password-bob");
    world.deliver_up(&bob, recorded.clone());
    for _ in 0..12 {
        world.advance(Duration::from_millis(500));
        world.deliver_up(&bob, recorded.clone());
    }
    let lost = parley_forwarder_core::Event::IceLost { peer: "bob".into() };
    assert!(world.events.contains(&lost));
}

#[test]
fn a_peer_that_forges_the_address_of_another_does_not_cut_it_off() {
    let (mut world, ann, bob) = meeting();
    world.join("mallory");
    for number in 0..20 {
        world.deliver_up(&ann, binding_request("ufrag-mallory", "password-mallory"));
        world.deliver_up(&bob, binding_request("ufrag-mallory", "password-mallory"));
        send_frame(&mut world, &ann, number);
        world.advance(Duration::from_millis(20));
    }
    assert_eq!(world.dropped(DropReason::PathTaken), 40);
    assert_eq!(world.client(&bob).of(900).len(), 20);
}
