//! The far end of a Peer: protects what it sends, opens what comes, and asks for what it misses.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use parley_forwarder_core::bytes::Writer;
use parley_forwarder_core::demux::{Protocol, classify};
use parley_forwarder_core::rtcp::{Compound, Packet, write_nack};
use parley_forwarder_core::rtp::known_extension::transport_sequence;
use parley_forwarder_core::rtp::{Header, sequence};
use parley_forwarder_core::srtp::{Profile, ReceiveContext, SendContext, SendState, SrtpError};
use parley_forwarder_core::time::Instant;

use super::packets::{DEPENDENCY_DESCRIPTOR, TRANSPORT_SEQUENCE};

const NACK_INTERVAL: Duration = Duration::from_millis(40);
/// How far back it asks, in packets.
const NACK_WINDOW: u64 = 256;

/// An open packet of one stream.
#[derive(Debug, Clone)]
pub struct Received {
    pub at: Instant,
    pub header: Header,
    pub payload: Vec<u8>,
    /// The dependency descriptor.
    pub descriptor: Option<Vec<u8>>,
}

pub struct Client {
    name: String,
    /// As the world says.
    pub now: Instant,
    send: SendContext,
    states: HashMap<u32, SendState>,
    receive: ReceiveContext,
    /// By SSRC, the packets by extended sequence number; those that RTX brought back stand among them.
    pub streams: BTreeMap<u32, BTreeMap<u64, Received>>,
    highest: HashMap<u32, sequence::Unwrapper>,
    asked_at: HashMap<(u32, u64), Instant>,
    /// Sequence numbers that the engine asked this client for.
    pub asked_for: Vec<(u32, u16)>,
    pub keyframe_requests: usize,
    /// RTX packets that came.
    pub repetitions: usize,
    /// Media and repetitions as they came.
    pub arrived: Vec<Received>,
    /// Compound packets as they came.
    pub feedback: Vec<Vec<u8>>,
    /// Every packet that this client sent, to answer NACKs: by SSRC and number.
    sent: HashMap<(u32, u16), Vec<u8>>,
    rtx_sequence: u16,
}

impl Client {
    pub fn new(name: &str) -> Self {
        let profile = Profile::AeadAes128Gcm;
        let key = |purpose: u8| vec![purpose ^ name.as_bytes()[0]; profile.key_len() + profile.salt_len()];
        Self {
            name: name.into(),
            now: Instant::default(),
            send: SendContext::new(profile, &key(1)).unwrap(),
            states: HashMap::new(),
            receive: ReceiveContext::new(profile, &key(2)).unwrap(),
            streams: BTreeMap::new(),
            highest: HashMap::new(),
            asked_at: HashMap::new(),
            asked_for: Vec::new(),
            keyframe_requests: 0,
            repetitions: 0,
            arrived: Vec::new(),
            feedback: Vec::new(),
            sent: HashMap::new(),
            rtx_sequence: 0,
        }
    }

    pub fn ufrag(&self) -> String {
        format!("ufrag-{}", self.name)
    }

    pub fn password(&self) -> String {
        format!("password-{}", self.name)
    }

    pub const fn profile(&self) -> Profile {
        Profile::AeadAes128Gcm
    }

    /// What protects what the client sends.
    pub fn upward_key(&self) -> Vec<u8> {
        vec![1 ^ self.name.as_bytes()[0]; 28]
    }

    /// What protects what the client is sent.
    pub fn downward_key(&self) -> Vec<u8> {
        vec![2 ^ self.name.as_bytes()[0]; 28]
    }

    pub fn protect(&mut self, packet: &[u8]) -> Vec<u8> {
        let mut buffer = packet.to_vec();
        buffer.resize(packet.len() + 32, 0);
        let len = if classify(packet) == Some(Protocol::Rtcp) {
            self.send.protect_rtcp(&mut buffer, packet.len()).unwrap()
        } else {
            let header = Header::parse(packet).unwrap();
            self.sent.insert((header.ssrc, header.sequence), packet.to_vec());
            let state = self.states.entry(header.ssrc).or_insert_with(|| SendState::new(header.ssrc));
            self.send.protect_rtp(state, &mut buffer, header.len, packet.len()).unwrap()
        };
        buffer.truncate(len);
        buffer
    }

    /// Takes a datagram; returns RTX packets that it asks for.
    pub fn receive(&mut self, datagram: &[u8]) -> Vec<Vec<u8>> {
        let mut data = datagram.to_vec();
        match classify(datagram) {
            Some(Protocol::Rtp) => {
                let header = Header::parse(&data).unwrap();
                match self.receive.unprotect_rtp(&mut data, &header) {
                    Ok(len) => self.take_rtp(header, &data[..len]),
                    // The network may bring a packet twice.
                    Err(error) => assert_eq!(error, SrtpError::Replayed),
                }
                Vec::new()
            }
            Some(Protocol::Rtcp) => {
                let Ok(len) = self.receive.unprotect_rtcp(&mut data) else { return Vec::new() };
                self.feedback.push(data[..len].to_vec());
                self.take_rtcp(&data[..len])
            }
            _ => Vec::new(),
        }
    }

    /// The transport-wide number of a packet, which is not encrypted.
    pub fn transport_number(&self, datagram: &[u8]) -> Option<u16> {
        let header = (classify(datagram) == Some(Protocol::Rtp)).then(|| Header::parse(datagram).unwrap())?;
        header.extension(datagram, TRANSPORT_SEQUENCE.0).and_then(transport_sequence)
    }

    fn take_rtp(&mut self, mut header: Header, packet: &[u8]) {
        let mut payload = header.payload(packet).unwrap().to_vec();
        let descriptor = header.extension(packet, DEPENDENCY_DESCRIPTOR.0).map(<[u8]>::to_vec);
        let at = self.now;
        self.arrived.push(Received { at, header, payload: payload.clone(), descriptor: descriptor.clone() });
        // Slots' RTX streams are numbered a thousand above the media.
        let original = header.ssrc - 1_000.min(header.ssrc);
        if self.streams.contains_key(&original) && payload.len() >= 2 {
            self.repetitions += 1;
            header.ssrc = original;
            header.sequence = u16::from_be_bytes([payload[0], payload[1]]);
            payload.drain(..2);
        }
        let index = self.highest.entry(header.ssrc).or_default().unwrap(header.sequence);
        self.streams.entry(header.ssrc).or_default().entry(index).or_insert(Received {
            at,
            header,
            payload,
            descriptor,
        });
    }

    fn take_rtcp(&mut self, data: &[u8]) -> Vec<Vec<u8>> {
        let mut repetitions = Vec::new();
        for packet in Compound::new(data) {
            match packet.unwrap() {
                Packet::Nack(nack) => {
                    for number in nack.sequences() {
                        self.asked_for.push((nack.media_ssrc, number));
                        repetitions.extend(self.repeat(nack.media_ssrc, number));
                    }
                }
                Packet::PictureLoss(_) => self.keyframe_requests += 1,
                _ => {}
            }
        }
        repetitions
    }

    /// An RTX packet (RFC 4588); publishers' RTX streams are numbered a thousand above the media, with the next type.
    fn repeat(&mut self, ssrc: u32, number: u16) -> Option<Vec<u8>> {
        let packet = self.sent.get(&(ssrc, number))?;
        let header = Header::parse(packet).unwrap();
        self.rtx_sequence += 1;
        let mut repetition = packet[..header.len].to_vec();
        repetition[1] = (repetition[1] & 0x80) | (header.payload_type + 1);
        repetition[2..4].copy_from_slice(&self.rtx_sequence.to_be_bytes());
        repetition[8..12].copy_from_slice(&(ssrc + 1_000).to_be_bytes());
        repetition.extend(number.to_be_bytes());
        repetition.extend(&packet[header.len..]);
        Some(repetition)
    }

    /// NACKs for what is missing in the streams of Slots.
    pub fn take_nacks(&mut self, now: Instant) -> Vec<Vec<u8>> {
        let mut nacks = Vec::new();
        for ssrc in self.streams.keys() {
            let mut due = Vec::new();
            for index in self.recent_gaps(*ssrc, NACK_WINDOW) {
                let last = self.asked_at.get(&(*ssrc, index));
                if last.is_none_or(|last| now - *last >= NACK_INTERVAL) {
                    due.push(index);
                }
            }
            if !due.is_empty() {
                let mut buffer = [0; 1_200];
                let mut writer = Writer::new(&mut buffer);
                write_nack(&mut writer, 9, *ssrc, due.iter().map(|index| *index as u16)).unwrap();
                nacks.push(writer.written().to_vec());
            }
            self.asked_at.extend(due.into_iter().map(|index| ((*ssrc, index), now)));
        }
        nacks
    }

    /// Extended sequence numbers that did not come, between the first and the last.
    pub fn gaps(&self, ssrc: u32) -> Vec<u64> {
        self.recent_gaps(ssrc, u64::MAX)
    }

    fn recent_gaps(&self, ssrc: u32, window: u64) -> Vec<u64> {
        let Some(stream) = self.streams.get(&ssrc) else { return Vec::new() };
        let (Some((first, _)), Some((last, _))) = (stream.first_key_value(), stream.last_key_value()) else {
            return Vec::new();
        };
        let first = (*first).max(last.saturating_sub(window));
        (first..*last).filter(|index| !stream.contains_key(index)).collect()
    }

    /// What came for a Slot, in the order of its numbers.
    pub fn of(&self, ssrc: u32) -> Vec<&Received> {
        self.streams.get(&ssrc).map(|stream| stream.values().collect()).unwrap_or_default()
    }
}
