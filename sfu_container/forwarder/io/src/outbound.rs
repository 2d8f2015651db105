//! Everything on its way out: packets are written once, into one buffer, and leave at the end of a batch.

use std::mem;

use parley_forwarder_core::{MAX_PACKET_LEN, Path, Transmit, Transport};

use crate::tcp_ports::TcpPorts;
use crate::udp_send::{Run, UdpSender};

const BUFFER_LEN: usize = 1 << 20;
/// What the kernel cuts up at most, in datagrams (UDP_MAX_SEGMENTS) and in bytes (an IPv4 datagram).
const MAX_RUN_COUNT: usize = 64;
const MAX_RUN_LEN: usize = 65_000;

pub(crate) struct Outbound {
    pub(crate) udp: Vec<UdpSender>,
    pub(crate) tcp: TcpPorts,
    buffer: Box<[u8]>,
    used: usize,
    runs: Vec<Run>,
    /// The UDP socket that all runs are for.
    local: u16,
    not_sent: usize,
}

impl Outbound {
    pub(crate) fn new(udp: Vec<UdpSender>, tcp: TcpPorts) -> Self {
        let buffer = vec![0; BUFFER_LEN].into();
        Self { udp, tcp, buffer, used: 0, runs: Vec::new(), local: 0, not_sent: 0 }
    }

    /// Hands everything to the kernel.
    pub(crate) fn flush(&mut self) {
        if let Some(sender) = self.udp.get_mut(usize::from(self.local)) {
            self.not_sent += sender.send(&self.buffer, &self.runs);
        }
        self.runs.clear();
        self.used = 0;
    }

    /// How many packets were not sent since the last call.
    pub(crate) const fn take_not_sent(&mut self) -> usize {
        mem::replace(&mut self.not_sent, 0)
    }

    fn extend_last_run(&mut self, path: &Path, len: usize) -> bool {
        let Some(last) = self.runs.last_mut() else { return false };
        // A shorter datagram ends a run.
        let is_open = last.len.is_multiple_of(last.segment_len) && last.count() < MAX_RUN_COUNT;
        if last.to != path.remote || !is_open || len > last.segment_len || last.len + len > MAX_RUN_LEN {
            return false;
        }
        last.len += len;
        true
    }
}

impl Transmit for Outbound {
    fn buffer(&mut self) -> &mut [u8] {
        if self.buffer.len() - self.used < MAX_PACKET_LEN {
            self.flush();
        }
        self.buffer.get_mut(self.used..).unwrap_or_default()
    }

    fn send(&mut self, path: &Path, len: usize) {
        if path.transport == Transport::Tcp {
            let packet = self.buffer.get(self.used..self.used + len).unwrap_or_default();
            self.not_sent += usize::from(!self.tcp.send(path, packet));
            return;
        }
        if path.local != self.local {
            // Rare: Peers that reach us by different sockets alternate. The packet stays where it was written.
            let start = self.used;
            let local = mem::replace(&mut self.local, path.local);
            if let Some(sender) = self.udp.get_mut(usize::from(local)) {
                self.not_sent += sender.send(&self.buffer, &self.runs);
            }
            self.runs.clear();
            self.used = start;
        }
        if len > 0 && !self.extend_last_run(path, len) {
            self.runs.push(Run { to: path.remote, start: self.used, len, segment_len: len });
        }
        self.used += len;
    }
}
