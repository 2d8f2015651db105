//! The publishers and the subscribers of the limit program.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use parley_forwarder_core::rtp::{ExtensionFormat, FixedFields, HeaderWriter};
use parley_forwarder_core::srtp::{SendContext, SendState};

use crate::Plan;
use crate::forward::{MASTER, PAYLOAD_TYPE, PROFILE};

/// Of a packet before protection, in bytes, as the load generator sends them.
const PACKET_LEN: usize = 1_200;
/// The load generator's publishers send so often while a frame lasts.
const INTERVAL: Duration = Duration::from_millis(5);

/// Sends one burst for each publisher in every interval, each at a moment of its own.
pub struct Source {
    plan: Plan,
    socket: UdpSocket,
    keys: SendContext,
    states: Vec<SendState>,
    sequence: u16,
}

impl Source {
    pub fn new(plan: Plan, to: SocketAddr) -> io::Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.connect(to)?;
        let keys = SendContext::new(PROFILE, &MASTER).map_err(io::Error::other)?;
        let states = (1..=plan.publishers).map(SendState::new).collect();
        Ok(Self { plan, socket, keys, states, sequence: 0 })
    }

    pub fn run(mut self, is_over: &AtomicBool) {
        let mut next = Instant::now();
        while !is_over.load(Ordering::Relaxed) {
            for publisher in 0..self.states.len() {
                self.send_burst(publisher);
                next += INTERVAL / self.plan.publishers;
                thread::sleep(next.saturating_duration_since(Instant::now()));
            }
            self.sequence = self.sequence.wrapping_add(self.plan.burst as u16);
        }
    }

    fn send_burst(&mut self, publisher: usize) {
        let state = &mut self.states[publisher];
        for offset in 0..self.plan.burst {
            let sequence = self.sequence.wrapping_add(offset as u16);
            let fields =
                FixedFields { marker: false, payload_type: PAYLOAD_TYPE, sequence, timestamp: 0, ssrc: state.ssrc() };
            let mut packet = [0; PACKET_LEN + 32];
            let header = HeaderWriter::start(&mut packet, &fields, &[], ExtensionFormat::OneByte);
            let Ok(header_len) = header.and_then(HeaderWriter::finish) else { continue };
            if let Ok(len) = self.keys.protect_rtp(state, &mut packet, header_len, PACKET_LEN) {
                // What the forwarder has no room for is lost, as on a network.
                let _ = self.socket.send(&packet[..len]);
            }
        }
    }
}

/// Reads what subscribers get, and forgets it.
pub fn drain(sink: &UdpSocket, is_over: &AtomicBool) {
    let mut ignored = [0; 256];
    while !is_over.load(Ordering::Relaxed) {
        // Times out now and then, to see whether it is over.
        let _ = sink.recv(&mut ignored);
    }
}
