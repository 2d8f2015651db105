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

/// Connections without a valid STUN check; when one more comes the oldest has to go.
const MAX_UNPROVEN: usize = 128;
const UNPROVEN_TIME: Duration = Duration::from_secs(5);
const ACCEPTS_PER_WAKE_UP: usize = 32;
const BACKLOG: libc::c_int = 128;

pub(crate) struct TcpPorts {
    listeners: Vec<TcpListener>,
    /// By the number that epoll knows each by.
    connections: HashMap<u64, TcpConnection>,
    numbers: HashMap<Path, u64>,
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
        Ok(Self { listeners, connections: HashMap::new(), numbers: HashMap::new(), next_number: first_number })
    }

    pub(crate) fn listeners(&self) -> &[TcpListener] {
        &self.listeners
    }

    pub(crate) fn connection(&mut self, number: u64) -> Option<&mut TcpConnection> {
        self.connections.get_mut(&number)
    }

    /// Takes new connections; where too many are unproven the oldest of them go. Returns the paths of those.
    pub(crate) fn accept(
        &mut self,
        listener: usize,
        now: Instant,
        is_proven: &dyn Fn(&Path) -> bool,
        epoll: &Epoll,
    ) -> Vec<Path> {
        let mut closed = Vec::new();
        for _ in 0..ACCEPTS_PER_WAKE_UP {
            // An error is that nothing waits, or the client hung up, or descriptors have run out; expiry frees some.
            let Some(Ok((stream, remote))) = self.listeners.get(listener).map(TcpListener::accept) else { break };
            if stream.set_nonblocking(true).is_err() || stream.set_nodelay(true).is_err() {
                continue;
            }
            let unproven = self.connections.iter().filter(|(_, connection)| !is_proven(&connection.path));
            let unproven: Vec<u64> = unproven.map(|(number, _)| *number).collect();
            if unproven.len() >= MAX_UNPROVEN
                && let Some(oldest) = unproven.into_iter().min()
            {
                closed.extend(self.close(oldest));
            }
            let path = Path { transport: Transport::Tcp, local: listener as u16, remote };
            let connection = TcpConnection::new(stream, path, now);
            if epoll.add(connection.as_raw_fd(), self.next_number).is_ok() {
                self.numbers.insert(path, self.next_number);
                self.connections.insert(self.next_number, connection);
                self.next_number += 1;
            }
        }
        closed
    }

    /// Sends a packet; false when the connection is closed or its reader is too slow.
    pub(crate) fn send(&mut self, path: &Path, packet: &[u8]) -> bool {
        let number = self.numbers.get(path);
        number.and_then(|number| self.connections.get_mut(number)).is_some_and(|connection| connection.send(packet))
    }

    /// Writes what waits on all connections, and waits for those that do not take it.
    pub(crate) fn write_all(&mut self, epoll: &Epoll) {
        for (number, connection) in &mut self.connections {
            if connection.has_unsent() {
                connection.write();
                let interest = if connection.has_unsent() { Interest::ReadAndWrite } else { Interest::Read };
                // It fails only for a descriptor that is not added, which there is none of.
                let _ = epoll.change(connection.as_raw_fd(), *number, interest);
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
        Some(closed.path)
    }
}
