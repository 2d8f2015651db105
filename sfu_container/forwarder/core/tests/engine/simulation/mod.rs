//! A world around an engine, in a time that only tests move.

#[path = "../../suite/bit_writer.rs"]
mod bit_writer;
mod client;
mod decoder;
mod encoder;
mod link;
mod network;
mod packets;
mod studio;

pub use client::{Client, Received};
pub use decoder::Decoder;
pub use encoder::{Encoder, Mark, Scheme};
pub use link::Reporting;
pub use network::{Conditions, Network};
pub use packets::{
    EXTENSIONS, Extension, H264, MID_ID, OPUS, REPAIRED_RID_ID, RID_ID, SPEECH_LEVEL_ID, TRANSPORT_SEQUENCE, VP8, VP9,
    binding_request, check, extension_block, picture, rtp_packet, vp8_payload, vp9_payload,
};
pub use studio::Studio;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use parley_forwarder_core::bytes::{WriteError, Writer};
use parley_forwarder_core::negotiated::{Codec, Encoding, EngineConfig, MediaKind, PublicationLine, SlotLine, Wish};
use parley_forwarder_core::time::Instant;
use parley_forwarder_core::{DropReason, Engine, Event, MAX_PACKET_LEN, Path, Transmit, Transport};

/// A wish that anything fulfils.
pub const ANY: Wish = Wish { max_height: 720, max_temporal: 7, priority: 0 };

/// Between two ticks of the world.
pub const STEP: Duration = Duration::from_millis(5);

/// Keeps what the engine sends.
pub struct Outbox {
    buffer: [u8; MAX_PACKET_LEN],
    pub sent: Vec<(Path, Vec<u8>)>,
}

impl Transmit for Outbox {
    fn buffer(&mut self) -> &mut [u8] {
        &mut self.buffer
    }

    fn send(&mut self, path: &Path, len: usize) {
        self.sent.push((*path, self.buffer[..len].to_vec()));
    }
}

pub struct World {
    pub now: Instant,
    pub engine: Engine,
    pub outbox: Outbox,
    pub events: Vec<Event>,
    /// Everything that reached a client.
    pub delivered: Vec<Vec<u8>>,
    pub network: Network,
    /// In an order that does not change from run to run.
    clients: BTreeMap<SocketAddr, Client>,
    /// What is under way, by when it arrives and by when it left.
    flying: BTreeMap<(Instant, u64), Flight>,
    departures: u64,
}

/// A datagram under way.
struct Flight {
    is_upward: bool,
    path: Path,
    datagram: Vec<u8>,
}

impl World {
    /// A network that loses nothing.
    pub fn new() -> Self {
        Self::with_loss(0.0, 1)
    }

    /// A network that loses a share of what goes either way.
    pub fn with_loss(loss: f64, seed: u64) -> Self {
        Self {
            now: Instant::from_micros(1_000_000),
            engine: Engine::new(EngineConfig::default(), seed),
            outbox: Outbox { buffer: [0; MAX_PACKET_LEN], sent: Vec::new() },
            events: Vec::new(),
            delivered: Vec::new(),
            network: Network::new(loss, seed),
            clients: BTreeMap::new(),
            flying: BTreeMap::new(),
            departures: 0,
        }
    }

    /// Connects a Peer with its keys; returns where it is.
    pub fn join(&mut self, name: &str) -> Path {
        let number = self.clients.len() as u16;
        let path = Path { transport: Transport::Udp, local: 0, remote: ([192, 0, 2, 1], 5_000 + number).into() };
        let client = Client::new(name);
        self.engine.add_peer(name, &client.ufrag(), &client.password(), self.now).unwrap();
        self.engine.set_srtp(name, client.profile(), &client.upward_key(), &client.downward_key()).unwrap();
        let mut check = binding_request(&client.ufrag(), &client.password());
        self.engine.receive(&path, &mut check, self.now, &mut self.outbox);
        self.clients.insert(path.remote, client);
        self.outbox.sent.clear();
        path
    }

    /// Lets a client say that it goes on wanting what it is sent (RFC 7675).
    pub fn consent(&mut self, path: &Path) {
        let client = self.client(path);
        let check = check(&client.ufrag(), &client.password(), false);
        self.deliver_up(path, check);
    }

    /// Connects a Peer by signalling alone, without ICE and DTLS.
    pub fn join_plain(&mut self, name: &str) -> Path {
        let number = self.clients.len() as u16;
        let path = Path { transport: Transport::Udp, local: 0, remote: ([192, 0, 2, 2], 6_000 + number).into() };
        let client = Client::new(name);
        let (receive, send) = (client.upward_key(), client.downward_key());
        self.engine.add_plain(name, path, client.profile(), &receive, &send, self.now).unwrap();
        self.clients.insert(path.remote, client);
        path
    }

    pub fn client(&mut self, path: &Path) -> &mut Client {
        self.clients.get_mut(&path.remote).unwrap()
    }

    /// Publishes encodings named by rid on an m-line, each with the SSRC at the same place.
    pub fn publish(
        &mut self,
        peer: &str,
        publication: &str,
        mid: &str,
        codec: &Codec,
        streams: &[(Option<&str>, u32)],
    ) {
        let encoding = |(rid, ssrc): &(Option<&str>, u32)| Encoding {
            rid: rid.map(Into::into),
            ssrc: Some(*ssrc),
            rtx_ssrc: Some(ssrc + 1_000),
        };
        self.publish_encodings(peer, publication, mid, codec, streams.iter().map(encoding).collect());
    }

    /// Publishes an m-line whose streams may have to be found by their header extensions.
    pub fn publish_encodings(
        &mut self,
        peer: &str,
        publication: &str,
        mid: &str,
        codec: &Codec,
        encodings: Vec<Encoding>,
    ) {
        let line = PublicationLine {
            kind: kind_of(codec),
            mid: mid.into(),
            encodings,
            codecs: vec![codec.clone()],
            extensions: EXTENSIONS.map(|(id, uri)| (id, uri.into())).into(),
        };
        self.engine.add_publication(peer, publication, line, self.now).unwrap();
    }

    pub fn add_slot(&mut self, peer: &str, slot: &str, codec: &Codec, ssrc: u32) {
        self.add_slot_with(peer, slot, codec, ssrc, &EXTENSIONS);
    }

    pub fn add_slot_with(&mut self, peer: &str, slot: &str, codec: &Codec, ssrc: u32, extensions: &[(u8, &str)]) {
        let line = SlotLine {
            kind: kind_of(codec),
            mid: slot.into(),
            ssrc,
            rtx_ssrc: codec.rtx_payload_type.map(|_| ssrc + 1_000),
            codecs: vec![codec.clone()],
            extensions: extensions.iter().map(|(id, uri)| (*id, (*uri).into())).collect(),
        };
        self.engine.add_slot(peer, slot, line, self.now).unwrap();
    }

    pub fn route(&mut self, slot: &str, publication: &str, max_height: u32) {
        let wish = Wish { max_height, max_temporal: 7, priority: 0 };
        self.engine.route(slot, Some(publication), wish, self.now).unwrap();
    }

    /// Lets a client send a plain RTP or RTCP packet over the network.
    pub fn send(&mut self, from: &Path, packet: &[u8]) {
        let datagram = self.client(from).protect(packet);
        for flight in self.depart(&Flight { is_upward: true, path: *from, datagram }) {
            self.deliver_up(from, flight.datagram);
        }
    }

    /// Lets the network have a datagram; returns what arrives at once.
    fn depart(&mut self, flight: &Flight) -> Vec<Flight> {
        let mut arriving = Vec::new();
        for delay in self.network.delays() {
            let flight = Flight { datagram: flight.datagram.clone(), ..*flight };
            if delay.is_zero() {
                arriving.push(flight);
            } else {
                self.departures += 1;
                self.flying.insert((self.now + delay, self.departures), flight);
            }
        }
        arriving
    }

    /// Hands a datagram to the engine as it is.
    pub fn deliver_up(&mut self, from: &Path, mut datagram: Vec<u8>) {
        self.engine.receive(from, &mut datagram, self.now, &mut self.outbox);
    }

    /// Ends the batch and lets time pass, step by step; receivers ask for what they miss.
    pub fn advance(&mut self, time: Duration) {
        let until = self.now + time;
        while self.now < until {
            self.now = self.now + STEP;
            self.land_upward();
            if self.now >= self.engine.next_tick() {
                self.engine.tick(self.now, &mut self.outbox);
            }
            self.exchange();
        }
    }

    /// Delivers everything that was sent, and the answers of the receivers.
    pub fn exchange(&mut self) {
        self.engine.flush(self.now, &mut self.outbox);
        self.events.extend(std::iter::from_fn(|| self.engine.next_event()));
        let mut arriving = self.take_flights(false);
        for (path, datagram) in std::mem::take(&mut self.outbox.sent) {
            arriving.extend(self.depart(&Flight { is_upward: false, path, datagram }));
        }
        let (mut answers, now) = (Vec::new(), self.now);
        for Flight { path, datagram, .. } in arriving {
            if let Some(client) = self.clients.get_mut(&path.remote) {
                client.now = now;
                answers.extend(client.receive(&datagram).into_iter().map(|answer| (path, answer)));
                self.delivered.push(datagram);
            }
        }
        for (remote, client) in &mut self.clients {
            let path = Path { transport: Transport::Udp, local: 0, remote: *remote };
            answers.extend(client.take_nacks(now).into_iter().map(|answer| (path, answer)));
        }
        for (path, answer) in answers {
            self.send(&path, &answer);
        }
    }

    fn land_upward(&mut self) {
        for flight in self.take_flights(true) {
            self.deliver_up(&flight.path, flight.datagram);
        }
    }

    /// What arrives by now in one direction.
    fn take_flights(&mut self, is_upward: bool) -> Vec<Flight> {
        let due = (self.now, u64::MAX);
        let landing = |key: &(Instant, u64), flight: &mut Flight| *key <= due && flight.is_upward == is_upward;
        self.flying.extract_if(.., landing).map(|(_, flight)| flight).collect()
    }

    /// Sends one RTCP packet.
    pub fn send_rtcp(&mut self, from: &Path, write: impl FnOnce(&mut Writer<'_>) -> Result<(), WriteError>) {
        let mut buffer = [0; MAX_PACKET_LEN];
        let mut writer = Writer::new(&mut buffer);
        write(&mut writer).unwrap();
        self.send(from, writer.written());
    }

    pub fn dropped(&self, reason: DropReason) -> u64 {
        self.engine.stats().dropped.of(reason)
    }

    /// The Publications and encodings that a Slot changed to, in order.
    pub fn changes_of(&self, slot: &str) -> Vec<Option<(String, Option<String>)>> {
        let change = |event: &Event| match event {
            Event::SlotChanged { slot: changed, publication, rid } if **changed == *slot => Some(
                publication
                    .as_ref()
                    .map(|publication| (publication.to_string(), rid.as_ref().map(|rid| rid.to_string()))),
            ),
            _ => None,
        };
        self.events.iter().filter_map(change).collect()
    }
}

fn kind_of(codec: &Codec) -> MediaKind {
    if codec.name == "OPUS" { MediaKind::Audio } else { MediaKind::Video }
}
