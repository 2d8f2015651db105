//! Forwarding takes no memory per packet once buffers have grown. A program of its own, for it counts allocations.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

#[allow(dead_code, reason = "shared with other programs")]
mod allocations;
#[allow(dead_code, unused_imports, reason = "shared with the tests of the engine")]
#[path = "engine/simulation/mod.rs"]
mod simulation;

use std::time::Duration;

use parley_forwarder_core::{MAX_PACKET_LEN, Path, Transmit};
use simulation::{Client, EXTENSIONS, TRANSPORT_SEQUENCE, VP8, World, rtp_packet, vp8_payload};

struct Void([u8; MAX_PACKET_LEN]);

impl Transmit for Void {
    fn buffer(&mut self) -> &mut [u8] {
        &mut self.0
    }

    fn send(&mut self, _: &Path, _: usize) {}
}

const VIEWERS: u64 = 20;
const PACKETS: u16 = 6_000;

/// Forwards packets to viewers, `batch` of them every two `step`s. Returns how often memory was taken in the second half
/// of the time, and how many packets were sent.
fn forward(extensions: &[(u8, &str)], batch: usize, step: Duration) -> (usize, u64) {
    let mut world = World::new();
    let ann = world.join("ann");
    world.publish("ann", "camera", "0", &VP8, &[(None, 100)]);
    for viewer in 0..VIEWERS {
        let name = format!("viewer-{viewer}");
        world.join(&name);
        world.add_slot_with(&name, &format!("{name}-slot"), &VP8, 900, extensions);
        world.route(&format!("{name}-slot"), "camera", 720);
    }
    let mut camera = Client::new("ann");
    let mut datagrams: Vec<Vec<u8>> = (0..PACKETS)
        .map(|number| {
            let payload = vp8_payload(number, 0, (number == 0).then_some(720), 900);
            camera.protect(&rtp_packet(100, &VP8, number, u32::from(number) * 3_000, &[], &payload))
        })
        .collect();
    let (warm_up, measured) = datagrams.split_at_mut(usize::from(PACKETS) / 2);
    let mut out = Void([0; MAX_PACKET_LEN]);
    let mut forward = |batch: &mut [Vec<u8>]| {
        for datagram in &mut *batch {
            world.engine.receive(&ann, datagram, world.now, &mut out);
        }
        world.engine.flush(world.now, &mut out);
        world.now = world.now + step;
        world.engine.flush(world.now, &mut out);
        world.now = world.now + step;
    };
    warm_up.chunks_mut(batch).for_each(&mut forward);
    let before = allocations::count();
    measured.chunks_mut(batch).for_each(&mut forward);
    (allocations::count() - before, world.engine.stats().sent.packets)
}

#[test]
fn forwarding_a_packet_allocates_nothing() {
    let (allocations, sent) = forward(&EXTENSIONS, 30, Duration::ZERO);
    assert_eq!(allocations, 0);
    assert!(sent >= VIEWERS * u64::from(PACKETS - 1));
}

/// At half a megabit per second, with which an estimate begins, two of four packets leave at once and the others wait.
#[test]
fn pacing_a_packet_allocates_nothing() {
    let (allocations, sent) = forward(&[TRANSPORT_SEQUENCE], 4, Duration::from_millis(50));
    assert_eq!(allocations, 0);
    assert!(sent >= VIEWERS * u64::from(PACKETS - 10), "{sent}");
}
