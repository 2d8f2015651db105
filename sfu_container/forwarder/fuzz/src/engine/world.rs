//! An engine with Peers of every kind around it, and what comes to it.

use std::time::Duration;

use parley_forwarder_core::negotiated::EngineConfig;
use parley_forwarder_core::srtp::Profile;
use parley_forwarder_core::stun::kind;
use parley_forwarder_core::time::Instant;
use parley_forwarder_core::{Engine, MAX_PACKET_LEN, Path, Transmit};

use super::commands;
use super::peer::{FarEnd, path};
use crate::bytes::Input;
use crate::stun::{put_attribute, seal};

/// Addresses: those of the Peers, then those of strangers.
const PATHS: u8 = 6;
/// What one input may cause at most: the answers to one NACK of a whole datagram, from one Slot.
const MAX_ANSWER: usize = 600 * MAX_PACKET_LEN;
/// What one tick may cause at most, paced or due.
const MAX_TICK: usize = 2_000 * MAX_PACKET_LEN;
/// Packets kept for a replay.
const MAX_KEPT: usize = 64;

/// Counts what the engine sends.
struct Outbox {
    buffer: [u8; MAX_PACKET_LEN],
    bytes: usize,
}

impl Transmit for Outbox {
    fn buffer(&mut self) -> &mut [u8] {
        &mut self.buffer
    }

    fn send(&mut self, _path: &Path, len: usize) {
        assert!(len <= MAX_PACKET_LEN);
        self.bytes += len;
    }
}

pub(super) struct World {
    pub(super) engine: Engine,
    pub(super) now: Instant,
    pub(super) peers: [FarEnd; 3],
    /// The ICE password of all Peers.
    pub(super) password: String,
    outbox: Outbox,
    kept: Vec<(Path, Vec<u8>)>,
}

impl World {
    pub(super) fn new(secret: [u8; 20]) -> Self {
        let now = Instant::from_micros(1_000_000);
        let config = EngineConfig { retransmission_cache_packets: 64, ..EngineConfig::default() };
        let mut world = Self {
            engine: Engine::new(config, 1),
            now,
            password: secret.iter().map(|byte| format!("{byte:02x}")).collect(),
            peers: [
                FarEnd::new("ann", 0, Profile::AeadAes128Gcm, &secret),
                FarEnd::new("bob", 1, Profile::Aes128CmHmacSha1_80, &secret),
                FarEnd::new("recorder", 2, Profile::AeadAes256Gcm, &secret),
            ],
            outbox: Outbox { buffer: [0; MAX_PACKET_LEN], bytes: 0 },
            kept: Vec::new(),
        };
        commands::furnish(&mut world);
        world
    }

    /// A stranger, or somebody who forges a Peer's address: nothing is sent for it.
    pub(super) fn receive_raw(&mut self, input: &mut Input<'_>) {
        let from = path(input.u8() % PATHS);
        let datagram = input.bytes().to_vec();
        let sent = self.receive(&from, datagram);
        assert_eq!(sent, 0, "an answer to what nobody signed");
    }

    /// Bytes with the right protection.
    pub(super) fn receive_rtp(&mut self, input: &mut Input<'_>) {
        let peer = input.u8();
        let mut packet = input.bytes().to_vec();
        if let [first, second, ..] = packet.as_mut_slice() {
            *first = 0x80 | (*first & 0x3f);
            *second &= 0x7f;
        }
        self.receive_protected(peer, &packet);
    }

    pub(super) fn receive_rtcp(&mut self, input: &mut Input<'_>) {
        let peer = input.u8();
        let mut compound = Vec::new();
        for _ in 0..=input.u8() % 4 {
            let [format, packet_type] = input.array();
            let words = input.bytes().as_chunks::<4>().0;
            compound.extend([0x80 | (format & 0x1f), 200 + packet_type % 8]);
            compound.extend((words.len() as u16).to_be_bytes());
            compound.extend(words.as_flattened());
        }
        self.receive_protected(peer, &compound);
    }

    /// A packet of a stream that is announced, in the codec of its m-line, with a payload and extensions of any content.
    pub(super) fn receive_media(&mut self, input: &mut Input<'_>) {
        let line = input.choose(&commands::LINES);
        let [encoding, flags, low] = input.array();
        let ssrc = line.ssrc + u32::from(encoding % 3);
        let start = [0x90, (flags & 0x80) | line.payload_type, flags & 3, low];
        let timestamp = u32::from(input.u8()) * 3_000;
        let elements = input.bytes().as_chunks::<4>().0;
        let words = (elements.len() as u16).to_be_bytes();
        let profile = if flags & 4 == 0 { [0xbe, 0xde] } else { [0x10, 0x00] };
        let header = [&start[..], &timestamp.to_be_bytes(), &ssrc.to_be_bytes(), &profile, &words].concat();
        let packet = [&header, elements.as_flattened(), input.bytes()].concat();
        self.receive_protected(line.peer, &packet);
    }

    /// An RTX packet (RFC 4588) of an announced stream.
    pub(super) fn receive_repetition(&mut self, input: &mut Input<'_>) {
        let line = input.choose(&commands::LINES);
        let [encoding, sequence] = input.array();
        let ssrc = line.ssrc + commands::RTX_OFFSET + u32::from(encoding % 3);
        let start = [0x80, line.payload_type + 1, 0, sequence, 0, 0, 0, 0];
        let packet = [&start[..], &ssrc.to_be_bytes(), input.bytes()].concat();
        self.receive_protected(line.peer, &packet);
    }

    /// A check with the right password, from any address.
    pub(super) fn receive_check(&mut self, input: &mut Input<'_>) {
        let from = path(input.u8() % PATHS);
        let [peer, generation, flags, id] = input.array();
        let ufrag = self.peer(peer).ufrag(generation % 4);
        let mut message = vec![0, 1];
        message.extend([id; 12]);
        // Attributes stand behind fourteen bytes here, and behind a multiple of four in the message.
        message.extend([0, 0]);
        put_attribute(&mut message, kind::USERNAME, format!("{ufrag}:theirs").as_bytes());
        if flags & 1 == 1 {
            put_attribute(&mut message, kind::USE_CANDIDATE, &[]);
        }
        message.extend(input.bytes());
        message.drain(14..16);
        let datagram = seal(&message, self.password.as_bytes());
        let len = datagram.len();
        self.keep(from, &datagram);
        let sent = self.receive(&from, datagram);
        assert!(sent <= 2 * len, "{sent} bytes for {len}");
    }

    pub(super) fn replay(&mut self, input: &mut Input<'_>) {
        let [which, elsewhere] = input.array();
        if let Some((from, datagram)) = self.kept.get(usize::from(which)).cloned() {
            let from = if elsewhere < PATHS { path(elsewhere) } else { from };
            self.receive(&from, datagram);
        }
    }

    pub(super) fn command(&mut self, input: &mut Input<'_>) {
        commands::run(self, input);
        self.settle();
    }

    pub(super) fn pass_time(&mut self, input: &mut Input<'_>) {
        let step = match input.u8() {
            millis @ 0..200 => Duration::from_millis(millis.into()),
            seconds => Duration::from_secs(u64::from(seconds) - 199),
        };
        self.now = self.now + step;
        self.engine.tick(self.now, &mut self.outbox);
        let sent = self.settle();
        assert!(sent <= MAX_TICK, "{sent} bytes in one tick");
        assert!(self.engine.next_tick() > self.now, "a tick that is due at once would be due for ever");
    }

    pub(super) fn peer(&mut self, number: u8) -> &mut FarEnd {
        let number = usize::from(number) % self.peers.len();
        &mut self.peers[number]
    }

    /// Sends something without input, for a command.
    pub(super) fn send_dtls(&mut self, peer: &str, data: &[u8]) {
        let _ = self.engine.send_dtls(peer, data, &mut self.outbox);
    }

    pub(super) fn forget_path(&mut self, number: u8) {
        self.engine.forget_path(&path(number % PATHS));
    }

    fn receive_protected(&mut self, peer: u8, packet: &[u8]) {
        let far_end = self.peer(peer);
        let from = far_end.path;
        let Some(datagram) = far_end.protect(packet) else { return };
        self.keep(from, &datagram);
        let sent = self.receive(&from, datagram);
        assert!(sent <= MAX_ANSWER, "{sent} bytes for one datagram");
    }

    fn keep(&mut self, from: Path, datagram: &[u8]) {
        if self.kept.len() < MAX_KEPT {
            self.kept.push((from, datagram.to_vec()));
        }
    }

    /// Hands a datagram to the engine, as a batch of its own; how many bytes leave for it.
    fn receive(&mut self, from: &Path, mut datagram: Vec<u8>) -> usize {
        self.settle();
        datagram.truncate(MAX_PACKET_LEN);
        self.engine.receive(from, &mut datagram, self.now, &mut self.outbox);
        self.settle()
    }

    fn settle(&mut self) -> usize {
        self.engine.flush(self.now, &mut self.outbox);
        while self.engine.next_event().is_some() {}
        std::mem::take(&mut self.outbox.bytes)
    }
}
