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
const FRAMES_PER_SECOND: u32 = 30;

/// The publishers, in one thread.
pub struct Source {
    plan: Plan,
    socket: UdpSocket,
    keys: SendContext,
    states: Vec<SendState>,
    sequences: Vec<u16>,
}

impl Source {
    pub fn new(plan: Plan, to: SocketAddr) -> io::Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.connect(to)?;
        let keys = SendContext::new(PROFILE, &MASTER).map_err(io::Error::other)?;
        let states = (1..=plan.publishers).map(SendState::new).collect();
        let sequences = vec![0; plan.publishers as usize];
        Ok(Self { plan, socket, keys, states, sequences })
    }

    /// Each publisher sends frame after frame at a moment of its own: a burst at every interval until the frame is out.
    pub fn run(mut self, is_over: &AtomicBool) {
        let start = Instant::now();
        let bursts = self.plan.packets_per_frame.div_ceil(self.plan.burst);
        let frame = Duration::from_secs(1) / FRAMES_PER_SECOND;
        let mut turns: Vec<_> = (0..self.states.len())
            .map(|publisher| (start + frame * publisher as u32 / self.plan.publishers, 0))
            .collect();
        while !is_over.load(Ordering::Relaxed) {
            let now = Instant::now();
            for (publisher, (next, burst)) in turns.iter_mut().enumerate().filter(|(_, (next, _))| now >= *next) {
                let left = self.plan.packets_per_frame - *burst * self.plan.burst;
                self.send_burst(publisher, left.min(self.plan.burst));
                *burst += 1;
                *next += INTERVAL;
                if *burst == bursts {
                    *next += frame - INTERVAL * bursts;
                    *burst = 0;
                }
            }
            let next = turns.iter().map(|(next, _)| *next).min().unwrap_or(now);
            thread::sleep(next.saturating_duration_since(Instant::now()));
        }
    }

    /// All packets of a burst are ready before the first one leaves.
    fn send_burst(&mut self, publisher: usize, count: u32) {
        let burst: Vec<_> = (0..count).filter_map(|_| self.next_packet(publisher).ok()).collect();
        for packet in burst {
            // What the forwarder has no room for is lost, as on a network.
            let _ = self.socket.send(&packet);
        }
    }

    fn next_packet(&mut self, publisher: usize) -> io::Result<Vec<u8>> {
        let (state, sequence) = (&mut self.states[publisher], &mut self.sequences[publisher]);
        *sequence = sequence.wrapping_add(1);
        let (sequence, ssrc) = (*sequence, state.ssrc());
        let fields = FixedFields { marker: false, payload_type: PAYLOAD_TYPE, sequence, timestamp: 0, ssrc };
        let mut packet = vec![0; PACKET_LEN + PROFILE.rtp_overhead()];
        let header = HeaderWriter::start(&mut packet, &fields, &[], ExtensionFormat::OneByte);
        let header_len = header.and_then(HeaderWriter::finish).map_err(io::Error::other)?;
        self.keys.protect_rtp(state, &mut packet, header_len, PACKET_LEN).map_err(io::Error::other)?;
        Ok(packet)
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
