//! The loop around all endpoints: one thread, which sleeps for at most half a millisecond.

use std::io::{self, BufRead, Write};
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use crate::dtls::Identity;
use crate::endpoint::{Endpoint, number_of};
use crate::measurement::Measurement;
use crate::protocol::{Command, EndpointPlan, Event};
use crate::sockets::{Inbox, Socket};

/// The most that endpoints can be: those of 127.1.0.0/16.
const MAX_ENDPOINTS: u32 = 60_000;
const TICK: Duration = Duration::from_millis(2);
const LONGEST_SLEEP: Duration = Duration::from_micros(500);
/// Batches read from a socket before others have their turn.
const READS: usize = 16;

pub struct Generator {
    identity: Identity,
    /// What the first gets is read whole; of what the second gets, only headers once media flows.
    sockets: [Socket; 2],
    inbox: Inbox,
    endpoints: Vec<Option<Endpoint>>,
    is_running: bool,
    measurement: Measurement,
    next_tick: Instant,
}

impl Generator {
    /// Binds to `port` and the one above it.
    pub fn new(port: u16) -> io::Result<Self> {
        let identity = Identity::new().map_err(io::Error::other)?;
        let sockets = [Socket::bind(port)?, Socket::bind(port + 1)?];
        say(&Event::Ready { fingerprint: identity.fingerprint.clone(), port })?;
        Ok(Self {
            identity,
            sockets,
            inbox: Inbox::new(),
            endpoints: Vec::new(),
            is_running: false,
            measurement: Measurement::begin(0),
            next_tick: Instant::now(),
        })
    }

    /// Works until standard input ends.
    pub fn run(&mut self) -> io::Result<()> {
        let commands = read_commands();
        loop {
            let now = Instant::now();
            let next_packet = self.publish(now);
            let read = self.receive()?;
            if now >= self.next_tick {
                self.next_tick = now + TICK;
                if !self.run_commands(&commands)? {
                    return Ok(());
                }
                self.tick(now)?;
            }
            if read == 0 {
                let wake = next_packet.min(self.next_tick);
                thread::sleep(wake.saturating_duration_since(Instant::now()).min(LONGEST_SLEEP));
            }
        }
    }

    /// Sends what is due; returns when the next packet is.
    fn publish(&mut self, now: Instant) -> Instant {
        let mut next = now + LONGEST_SLEEP;
        if !self.is_running {
            return next;
        }
        let [whole, _] = &mut self.sockets;
        for endpoint in self.endpoints.iter_mut().flatten().filter(|endpoint| endpoint.is_publisher()) {
            self.measurement.sent += endpoint.publish(now, whole);
            // Each publisher's burst leaves when it is due, as if it came from a machine of its own.
            whole.flush();
            next = endpoint.tracks.iter().map(crate::track::Track::next_turn).fold(next, Instant::min);
        }
        next
    }

    /// Takes what waits; returns how many datagrams that was.
    fn receive(&mut self) -> io::Result<usize> {
        let mut events = Vec::new();
        let mut total = 0;
        for socket in &mut self.sockets {
            for _ in 0..READS {
                let (endpoints, measurement) = (&mut self.endpoints, &mut self.measurement);
                let count = self.inbox.read(socket, |datagram, socket| {
                    let endpoint = number_of(datagram.local).and_then(|number| endpoints.get_mut(number as usize));
                    if let Some(endpoint) = endpoint.and_then(Option::as_mut) {
                        events.extend(endpoint.receive(datagram, socket, measurement));
                    }
                });
                total += count;
                if count == 0 {
                    break;
                }
            }
            socket.flush();
        }
        events.iter().try_for_each(say)?;
        Ok(total)
    }

    fn tick(&mut self, now: Instant) -> io::Result<()> {
        for endpoint in self.endpoints.iter_mut().flatten() {
            let socket = &mut self.sockets[usize::from(endpoint.reads_headers())];
            if let Some(event) = endpoint.tick(now, socket, &mut self.measurement) {
                say(&event)?;
            }
        }
        self.sockets.iter_mut().for_each(Socket::flush);
        Ok(())
    }

    /// Runs what the driver wants; false when it wants nothing more.
    fn run_commands(&mut self, commands: &Receiver<String>) -> io::Result<bool> {
        loop {
            let line = match commands.try_recv() {
                Ok(line) => line,
                Err(TryRecvError::Empty) => return Ok(true),
                Err(TryRecvError::Disconnected) => return Ok(false),
            };
            match serde_json::from_str(&line) {
                Ok(command) => self.run_command(command)?,
                Err(error) => say(&Event::Refused { reason: error.to_string() })?,
            }
        }
    }

    fn run_command(&mut self, command: Command) -> io::Result<()> {
        match command {
            Command::Endpoint(plan) => return self.add(plan),
            Command::Start => {
                self.is_running = true;
                self.sockets[1].read_headers();
            }
            Command::Stop => self.is_running = false,
            Command::Rate { packets_per_frame } => {
                let tracks = self.endpoints.iter_mut().flatten().flat_map(|endpoint| &mut endpoint.tracks);
                tracks.for_each(|track| track.set_packets_per_frame(packets_per_frame));
            }
            Command::KeyFrame => {
                let tracks = self.endpoints.iter_mut().flatten().flat_map(|endpoint| &mut endpoint.tracks);
                tracks.for_each(crate::track::Track::request_key_frame);
            }
            Command::Reset => {
                self.measurement = Measurement::begin(self.socket_drops());
                self.endpoints.iter_mut().flatten().for_each(|endpoint| endpoint.reception.reset());
            }
            Command::Report => {
                let drops = self.socket_drops();
                let subscribers = self.endpoints.iter().flatten().filter(|endpoint| !endpoint.is_publisher());
                let report = self.measurement.report(subscribers.map(|endpoint| &endpoint.reception), drops);
                return say(&Event::Report(report));
            }
        }
        say(&Event::Done)
    }

    fn add(&mut self, plan: EndpointPlan) -> io::Result<()> {
        let number = plan.number;
        if number >= MAX_ENDPOINTS {
            return say(&Event::Refused { reason: "the number of an endpoint is too high".to_owned() });
        }
        match Endpoint::new(plan, &self.identity, Instant::now()) {
            Ok(endpoint) => {
                let place = number as usize;
                if self.endpoints.len() <= place {
                    self.endpoints.resize_with(place + 1, || None);
                }
                self.endpoints[place] = Some(endpoint);
                Ok(())
            }
            Err(reason) => say(&Event::Failed { number, reason }),
        }
    }

    fn socket_drops(&self) -> u64 {
        self.sockets.iter().map(Socket::drops).sum()
    }
}

fn say(event: &Event) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, event)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// The lines of standard input, read on a thread of their own.
fn read_commands() -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}
