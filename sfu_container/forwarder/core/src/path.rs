//! Where packets come from and go to.

use std::net::SocketAddr;

/// What carries packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// Datagrams.
    Udp,
    /// Frames on a connection (RFC 4571, RFC 6544).
    Tcp,
}

impl Transport {
    /// As events name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
        }
    }
}

/// A 5-tuple: the transport, our socket by its number among those of the transport, and the remote address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Path {
    /// UDP or TCP.
    pub transport: Transport,
    /// Which of our sockets.
    pub local: u16,
    /// The far end.
    pub remote: SocketAddr,
}

/// What takes the packets that the engine sends.
///
/// The engine writes each packet where the buffer says, so that nothing is copied on the way out. Packets to one path in
/// a row may be sent together.
pub trait Transmit {
    /// A place for one packet, at least [`MAX_PACKET_LEN`] bytes long.
    fn buffer(&mut self) -> &mut [u8];

    /// Sends the first `len` bytes of what [`buffer`](Self::buffer) returned last.
    fn send(&mut self, path: &Path, len: usize);
}

/// No packet that comes or goes is longer, in bytes.
pub const MAX_PACKET_LEN: usize = 2_048;
