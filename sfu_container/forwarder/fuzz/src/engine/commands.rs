//! What signalling may tell the engine, in any order.

use std::time::Duration;

use parley_forwarder_core::negotiated::{Codec, Encoding, MediaKind, PublicationLine, SlotLine, Wish};

use super::world::World;
use crate::bytes::Input;

/// Between an SSRC and that of its RTX.
pub(super) const RTX_OFFSET: u32 = 1_000;
const RIDS: [&str; 3] = ["q", "h", "f"];
const NAMES: [&str; 6] = ["camera", "screen", "voice", "window", "slot", "ears"];
const EXTENSIONS: [&str; 8] = [
    "urn:ietf:params:rtp-hdrext:sdes:mid",
    "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
    "urn:3gpp:video-orientation",
];

/// An m-line that somebody sends from the start.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub(super) peer: u8,
    pub(super) ssrc: u32,
    pub(super) payload_type: u8,
    codec: &'static str,
}

/// One for each codec.
pub(super) const LINES: [Line; 5] = [
    Line { peer: 0, ssrc: 100, payload_type: 96, codec: "VP8" },
    Line { peer: 0, ssrc: 200, payload_type: 98, codec: "VP9" },
    Line { peer: 1, ssrc: 300, payload_type: 102, codec: "H264" },
    Line { peer: 1, ssrc: 400, payload_type: 45, codec: "AV1" },
    Line { peer: 0, ssrc: 500, payload_type: 111, codec: "OPUS" },
];

/// Lets all Peers connect and publish, and each see what the others send.
pub(super) fn furnish(world: &mut World) {
    for number in 0..world.peers.len() {
        let (far_end, now) = (&world.peers[number], world.now);
        let (name, path, profile, keys) = (far_end.name, far_end.path, far_end.profile, &far_end.keys);
        if name == "recorder" {
            world.engine.add_plain(name, path, profile, keys, keys, now).expect("the first one");
        } else {
            let ufrag = far_end.ufrag(0);
            world.engine.add_peer(name, &ufrag, &world.password, now).expect("the first one");
            world.engine.set_srtp(name, profile, keys, keys).expect("of the right length");
        }
    }
    for peer in 0..2 {
        // From its own address, the first generation of credentials, and it nominates.
        world.receive_check(&mut Input::new(&[peer, peer, 0, 1, peer, 0]));
    }
    for line in LINES {
        let name = world.peer(line.peer).name;
        let publication = format!("{name}-{}", line.codec);
        world.engine.add_publication(name, &publication, publication_line(&line), world.now).expect("the first one");
        for viewer in ["ann", "bob", "recorder"] {
            let slot = format!("{viewer}-{publication}");
            world
                .engine
                .add_slot(viewer, &slot, slot_line(&line, viewer != "recorder"), world.now)
                .expect("the first one");
            let wish = Wish { max_height: 720, max_temporal: 7, priority: 1 };
            world.engine.route(&slot, Some(&publication), wish, world.now).expect("both are there");
        }
        world.engine.route_speakers(name, "room", world.now).expect("the Peer is there");
    }
}

pub(super) fn run(world: &mut World, input: &mut Input<'_>) {
    let now = world.now;
    let far_end = world.peer(input.u8());
    let (peer, profile, path, keys) = (far_end.name, far_end.profile, far_end.path, far_end.keys.clone());
    let ufrag = far_end.ufrag(input.u8() % 4);
    let (item, other) = (input.choose(&NAMES), input.choose(&NAMES));
    let (engine, password) = (&mut world.engine, &world.password);
    // Refusals are part of the game.
    let _ = match input.u8() % 14 {
        0 => engine.add_peer(peer, &ufrag, password, now),
        1 => engine.add_plain(peer, path, profile, &keys, &keys, now),
        2 => engine.restart_ice(peer, &ufrag, password, Duration::from_secs(input.u8().into()), now),
        3 => engine.remove_peer(peer, now),
        4 => engine.set_srtp(peer, profile, &keys, &keys),
        5 => engine.add_publication(peer, item, publication_line(&input.choose(&LINES)), now),
        6 => engine.add_slot(peer, item, slot_line(&input.choose(&LINES), input.flag()), now),
        7 => engine.route(item, Some(other), wish(input), now),
        8 => engine.route(item, None, wish(input), now),
        9 => engine.route_speakers(peer, other, now),
        10 => engine.set_paused(item, input.flag(), now),
        11 => engine.remove(item, now),
        12 => engine.request_keyframe(item, now),
        _ => {
            world.send_dtls(peer, input.bytes());
            world.forget_path(input.u8());
            Ok(())
        }
    };
}

fn wish(input: &mut Input<'_>) -> Wish {
    Wish { max_height: input.u16().into(), max_temporal: input.u8(), priority: input.u8().into() }
}

fn publication_line(line: &Line) -> PublicationLine {
    let encoding = |(number, rid): (u32, &str)| Encoding {
        rid: (line.codec == "VP8").then(|| rid.into()),
        ssrc: Some(line.ssrc + number),
        rtx_ssrc: Some(line.ssrc + RTX_OFFSET + number),
    };
    let count = if line.codec == "VP8" { RIDS.len() } else { 1 };
    PublicationLine {
        kind: kind(line),
        mid: line.codec.into(),
        encodings: (0..).zip(RIDS).take(count).map(encoding).collect(),
        codecs: codecs(line),
        extensions: extensions(true),
    }
}

/// A recorder does not report what arrives, so that it is sent to without a pacer.
fn slot_line(line: &Line, reports_arrivals: bool) -> SlotLine {
    SlotLine {
        kind: kind(line),
        mid: line.codec.into(),
        ssrc: line.ssrc + 10_000,
        rtx_ssrc: reports_arrivals.then_some(line.ssrc + 10_000 + RTX_OFFSET),
        codecs: codecs(line),
        extensions: extensions(reports_arrivals),
    }
}

fn kind(line: &Line) -> MediaKind {
    if line.codec == "OPUS" { MediaKind::Audio } else { MediaKind::Video }
}

fn codecs(line: &Line) -> Vec<Codec> {
    let (payload_type, clock_rate) = (line.payload_type, if line.codec == "OPUS" { 48_000 } else { 90_000 });
    vec![Codec {
        payload_type,
        name: line.codec.into(),
        clock_rate,
        rtx_payload_type: Some(payload_type + 1),
        profiles: Vec::new(),
    }]
}

fn extensions(with_transport_sequence: bool) -> Vec<(u8, String)> {
    let all = (1..).zip(EXTENSIONS).filter(|(_, uri)| with_transport_sequence || !uri.contains("transport-wide"));
    all.map(|(id, uri)| (id, uri.into())).collect()
}
