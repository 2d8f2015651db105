//! The forwarder of the limit program.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parley_forwarder_core::rtp::{ExtensionFormat, FixedFields, Header, HeaderWriter};
use parley_forwarder_core::srtp::{Profile, ReceiveContext, SendContext, SendState};

use crate::Plan;
use crate::gso::{MAX_RUNS, Runs, send};

pub const PROFILE: Profile = Profile::AeadAes128Gcm;
/// Any key will do.
pub const MASTER: [u8; 28] = [7; 28];
pub const PAYLOAD_TYPE: u8 = 96;

const FIRST_SINK: u32 = Ipv4Addr::new(127, 1, 0, 1).to_bits();
const READ_LEN: usize = 2_048;
static SOCKET_BUFFER_LEN: libc::c_int = 64 << 20;
const WAIT: Duration = Duration::from_millis(100);

/// One way out: a destination's keys, and its stream from each publisher.
struct Destination {
    keys: SendContext,
    states: Vec<SendState>,
}

pub struct Forwarder {
    plan: Plan,
    socket: UdpSocket,
    sink: UdpSocket,
    keys: ReceiveContext,
    destinations: Vec<Destination>,
    addresses: Vec<Ipv4Addr>,
    out: Vec<u8>,
}

impl Forwarder {
    pub fn new(plan: Plan) -> io::Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_read_timeout(Some(WAIT))?;
        let sink = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        sink.set_read_timeout(Some(WAIT))?;
        for socket in [&socket, &sink] {
            enlarge(socket);
        }
        let destination = |_| {
            let keys = SendContext::new(PROFILE, &MASTER).map_err(io::Error::other)?;
            Ok(Destination { keys, states: (1..=plan.publishers).map(SendState::new).collect() })
        };
        Ok(Self {
            plan,
            socket,
            sink,
            keys: ReceiveContext::new(PROFILE, &MASTER).map_err(io::Error::other)?,
            destinations: (0..plan.copies).map(destination).collect::<io::Result<_>>()?,
            addresses: (0..plan.copies).map(|number| Ipv4Addr::from_bits(FIRST_SINK + number)).collect(),
            out: vec![0; MAX_RUNS * plan.burst as usize * READ_LEN],
        })
    }

    /// Where packets are to be sent.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// The socket of all destinations.
    pub fn sinks(&self) -> io::Result<UdpSocket> {
        self.sink.try_clone()
    }

    /// Forwards bursts until it is over; returns how many packets were sent.
    pub fn run(&mut self, is_over: &AtomicBool) -> io::Result<u64> {
        let port = self.sink.local_addr()?.port();
        let mut packets = 0;
        let mut burst = vec![([0; READ_LEN], 0, None); self.plan.burst as usize];
        while !is_over.load(Ordering::Relaxed) {
            for (bytes, len, header) in &mut burst {
                let Ok(read) = self.socket.recv(bytes) else { break };
                let parsed = Header::parse(&bytes[..read]).map_err(io::Error::other)?;
                *len = self.keys.unprotect_rtp(&mut bytes[..read], &parsed).map_err(io::Error::other)?;
                *header = Some(parsed);
            }
            if burst.iter().all(|(_, _, header)| header.is_some()) {
                packets += self.forward(&burst, port)?;
            }
            burst.iter_mut().for_each(|(_, _, header)| *header = None);
        }
        Ok(packets)
    }

    /// Sends a burst of one publisher to everyone.
    fn forward(&mut self, burst: &[([u8; READ_LEN], usize, Option<Header>)], port: u16) -> io::Result<u64> {
        let mut sent = 0;
        let groups = self.destinations.chunks_mut(MAX_RUNS).zip(self.addresses.chunks(MAX_RUNS));
        for (destinations, addresses) in groups {
            let (mut used, mut segment_len) = (0, 0);
            for destination in destinations {
                for (bytes, len, header) in burst {
                    let Some(header) = header else { continue };
                    let out = &mut self.out[used..];
                    segment_len = destination.write(out, &bytes[header.len..*len], header)?;
                    used += segment_len;
                    sent += 1;
                }
            }
            let bytes = &mut self.out[..used];
            let run_len = segment_len * burst.len();
            send(&self.socket, &mut Runs { bytes, addresses, port, run_len, segment_len })?;
        }
        Ok(sent)
    }
}

impl Destination {
    /// Writes a packet anew and protects it; returns its length.
    fn write(&mut self, out: &mut [u8], payload: &[u8], header: &Header) -> io::Result<usize> {
        let state = &mut self.states[header.ssrc as usize - 1];
        let fields = FixedFields {
            marker: header.marker,
            payload_type: header.payload_type,
            sequence: header.sequence,
            timestamp: header.timestamp,
            ssrc: header.ssrc,
        };
        let writer = HeaderWriter::start(out, &fields, &[], ExtensionFormat::OneByte);
        let header_len = writer.and_then(HeaderWriter::finish).map_err(io::Error::other)?;
        let len = header_len + payload.len();
        out[header_len..len].copy_from_slice(payload);
        self.keys.protect_rtp(state, out, header_len, len).map_err(io::Error::other)
    }
}

/// Gives a socket room for what waits; without the right to it, the system's limit holds.
fn enlarge(socket: &UdpSocket) {
    use std::os::fd::AsRawFd;
    let len = size_of_val(&SOCKET_BUFFER_LEN) as libc::socklen_t;
    for option in [libc::SO_RCVBUFFORCE, libc::SO_SNDBUFFORCE] {
        let value = (&raw const SOCKET_BUFFER_LEN).cast();
        // SAFETY: the pointer is to a number that lives through the call, and `len` is its size.
        unsafe { libc::setsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, option, value, len) };
    }
}
