//! The engine's thread and the handle to it.

use std::io;
use std::net::SocketAddr;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use parley_forwarder_core::negotiated::EngineConfig;
use parley_forwarder_core::time::Instant;
use parley_forwarder_core::{Engine, Transmit};

use crate::event_fd::EventFd;
use crate::event_loop::{FIRST_CONNECTION, Loop};
use crate::event_queue::EventQueue;
use crate::outbound::Outbound;
use crate::socket::{self, Kind};
use crate::tcp_ports::TcpPorts;
use crate::udp_send::UdpSender;

pub(crate) type Command = Box<dyn FnOnce(&mut Engine, Instant, &mut dyn Transmit) + Send>;

/// The engine has been closed.
#[derive(Debug)]
pub struct Closed;

#[derive(Default)]
pub(crate) struct Inbox {
    pub(crate) commands: Vec<Command>,
    pub(crate) is_closed: bool,
}

/// What both sides use.
pub(crate) struct Shared {
    pub(crate) inbox: Mutex<Inbox>,
    pub(crate) wake: EventFd,
    pub(crate) events: EventQueue,
}

/// A running engine.
pub struct EngineThread {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    udp_addresses: Vec<SocketAddr>,
    tcp_addresses: Vec<SocketAddr>,
}

impl EngineThread {
    /// Binds all sockets, where port 0 takes a free one, and starts the thread. `seed` is where numbers that need not be
    /// secret begin.
    ///
    /// # Errors
    /// What the system says; then nothing is left open.
    pub fn start(udp: &[SocketAddr], tcp: &[SocketAddr], config: EngineConfig, seed: u64) -> io::Result<Self> {
        let udp = udp.iter().map(|address| socket::bind(*address, Kind::Datagram));
        let udp: Vec<UdpSender> = udp.map(|socket| socket.map(UdpSender::new)).collect::<io::Result<_>>()?;
        let tcp = TcpPorts::listen(tcp, FIRST_CONNECTION)?;
        let udp_addresses = udp.iter().map(socket::local_address).collect::<io::Result<_>>()?;
        let tcp_addresses = tcp.listeners().iter().map(socket::local_address).collect::<io::Result<_>>()?;
        let shared = Arc::new(Shared { inbox: Mutex::default(), wake: EventFd::new()?, events: EventQueue::new()? });
        let mut work = Loop::new(Arc::clone(&shared), Outbound::new(udp, tcp), Engine::new(config, seed))?;
        let thread = thread::Builder::new().name("parley-engine".into()).spawn(move || {
            let _loudly = AbortOnPanic;
            work.run();
        })?;
        Ok(Self { shared, thread: Some(thread), udp_addresses, tcp_addresses })
    }

    /// Where it listens, in the order asked for.
    pub fn udp_addresses(&self) -> &[SocketAddr] {
        &self.udp_addresses
    }

    /// Where it listens, in the order asked for.
    pub fn tcp_addresses(&self) -> &[SocketAddr] {
        &self.tcp_addresses
    }

    /// What happened.
    pub fn events(&self) -> &EventQueue {
        &self.shared.events
    }

    /// Lets the engine do something, between two batches of packets, and waits for the result: well below a millisecond.
    ///
    /// # Errors
    /// [`Closed`].
    pub fn call<R: Send + 'static>(
        &self,
        command: impl FnOnce(&mut Engine, Instant, &mut dyn Transmit) -> R + Send + 'static,
    ) -> Result<R, Closed> {
        let (reply, answer) = sync_channel(1);
        let mut inbox = self.shared.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        if inbox.is_closed {
            return Err(Closed);
        }
        inbox.commands.push(Box::new(move |engine, now, out| {
            // The caller waits, so somebody takes it.
            let _ = reply.send(command(engine, now, out));
        }));
        drop(inbox);
        self.shared.wake.signal();
        answer.recv().map_err(|_| Closed)
    }

    /// Closes the sockets and ends the thread; again it does nothing.
    pub fn close(&mut self) {
        self.shared.inbox.lock().unwrap_or_else(PoisonError::into_inner).is_closed = true;
        self.shared.wake.signal();
        if let Some(thread) = self.thread.take() {
            // A panic would have ended the process.
            let _ = thread.join();
        }
    }
}

impl Drop for EngineThread {
    fn drop(&mut self) {
        self.close();
    }
}

/// Ends the process where a panic unwinds, as release builds do anyway.
struct AbortOnPanic;

impl Drop for AbortOnPanic {
    fn drop(&mut self) {
        if thread::panicking() {
            std::process::abort();
        }
    }
}
