//! The TCP sockets that all Peers share, and their connections.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;

use parley_forwarder_core::time::Instant;
use parley_forwarder_core::{Path, Transport};

use crate::epoll::{Epoll, Interest};
use crate::socket::{self, Kind, check};
use crate::tcp_connection::TcpConnection;
use crate::unproven::Unproven;

/// How long a connection may stay without a valid STUN check.
const UNPROVEN_TIME: Duration = Duration::from_secs(5);
const ACCEPTS_PER_WAKE_UP: usize = 32;
const BACKLOG: libc::c_int = 128;
/// What accept(2) says when a connection waits but cannot be taken now.
const EXHAUSTED: [i32; 4] = [libc::EMFILE, libc::ENFILE, libc::ENOBUFS, libc::ENOMEM];

/// What came of the wish to take connections.
#[derive(Default)]
pub(crate) struct Accepted {
    /// The paths of unproven ones that had to go.
    pub(crate) closed: Vec<Path>,
    /// Whether some still wait, for which there is no descriptor or no memory.
    pub(crate) is_exhausted: bool,
}

pub(crate) struct TcpPorts {
    listeners: Vec<TcpListener>,
    /// By the number that epoll knows each by.
    connections: HashMap<u64, TcpConnection>,
    numbers: HashMap<Path, u64>,
    unproven: Unproven,
    /// Connections with something to write, maybe more than once.
    to_write: Vec<u64>,
    next_number: u64,
}

impl TcpPorts {
    /// Listens on addresses. Connections are numbered from `first_number` on.
    pub(crate) fn listen(addresses: &[SocketAddr], first_number: u64) -> io::Result<Self> {
        let listen = |address: &SocketAddr| {
            let socket: OwnedFd = socket::bind(*address, Kind::Stream)?;
            // SAFETY: listen takes no pointers.
            check(unsafe { libc::listen(socket.as_raw_fd(), BACKLOG) })?;
            Ok(TcpListener::from(socket))
        };
        let listeners = addresses.iter().map(listen).collect::<io::Result<Vec<TcpListener>>>()?;
        Ok(Self {
            listeners,
            connections: HashMap::new(),
            numbers: HashMap::new(),
            unproven: Unproven::default(),
            to_write: Vec::new(),
            next_number: first_number,
        })
    }

    pub(crate) fn listeners(&self) -> &[TcpListener] {
        &self.listeners
    }

    pub(crate) fn connection(&mut self, number: u64) -> Option<&mut TcpConnection> {
        self.connections.get_mut(&number)
    }

    /// Takes new connections; where too many are unproven some of them go.
    pub(crate) fn accept(&mut self, listener: usize, now: Instant, epoll: &Epoll) -> Accepted {
        let mut accepted = Accepted::default();
        for _ in 0..ACCEPTS_PER_WAKE_UP {
            let Some(result) = self.listeners.get(listener).map(TcpListener::accept) else { break };
            let (stream, remote) = match result {
                Ok(connection) => connection,
                // Else nothing waits, or the client has hung up.
                Err(error) => {
                    accepted.is_exhausted = error.raw_os_error().is_some_and(|code| EXHAUSTED.contains(&code));
                    break;
                }
            };
            if stream.set_nonblocking(true).is_err() || stream.set_nodelay(true).is_err() {
                continue;
            }
            let path = Path { transport: Transport::Tcp, local: listener as u16, remote };
            let connection = TcpConnection::new(stream, path, now);
            if epoll.add(connection.as_raw_fd(), self.next_number).is_ok() {
                self.numbers.insert(path, self.next_number);
                self.connections.insert(self.next_number, connection);
                let leaving = self.unproven.add(self.next_number, remote);
                accepted.closed.extend(leaving.and_then(|leaving| self.close(leaving)));
                self.next_number += 1;
            }
        }
        accepted
    }

    /// Whether no valid STUN check has come on a connection so far.
    pub(crate) fn is_unproven(&self, number: u64) -> bool {
        self.unproven.contains(number)
    }

    /// A valid STUN check has come on a connection.
    pub(crate) fn prove(&mut self, number: u64) {
        self.unproven.remove(number);
    }

    /// Sends a packet; false when the connection is closed or its reader is too slow.
    pub(crate) fn send(&mut self, path: &Path, packet: &[u8]) -> bool {
        let Some(number) = self.numbers.get(path) else { return false };
        let Some(connection) = self.connections.get_mut(number) else { return false };
        let is_sent = connection.send(packet);
        if is_sent && connection.needs_writing() {
            self.to_write.push(*number);
        }
        is_sent
    }

    /// A connection may have become writable.
    pub(crate) fn retry(&mut self, number: u64) {
        self.to_write.push(number);
    }

    /// Writes what waits, and lets epoll say when a slow reader has caught up.
    pub(crate) fn write_all(&mut self, epoll: &Epoll) {
        for number in self.to_write.drain(..) {
            let Some(connection) = self.connections.get_mut(&number) else { continue };
            if let Some(is_blocked) = connection.write() {
                let interest = if is_blocked { Interest::ReadAndWrite } else { Interest::Read };
                // It fails only for a descriptor that is not added, which there is none of.
                let _ = epoll.change(connection.as_raw_fd(), number, interest);
            }
        }
    }

    /// Closes connections that no Peer has claimed in time, or whose Peer is gone. Returns their paths.
    pub(crate) fn expire(&mut self, now: Instant, is_proven: &dyn Fn(&Path) -> bool) -> Vec<Path> {
        let is_over =
            |connection: &TcpConnection| now - connection.opened_at >= UNPROVEN_TIME && !is_proven(&connection.path);
        let over: Vec<u64> =
            self.connections.iter().filter(|(_, connection)| is_over(connection)).map(|(number, _)| *number).collect();
        over.into_iter().filter_map(|number| self.close(number)).collect()
    }

    /// Closes a connection; what waits to be written is lost. Returns its path.
    pub(crate) fn close(&mut self, number: u64) -> Option<Path> {
        let closed = self.connections.remove(&number)?;
        self.numbers.remove(&closed.path);
        self.unproven.remove(number);
        Some(closed.path)
    }
}
