//! The loop around epoll: packets, commands, timers.

use std::io;
use std::os::fd::AsRawFd;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use parley_forwarder_core::time::Instant;
use parley_forwarder_core::{DropReason, Engine, MAX_PACKET_LEN, Path, Transport};

use crate::clock::Clock;
use crate::epoll::{Epoll, Interest};
use crate::outbound::Outbound;
use crate::thread::Shared;
use crate::udp_receive::{ReceiveBatch, enable_joining};
use crate::udp_send::UdpSender;

/// The numbers by which epoll knows the descriptors: commands, then UDP sockets, listeners and connections.
const COMMANDS: u64 = 0;
const FIRST_UDP: u64 = 1;
const FIRST_LISTENER: u64 = 1 << 16;
pub(crate) const FIRST_CONNECTION: u64 = 1 << 32;

/// From one socket, before everything leaves.
const MAX_READS: usize = 4;
const TCP_EXPIRY_INTERVAL: Duration = Duration::from_millis(250);

pub(crate) struct Loop {
    shared: Arc<Shared>,
    epoll: Epoll,
    engine: Engine,
    outbound: Outbound,
    batch: ReceiveBatch,
    clock: Clock,
    tcp_expiry: Instant,
    /// Whether no TCP connections are taken until the next expiry.
    accepts_rest: bool,
}

impl Loop {
    /// Waits for all sockets from now on.
    pub(crate) fn new(shared: Arc<Shared>, outbound: Outbound, engine: Engine) -> io::Result<Self> {
        let epoll = Epoll::new()?;
        epoll.add(shared.wake.as_raw_fd(), COMMANDS)?;
        for (number, sender) in (FIRST_UDP..).zip(&outbound.udp) {
            enable_joining(sender.as_raw_fd());
            epoll.add(sender.as_raw_fd(), number)?;
        }
        for (number, listener) in (FIRST_LISTENER..).zip(outbound.tcp.listeners()) {
            epoll.add(listener.as_raw_fd(), number)?;
        }
        let clock = Clock::start();
        let tcp_expiry = clock.now();
        Ok(Self { shared, epoll, engine, outbound, batch: ReceiveBatch::new(), clock, tcp_expiry, accepts_rest: false })
    }

    /// Works until it is closed.
    pub(crate) fn run(&mut self) {
        loop {
            let timeout = self.engine.next_tick() - self.clock.now();
            for number in self.epoll.wait(timeout) {
                self.serve(number);
            }
            if !self.run_commands() {
                return;
            }
            let now = self.clock.now();
            if now >= self.engine.next_tick() {
                self.engine.tick(now, &mut self.outbound);
            }
            self.expire_tcp(now);
            self.finish(now);
        }
    }

    fn serve(&mut self, number: u64) {
        match number {
            COMMANDS => self.shared.wake.clear(),
            FIRST_CONNECTION.. => self.serve_connection(number),
            FIRST_LISTENER.. => self.accept((number - FIRST_LISTENER) as usize),
            _ => self.receive((number - FIRST_UDP) as u16),
        }
    }

    /// Reads until nothing waits, and only then lets everything leave: what comes in a burst while its first packets are
    /// looked at leaves with them, in fewer and longer runs.
    fn receive(&mut self, local: u16) {
        let Some(socket) = self.outbound.udp.get(usize::from(local)).map(UdpSender::as_raw_fd) else { return };
        let mut now = self.clock.now();
        for _ in 0..MAX_READS {
            if !self.batch.read(socket) {
                break;
            }
            now = self.clock.now();
            for (remote, datagram) in self.batch.datagrams() {
                let path = Path { transport: Transport::Udp, local, remote };
                self.engine.receive(&path, datagram, now, &mut self.outbound);
            }
        }
        self.finish(now);
    }

    fn serve_connection(&mut self, number: u64) {
        let now = self.clock.now();
        let Some(connection) = self.outbound.tcp.connection(number) else { return };
        let is_open = connection.read();
        let path = connection.path;
        self.outbound.tcp.retry(number);
        let mut packet = [0; MAX_PACKET_LEN];
        loop {
            let next = self.outbound.tcp.connection(number).map(|connection| connection.next_packet(&mut packet));
            match next {
                Some(Ok(Some(len))) => {
                    let packet = packet.get_mut(..len).unwrap_or_default();
                    self.engine.receive(&path, packet, now, &mut self.outbound);
                    if !self.keeps(number, &path) {
                        return;
                    }
                }
                Some(Err(_)) => {
                    self.engine.count_drop(DropReason::BadFrame);
                    self.close_connection(number);
                    return;
                }
                Some(Ok(None)) | None => break,
            }
        }
        if !is_open {
            self.close_connection(number);
        }
    }

    /// Whether a connection may stay after a packet. The first one has to prove whose it is; why it does not is counted.
    fn keeps(&mut self, number: u64, path: &Path) -> bool {
        if !self.outbound.tcp.is_unproven(number) {
            return true;
        }
        let is_proven = self.engine.is_proven(path);
        if is_proven {
            self.outbound.tcp.prove(number);
        } else {
            self.close_connection(number);
        }
        is_proven
    }

    fn close_connection(&mut self, number: u64) {
        if let Some(path) = self.outbound.tcp.close(number) {
            self.engine.forget_path(&path);
        }
    }

    fn accept(&mut self, listener: usize) {
        let accepted = self.outbound.tcp.accept(listener, self.clock.now(), &self.epoll);
        self.forget_unproven(&accepted.closed);
        if accepted.is_exhausted {
            // A connection that cannot be taken goes on waiting, and would wake the loop without end.
            self.engine.count_drop(DropReason::NoDescriptors);
            self.accepts_rest = true;
            self.listen_for(Interest::Nothing);
        }
    }

    fn listen_for(&self, interest: Interest) {
        for (number, listener) in (FIRST_LISTENER..).zip(self.outbound.tcp.listeners()) {
            // It fails only for a descriptor that is not added, which there is none of.
            let _ = self.epoll.change(listener.as_raw_fd(), number, interest);
        }
    }

    fn expire_tcp(&mut self, now: Instant) {
        if now < self.tcp_expiry {
            return;
        }
        self.tcp_expiry = now + TCP_EXPIRY_INTERVAL;
        if std::mem::take(&mut self.accepts_rest) {
            self.listen_for(Interest::Read);
        }
        let engine = &self.engine;
        let closed = self.outbound.tcp.expire(now, &|path| engine.is_proven(path));
        self.forget_unproven(&closed);
    }

    fn forget_unproven(&mut self, closed: &[Path]) {
        for path in closed {
            self.engine.forget_path(path);
            self.engine.count_drop(DropReason::TooManyConnections);
        }
    }

    /// Runs what the caller wants; false when it wants nothing more.
    fn run_commands(&mut self) -> bool {
        let (commands, is_closed) = {
            let mut inbox = self.shared.inbox.lock().unwrap_or_else(PoisonError::into_inner);
            (std::mem::take(&mut inbox.commands), inbox.is_closed)
        };
        let now = self.clock.now();
        for command in commands {
            command(&mut self.engine, now, &mut self.outbound);
        }
        !is_closed
    }

    /// The end of a batch: everything leaves, and the caller hears what happened.
    fn finish(&mut self, now: Instant) {
        self.engine.flush(now, &mut self.outbound);
        self.outbound.flush();
        self.outbound.tcp.write_all(&self.epoll);
        for _ in 0..self.outbound.take_not_sent() {
            self.engine.count_drop(DropReason::NotSent);
        }
        while let Some(event) = self.engine.next_event() {
            if !self.shared.events.push(event) {
                self.engine.count_drop(DropReason::EventsFull);
            }
        }
    }
}
