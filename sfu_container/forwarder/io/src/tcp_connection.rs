//! One ICE-TCP connection (RFC 6544): frames in, frames out, and a slow reader does not hold up the others.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsRawFd, RawFd};

use parley_forwarder_core::time::Instant;
use parley_forwarder_core::{MAX_PACKET_LEN, Path};

use crate::framing::{FrameDecoder, LENGTH_LEN, TooLong};

/// Bytes that wait for a slow reader; packets beyond are dropped, as a full link would.
const MAX_UNSENT: usize = 256 << 10;
const READ_LEN: usize = 64 << 10;

pub(crate) struct TcpConnection {
    pub(crate) path: Path,
    pub(crate) opened_at: Instant,
    stream: TcpStream,
    decoder: FrameDecoder,
    unsent: Vec<u8>,
}

impl TcpConnection {
    pub(crate) fn new(stream: TcpStream, path: Path, now: Instant) -> Self {
        Self { path, opened_at: now, stream, decoder: FrameDecoder::default(), unsent: Vec::new() }
    }

    /// Whether it waits for its reader.
    pub(crate) const fn has_unsent(&self) -> bool {
        !self.unsent.is_empty()
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

    /// Writes what waits, as far as the kernel takes it.
    pub(crate) fn write(&mut self) {
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
    pub(crate) fn next_packet(&mut self, out: &mut [u8; MAX_PACKET_LEN]) -> Result<Option<usize>, TooLong> {
        self.decoder.next_packet(out)
    }
}

impl AsRawFd for TcpConnection {
    fn as_raw_fd(&self) -> RawFd {
        self.stream.as_raw_fd()
    }
}
