//! What a Peer costs that is connected and neither sends nor is sent anything. A program of its own, for it counts memory.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

#[allow(dead_code, reason = "shared with other programs")]
mod allocations;
#[allow(dead_code, unused_imports, reason = "shared with the tests of the engine")]
#[path = "engine/simulation/mod.rs"]
mod simulation;

use parley_forwarder_core::negotiated::{Codec, EngineConfig, MediaKind, SlotLine};
use parley_forwarder_core::srtp::Profile;
use parley_forwarder_core::time::Instant;
use parley_forwarder_core::{Engine, MAX_PACKET_LEN, Path, Transmit, Transport};
use simulation::{EXTENSIONS, H264, OPUS, TRANSPORT_SEQUENCE, VP8, VP9, binding_request};

const PEERS: usize = 1_000;
/// As the client asks for.
const SLOTS: [(MediaKind, u32); 2] = [(MediaKind::Audio, 4), (MediaKind::Video, 9)];
/// Of the 64 KiB that the whole process may take for such a Peer: Python has its share, too.
const MAX_BYTES: isize = 34 << 10;

struct Void([u8; MAX_PACKET_LEN]);

impl Transmit for Void {
    fn buffer(&mut self) -> &mut [u8] {
        &mut self.0
    }

    fn send(&mut self, _: &Path, _: usize) {}
}

fn connect(engine: &mut Engine, number: usize, out: &mut Void) {
    let (name, now) = (format!("peer-{number}"), Instant::from_micros(1));
    engine.add_peer(&name, &name, "a password for ICE", now).unwrap();
    engine.set_srtp(&name, Profile::AeadAes128Gcm, &[1; 28], &[2; 28]).unwrap();
    let remote = ([192, 0, 2, 1], 1_024 + number as u16).into();
    let path = Path { transport: Transport::Udp, local: 0, remote };
    engine.receive(&path, &mut binding_request(&name, "a password for ICE"), now, out);
    assert!(engine.is_proven(&path));
    for (kind, count) in SLOTS {
        for place in 0..count {
            let codecs: &[&Codec] = if kind == MediaKind::Audio { &[&OPUS] } else { &[&VP8, &VP9, &H264, &H264] };
            let extensions = EXTENSIONS.iter().chain([&TRANSPORT_SEQUENCE]);
            let ssrc = 1_000 * (1 + place) + kind as u32;
            let line = SlotLine {
                kind,
                mid: place.to_string(),
                ssrc,
                rtx_ssrc: (kind == MediaKind::Video).then_some(ssrc + 500),
                codecs: codecs.iter().map(|codec| (*codec).clone()).collect(),
                extensions: extensions.map(|(id, uri)| (*id, (*uri).into())).collect(),
            };
            engine.add_slot(&name, &format!("{name}-{kind:?}-{place}"), line, now).unwrap();
        }
    }
    while engine.next_event().is_some() {}
}

#[test]
fn an_idle_peer_takes_little_memory() {
    let mut out = Void([0; MAX_PACKET_LEN]);
    let before = allocations::live_bytes();
    let mut engine = Engine::new(EngineConfig::default(), 1);
    (0..PEERS).for_each(|number| connect(&mut engine, number, &mut out));
    let each = (allocations::live_bytes() - before) / PEERS.cast_signed();
    println!("{each} bytes a Peer");
    assert!(each <= MAX_BYTES, "{each} bytes a Peer");
}
