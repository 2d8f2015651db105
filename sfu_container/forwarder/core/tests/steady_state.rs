//! Forwarding takes no memory per packet once buffers have grown. A program of its own, for it counts allocations.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

#[allow(dead_code, unused_imports, reason = "shared with the tests of the engine")]
#[path = "engine/simulation/mod.rs"]
mod simulation;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use parley_forwarder_core::{MAX_PACKET_LEN, Path, Transmit};
use simulation::{Client, VP8, World, rtp_packet, vp8_payload};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller keeps the promises that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Void([u8; MAX_PACKET_LEN]);

impl Transmit for Void {
    fn buffer(&mut self) -> &mut [u8] {
        &mut self.0
    }

    fn send(&mut self, _: &Path, _: usize) {}
}

#[test]
fn forwarding_a_packet_allocates_nothing() {
    let mut world = World::new();
    let ann = world.join("ann");
    world.publish("ann", "camera", "0", &VP8, &[(None, 100)]);
    for viewer in 0..20 {
        let name = format!("{}-viewer", char::from(b'b' + viewer));
        world.join(&name);
        world.add_slot(&name, &format!("{name}-slot"), &VP8, 900);
        world.route(&format!("{name}-slot"), "camera", 720);
    }
    let mut camera = Client::new("ann");
    let mut datagrams: Vec<Vec<u8>> = (0..6_000_u16)
        .map(|number| {
            let payload = vp8_payload(number, 0, (number == 0).then_some(720), 900);
            camera.protect(&rtp_packet(100, &VP8, number, u32::from(number) * 3_000, &[], &payload))
        })
        .collect();
    let (warm_up, measured) = datagrams.split_at_mut(3_000);
    let mut out = Void([0; MAX_PACKET_LEN]);
    let mut forward = |batch: &mut [Vec<u8>]| {
        for datagram in &mut *batch {
            world.engine.receive(&ann, datagram, world.now, &mut out);
        }
        world.engine.flush(world.now, &mut out);
    };
    warm_up.chunks_mut(30).for_each(&mut forward);
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    measured.chunks_mut(30).for_each(&mut forward);
    assert_eq!(ALLOCATIONS.load(Ordering::Relaxed) - before, 0);
    assert!(world.engine.stats().sent.packets >= 20 * 5_999);
}
