//! One publisher or subscriber: ICE, then DTLS, then media.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use parley_forwarder_core::bytes::Writer;
use parley_forwarder_core::demux::{Protocol, classify};
use parley_forwarder_core::rtcp::{Compound, Packet};
use parley_forwarder_core::rtp::{Header, known_extension};
use parley_forwarder_core::srtp::{ReceiveContext, SendContext};
use parley_forwarder_core::stun::{Class, IntegrityKey, Message, write_success};

use crate::checks::write_check;
use crate::dtls::{Identity, Keys, Link};
use crate::marking;
use crate::measurement::Measurement;
use crate::protocol::{EndpointPlan, Event};
use crate::reception::Reception;
use crate::sockets::{Datagram, Socket};
use crate::track::Track;

const FIRST_ADDRESS: u32 = Ipv4Addr::new(127, 1, 0, 1).to_bits();
/// Between checks before and after the path is proven.
const CHECK_INTERVAL: Duration = Duration::from_millis(100);
const CONSENT_INTERVAL: Duration = Duration::from_secs(4);
const REPORT_INTERVAL: Duration = Duration::from_secs(1);
const FEEDBACK_INTERVAL: Duration = Duration::from_millis(100);
const MAX_RTCP_LEN: usize = 1_200;
const FIRST_OWN_SSRC: u32 = 0x10_000;

pub struct Endpoint {
    plan: EndpointPlan,
    address: Ipv4Addr,
    has_path: bool,
    is_failed: bool,
    link: Link,
    keys: Option<(SendContext, ReceiveContext)>,
    pub tracks: Vec<Track>,
    pub reception: Reception,
    transport_sequence: u16,
    checks: u64,
    next_check: Instant,
    next_report: Instant,
    next_feedback: Instant,
}

/// The number of the endpoint that an address belongs to.
pub const fn number_of(address: Ipv4Addr) -> Option<u32> {
    address.to_bits().checked_sub(FIRST_ADDRESS)
}

impl Endpoint {
    pub fn new(mut plan: EndpointPlan, identity: &Identity, now: Instant) -> Result<Self, String> {
        let link = Link::new(identity, plan.is_dtls_client, plan.fingerprint.clone()).map_err(|e| e.to_string())?;
        let tracks = std::mem::take(&mut plan.tracks).into_iter().map(|track| Track::new(track, now)).collect();
        // Subscribers do not report in step.
        let phase = Duration::from_millis((u64::from(plan.number) * 37) % 1_000);
        Ok(Self {
            address: Ipv4Addr::from_bits(FIRST_ADDRESS + plan.number),
            has_path: false,
            is_failed: false,
            link,
            keys: None,
            tracks,
            reception: Reception::default(),
            transport_sequence: 0,
            checks: 0,
            next_check: now,
            next_report: now + phase,
            next_feedback: now + phase / 10,
            plan,
        })
    }

    /// Whether it reads headers only; what is to be opened must be read whole.
    pub const fn reads_headers(&self) -> bool {
        !self.is_publisher() && !self.plan.is_verified
    }

    pub const fn is_publisher(&self) -> bool {
        !self.tracks.is_empty()
    }

    /// Takes a datagram for this endpoint.
    pub fn receive(
        &mut self,
        datagram: Datagram<'_>,
        socket: &mut Socket,
        measurement: &mut Measurement,
    ) -> Option<Event> {
        match classify(datagram.bytes)? {
            Protocol::Stun => self.receive_stun(datagram.bytes, socket),
            Protocol::Dtls => {
                self.link.receive(datagram.bytes);
                if self.keys.is_some() {
                    self.link.drain();
                    self.send_link(socket);
                    return None;
                }
                self.advance_link(socket)
            }
            Protocol::Rtcp => {
                self.receive_rtcp(datagram.bytes, measurement);
                None
            }
            Protocol::Rtp => {
                self.receive_rtp(datagram, measurement);
                None
            }
        }
    }

    /// Does what is due: checks, the handshake, reports.
    pub fn tick(&mut self, now: Instant, socket: &mut Socket, measurement: &mut Measurement) -> Option<Event> {
        if self.is_failed {
            return None;
        }
        if now >= self.next_check {
            self.next_check = now + if self.has_path { CONSENT_INTERVAL } else { CHECK_INTERVAL };
            self.send_check(socket);
        }
        if self.keys.is_some() && !self.is_publisher() {
            self.send_reports(now, socket, measurement);
        }
        if self.has_path && self.keys.is_none() { self.advance_link(socket) } else { None }
    }

    /// Lets the tracks send what is due; returns how many packets that was.
    pub fn publish(&mut self, now: Instant, socket: &mut Socket) -> u64 {
        let Some((keys, _)) = &self.keys else { return 0 };
        let mut sent = 0;
        for track in &mut self.tracks {
            for _ in 0..track.due(now) {
                let buffer = socket.buffer();
                let Ok((header_len, len)) = track.write(buffer, &mut self.transport_sequence) else { continue };
                let Ok(len) = keys.protect_rtp(&mut track.state, buffer, header_len, len) else { continue };
                socket.send(self.address, self.plan.remote_address, len);
                sent += 1;
            }
        }
        sent
    }

    fn send_check(&mut self, socket: &mut Socket) {
        self.checks += 1;
        let mut id = [0; 12];
        id[..4].copy_from_slice(&self.plan.number.to_be_bytes());
        id[4..].copy_from_slice(&self.checks.to_be_bytes());
        if let Ok(len) = write_check(socket.buffer(), &id, &self.plan.local, &self.plan.remote) {
            socket.send(self.address, self.plan.remote_address, len);
        }
    }

    fn receive_stun(&mut self, bytes: &[u8], socket: &mut Socket) -> Option<Event> {
        let message = Message::parse(bytes).ok()?;
        match message.class {
            Class::SuccessResponse if !self.has_path => {
                self.has_path = true;
                self.next_check = Instant::now() + CONSENT_INTERVAL;
                return self.advance_link(socket);
            }
            Class::ErrorResponse if !self.has_path => return Some(self.fail("the SFU refused a check".to_owned())),
            Class::Request => self.answer_check(&message, socket),
            _ => {}
        }
        None
    }

    /// libnice checks the path from its side, too, though it is ICE-lite.
    fn answer_check(&self, message: &Message<'_>, socket: &mut Socket) {
        let key = IntegrityKey::new(self.plan.local.password.as_bytes());
        let from = self.plan.remote_address.into();
        if let Ok(len) = write_success(socket.buffer(), &message.transaction_id, from, &key) {
            socket.send(self.address, self.plan.remote_address, len);
        }
    }

    fn advance_link(&mut self, socket: &mut Socket) -> Option<Event> {
        let advanced = self.link.advance();
        self.send_link(socket);
        match advanced {
            Ok(keys) => keys.map(|keys| self.secure(keys)),
            Err(reason) => Some(self.fail(reason)),
        }
    }

    fn send_link(&mut self, socket: &mut Socket) {
        while let Some(datagram) = self.link.next_datagram() {
            if let Some(place) = socket.buffer().get_mut(..datagram.len()) {
                place.copy_from_slice(&datagram);
                socket.send(self.address, self.plan.remote_address, datagram.len());
            }
        }
    }

    fn secure(&mut self, keys: Keys) -> Event {
        self.keys = Some((keys.send, keys.receive));
        Event::Connected { number: self.plan.number, profile: keys.profile }
    }

    fn fail(&mut self, reason: String) -> Event {
        self.is_failed = true;
        Event::Failed { number: self.plan.number, reason }
    }

    fn receive_rtcp(&mut self, packet: &mut [u8], measurement: &mut Measurement) {
        // What a subscriber is told needs no answer.
        let (true, Some((_, keys))) = (self.is_publisher(), &mut self.keys) else { return };
        let Ok(len) = keys.unprotect_rtcp(packet) else { return };
        for packet in Compound::new(&packet[..len]).flatten() {
            let asked = match packet {
                Packet::PictureLoss(request) => Some(request.media_ssrc),
                Packet::FullIntraRequests(all) => all.requests().next().map(|request| request.ssrc),
                Packet::TransportFeedback(_) => {
                    measurement.feedback_received += 1;
                    None
                }
                _ => None,
            };
            let Some(ssrc) = asked else { continue };
            measurement.key_frame_requests += 1;
            self.tracks.iter_mut().filter(|track| track.ssrc() == ssrc).for_each(Track::request_key_frame);
        }
    }

    fn receive_rtp(&mut self, datagram: Datagram<'_>, measurement: &mut Measurement) {
        let Ok(header) = Header::parse(datagram.bytes) else { return };
        let number_id = self.plan.transport_sequence_id;
        if let Some(data) = number_id.and_then(|id| header.extension(datagram.bytes, id))
            && let Some(number) = known_extension::transport_sequence(data)
        {
            self.reception.record_arrival(number, datagram.arrival);
        }
        if header.payload_type != self.plan.payload_type {
            measurement.other += 1;
            return;
        }
        self.reception.record(&header);
        measurement.received += 1;
        measurement.received_bytes += datagram.len as u64;
        if self.plan.is_verified
            && let Some((_, keys)) = &mut self.keys
        {
            measurement.record_verified(open(keys, datagram.bytes, &header), datagram.arrival);
        }
    }

    fn send_reports(&mut self, now: Instant, socket: &mut Socket, measurement: &mut Measurement) {
        let ssrc = FIRST_OWN_SSRC + self.plan.number;
        if now >= self.next_report {
            self.next_report = now + REPORT_INTERVAL;
            self.send_rtcp(socket, |reception, writer| reception.write_report(writer, ssrc).is_ok());
        }
        if now >= self.next_feedback {
            self.next_feedback = now + FEEDBACK_INTERVAL;
            while self.reception.has_arrivals()
                && self.send_rtcp(socket, |reception, writer| reception.write_feedback(writer, ssrc) == Ok(true))
            {
                measurement.feedback_sent += 1;
            }
        }
    }

    fn send_rtcp(&mut self, socket: &mut Socket, write: impl FnOnce(&mut Reception, &mut Writer<'_>) -> bool) -> bool {
        let Some((keys, _)) = &mut self.keys else { return false };
        let buffer = socket.buffer();
        let mut writer = Writer::new(&mut buffer[..MAX_RTCP_LEN]);
        if !write(&mut self.reception, &mut writer) {
            return false;
        }
        let len = writer.len();
        let Ok(len) = keys.protect_rtcp(buffer, len) else { return false };
        socket.send(self.address, self.plan.remote_address, len);
        true
    }
}

/// Opens a packet; when it was sent, or `None` where it is not what a publisher sent.
fn open(keys: &mut ReceiveContext, packet: &mut [u8], header: &Header) -> Option<u64> {
    let len = keys.unprotect_rtp(packet, header).ok()?;
    marking::read(header.payload(&packet[..len]).ok()?)
}
