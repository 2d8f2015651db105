//! The forwarder of the limit program.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parley_forwarder_core::rtp::{ExtensionFormat, FixedFields, Header, HeaderWriter};
use parley_forwarder_core::srtp::{Profile, ReceiveContext, SendContext, SendState};

use crate::Plan;
use crate::batch::{Batch, MAX_PACKETS};
use crate::gso::{MAX_RUNS, Runs, send};

pub const PROFILE: Profile = Profile::AeadAes128Gcm;
/// Any key will do.
pub const MASTER: [u8; 28] = [7; 28];
pub const PAYLOAD_TYPE: u8 = 96;

const FIRST_SINK: u32 = Ipv4Addr::new(127, 1, 0, 1).to_bits();
const PACKET_ROOM: usize = 2_048;
static SOCKET_BUFFER_LEN: libc::c_int = 64 << 20;
const WAIT: Duration = Duration::from_millis(100);

/// One way out: a destination's keys, and its stream from each publisher.
struct Destination {
    keys: SendContext,
    states: Vec<SendState>,
}

pub struct Forwarder {
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
            socket,
            sink,
            keys: ReceiveContext::new(PROFILE, &MASTER).map_err(io::Error::other)?,
            destinations: (0..plan.copies).map(destination).collect::<io::Result<_>>()?,
            addresses: (0..plan.copies).map(|number| Ipv4Addr::from_bits(FIRST_SINK + number)).collect(),
            out: vec![0; MAX_RUNS * MAX_PACKETS * PACKET_ROOM],
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

    /// Forwards what comes until it is over; returns how many packets were sent.
    pub fn run(&mut self, is_over: &AtomicBool) -> io::Result<u64> {
        let port = self.sink.local_addr()?.port();
        let mut batch = Batch::new();
        let mut opened = Vec::with_capacity(MAX_PACKETS);
        let mut sent = 0;
        while !is_over.load(Ordering::Relaxed) {
            batch.clear();
            opened.clear();
            let mut read = batch.read(&self.socket, true)?;
            // As an SFU does, what comes meanwhile is taken along.
            while read > 0 && opened.len() < MAX_PACKETS {
                for number in opened.len()..opened.len() + read {
                    opened.push(self.open(batch.packet(number))?);
                }
                read = batch.read(&self.socket, false)?;
            }
            if !opened.is_empty() {
                sent += self.forward(&batch, &opened, port)?;
            }
        }
        Ok(sent)
    }

    /// Opens a packet; returns its header and its length without the tag.
    fn open(&mut self, packet: &mut [u8]) -> io::Result<(Header, usize)> {
        let header = Header::parse(packet).map_err(io::Error::other)?;
        let len = self.keys.unprotect_rtp(packet, &header).map_err(io::Error::other)?;
        Ok((header, len))
    }

    /// Sends a run of packets to everyone; returns how many packets that was.
    fn forward(&mut self, batch: &Batch, run: &[(Header, usize)], port: u16) -> io::Result<u64> {
        let groups = self.destinations.chunks_mut(MAX_RUNS).zip(self.addresses.chunks(MAX_RUNS));
        for (destinations, addresses) in groups {
            let (mut used, mut segment_len) = (0, 0);
            for destination in destinations {
                for (number, (header, len)) in run.iter().enumerate() {
                    let payload = batch.part(number, header.len..*len);
                    segment_len = destination.write(&mut self.out[used..], payload, header)?;
                    used += segment_len;
                }
            }
            let run_len = segment_len * run.len();
            send(&self.socket, &mut Runs { bytes: &mut self.out[..used], addresses, port, run_len, segment_len })?;
        }
        Ok((run.len() * self.addresses.len()) as u64)
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
