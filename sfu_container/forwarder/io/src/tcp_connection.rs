//! One ICE-TCP connection (RFC 6544): frames in, frames out, and a slow reader does not hold up the others.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsRawFd, RawFd};

use parley_forwarder_core::time::Instant;
use parley_forwarder_core::{MAX_PACKET_LEN, Path};

use crate::framing::{BadFrame, FrameDecoder, LENGTH_LEN};

/// Bytes that wait for a slow reader; packets beyond are dropped, as a full link would.
const MAX_UNSENT: usize = 256 << 10;
/// Bytes read before others have their turn: few, for each tiny frame in them costs as much as a large one.
const READ_LEN: usize = 8 << 10;

pub(crate) struct TcpConnection {
    pub(crate) path: Path,
    pub(crate) opened_at: Instant,
    stream: TcpStream,
    decoder: FrameDecoder,
    unsent: Vec<u8>,
    /// Whether the kernel takes nothing until the reader has caught up.
    is_blocked: bool,
}

impl TcpConnection {
    pub(crate) fn new(stream: TcpStream, path: Path, now: Instant) -> Self {
        Self { path, opened_at: now, stream, decoder: FrameDecoder::default(), unsent: Vec::new(), is_blocked: false }
    }

    /// Sends a packet whole or not at all; false when too much waits already.
    pub(crate) fn send(&mut self, packet: &[u8]) -> bool {
        let Ok(len) = u16::try_from(packet.len()) else { return false };
        if self.unsent.len() + LENGTH_LEN + packet.len() > MAX_UNSENT {
            return false;
        }
        self.unsent.extend_from_slice(&len.to_be_bytes());
        self.unsent.extend_from_slice(packet);
        true
    }

    /// Whether something waits that the kernel was not offered yet.
    pub(crate) const fn needs_writing(&self) -> bool {
        !self.is_blocked && !self.unsent.is_empty()
    }

    /// Writes what waits, as far as the kernel takes it. Tells whether it waits for its reader, where that has changed.
    pub(crate) fn write(&mut self) -> Option<bool> {
        self.write_some();
        let was_blocked = std::mem::replace(&mut self.is_blocked, !self.unsent.is_empty());
        (was_blocked != self.is_blocked).then_some(self.is_blocked)
    }

    fn write_some(&mut self) {
        while !self.unsent.is_empty() {
            match self.stream.write(&self.unsent) {
                Ok(count) => {
                    self.unsent.drain(..count);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // Reading meets the same error, and closes.
                Err(_) => self.unsent.clear(),
            }
        }
    }

    /// Reads what came; false when the other side has hung up.
    pub(crate) fn read(&mut self) -> bool {
        let mut bytes = [0; READ_LEN];
        match self.stream.read(&mut bytes) {
            Ok(0) => false,
            Ok(count) => {
                self.decoder.feed(bytes.get(..count).unwrap_or_default());
                true
            }
            Err(error) => error.kind() == io::ErrorKind::WouldBlock,
        }
    }

    /// Copies the next whole packet into `out` and returns its length.
    pub(crate) fn next_packet(&mut self, out: &mut [u8; MAX_PACKET_LEN]) -> Result<Option<usize>, BadFrame> {
        self.decoder.next_packet(out)
    }
}

impl AsRawFd for TcpConnection {
    fn as_raw_fd(&self) -> RawFd {
        self.stream.as_raw_fd()
    }
}

#[cfg(test)]
mod tests {
    use std::net::{SocketAddr, TcpListener};

    use parley_forwarder_core::Transport;

    use super::*;

    fn connect() -> (TcpConnection, TcpStream) {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let far_end = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, remote) = listener.accept().unwrap();
        stream.set_nonblocking(true).unwrap();
        let path = Path { transport: Transport::Tcp, local: 0, remote };
        (TcpConnection::new(stream, path, Instant::from_micros(0)), far_end)
    }

    #[test]
    fn one_turn_takes_little_of_a_flood_of_tiny_frames() {
        let (mut connection, mut far_end) = connect();
        far_end.write_all(&[0, 1, 0xff].repeat(20_000)).unwrap();
        assert!(connection.read());
        let packets = std::iter::from_fn(|| connection.next_packet(&mut [0; MAX_PACKET_LEN]).unwrap());
        assert!((1..=READ_LEN / 3).contains(&packets.count()));
    }

    #[test]
    fn little_waits_for_a_slow_reader_who_gets_whole_packets_when_it_catches_up() {
        let (mut connection, mut far_end) = connect();
        let mut sent = 0;
        while connection.send(&[7; 1_200]) {
            sent += 1;
            connection.write();
        }
        assert!(connection.unsent.len() <= MAX_UNSENT && !connection.needs_writing());
        let mut received = vec![0; sent * (LENGTH_LEN + 1_200)];
        let reading = std::thread::spawn(move || far_end.read_exact(&mut received).map(|()| received));
        while connection.write() != Some(false) {
            std::thread::yield_now();
        }
        let received = reading.join().unwrap().unwrap();
        assert!(received.chunks(LENGTH_LEN + 1_200).all(|frame| frame[..2] == [4, 0xb0] && frame[2..] == [7; 1_200]));
        assert!(connection.send(&[7; 1_200]));
    }
}
