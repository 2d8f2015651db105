//! Ann publishes, Bob watches, an attacker attacks.

use std::collections::HashSet;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use parley_forwarder_core::demux::{Protocol, classify};
use parley_forwarder_core::negotiated::{Encoding, EngineConfig, MediaKind, PublicationLine, SlotLine, Wish};
use parley_forwarder_core::rtp::Header;
use parley_forwarder_core::srtp::{Profile, ReceiveContext, SendContext, SendState};
use parley_forwarder_core::{DropReason, Drops};
use parley_forwarder_io::EngineThread;

use crate::attacker::Attacker;
use crate::packets::{VP8, check, rtp_packet, vp8_payload};
use crate::process::{queue_of, resident, time_of_threads};

pub const SSRC: u32 = 100;
const PROFILE: Profile = Profile::AeadAes128Gcm;
const KEYS: [u8; 28] = [5; 28];
const PUBLISHED: u16 = 1_000;
const PUBLISH_INTERVAL: Duration = Duration::from_millis(2);
/// Time for what is under way, on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(30);
const ATTACKS_PER_MILLISECOND: u32 = 50;
/// Memory in the engine's queue above which the attacker waits: a quarter of what a kernel gives by default.
const MAX_WAITING: usize = 100_000;

/// What came of an attack.
pub struct Attack {
    pub sent: u64,
    pub published: usize,
    /// Different packets that Bob got.
    pub delivered: usize,
    /// Of the process's memory, in bytes.
    pub growth: usize,
    time: Duration,
    engine_time: Duration,
}

impl Attack {
    pub fn print(&self, of: &str) {
        let rate = self.sent as f64 / self.time.as_secs_f64();
        let micros = self.engine_time.as_secs_f64() * 1e6 / self.sent as f64;
        println!("{} {of}, {rate:.0}/s: {micros:.2} us of the engine each, {} bytes more", self.sent, self.growth);
    }
}

/// Memory and time are those of the whole process.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

pub struct Meeting {
    engine: EngineThread,
    ann: UdpSocket,
    bob: UdpSocket,
    send: SendContext,
    state: SendState,
    next: u16,
    dropped_before: Drops,
    _alone: MutexGuard<'static, ()>,
}

impl Meeting {
    pub fn start() -> Self {
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let engine = EngineThread::start(&[([127, 0, 0, 1], 0).into()], &[], EngineConfig::default(), 1).unwrap();
        let connect = |name: &'static str| {
            let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
            socket.connect(engine.udp_addresses()[0]).unwrap();
            socket.set_read_timeout(Some(PATIENCE)).unwrap();
            let (ufrag, password) = (format!("ufrag-{name}"), format!("password-{name}"));
            let request = check(&ufrag, &password, true);
            let added = engine.call(move |engine, now, _| {
                engine.add_peer(name, &ufrag, &password, now)?;
                engine.set_srtp(name, PROFILE, &KEYS, &KEYS)
            });
            added.unwrap().unwrap();
            socket.send(&request).unwrap();
            socket.recv(&mut [0; 200]).unwrap();
            socket
        };
        let (ann, bob) = (connect("ann"), connect("bob"));
        route(&engine);
        let send = SendContext::new(PROFILE, &KEYS).unwrap();
        let (state, dropped_before) = (SendState::new(SSRC), Drops::default());
        let mut meeting = Self { engine, ann, bob, send, state, next: 0, dropped_before, _alone: alone };
        // So that every buffer has grown before memory is looked at.
        meeting.run(|attacker, number| attacker.send_from(crate::stranger(number), &[0xff; 1_400]));
        meeting.dropped_before = meeting.drops();
        meeting
    }

    /// Packets of Ann that were delivered, and a check of hers.
    pub fn record(&mut self) -> Vec<Vec<u8>> {
        let mut recorded: Vec<Vec<u8>> = (0..20).map(|_| self.next_packet()).collect();
        let mut report = vec![0x80, 201, 0, 1, 0, 0, 0, SSRC as u8];
        report.resize(64, 0);
        let len = self.send.protect_rtcp(&mut report, 8).unwrap();
        report.truncate(len);
        recorded.extend([report, check("ufrag-ann", "password-ann", true)]);
        recorded.iter().for_each(|packet| assert!(self.ann.send(packet).is_ok()));
        for _ in 0..20 {
            assert!(receive(&self.bob).is_some());
        }
        recorded
    }

    /// Publishes while `attack` is called with one number after the other, and waits for what is under way.
    pub fn run(&mut self, attack: impl Fn(&Attacker, u32) + Sync) -> Attack {
        // A Peer shows every few seconds that it still wants to be sent to.
        self.bob.send(&check("ufrag-bob", "password-bob", true)).unwrap();
        let (target, bob) = (self.engine.udp_addresses()[0], self.bob.try_clone().unwrap());
        let attacker = Attacker::new(target, self.ann.try_clone().unwrap());
        let (is_over, before) = (AtomicBool::new(false), resident());
        let (start, engine_before) = (Instant::now(), time_of_threads("parley-engine"));
        let (sent, delivered) = thread::scope(|scope| {
            let attacking = scope.spawn(|| attack_until(&is_over, target, |number| attack(&attacker, number)));
            let watching = scope.spawn(|| watch(&bob));
            for number in 0..u32::from(PUBLISHED) {
                let packet = self.next_packet();
                self.ann.send(&packet).unwrap();
                sleep_until(start + PUBLISH_INTERVAL * number);
            }
            is_over.store(true, Ordering::Relaxed);
            (attacking.join().unwrap(), watching.join().unwrap())
        });
        let time = start.elapsed();
        wait_until_read(target);
        for socket in [target, bob.local_addr().unwrap()] {
            assert_eq!(queue_of(socket.port()).dropped, 0, "the kernel dropped packets at {socket}");
        }
        Attack {
            sent,
            published: PUBLISHED.into(),
            delivered,
            growth: resident().saturating_sub(before),
            time,
            engine_time: time_of_threads("parley-engine").saturating_sub(engine_before),
        }
    }

    pub fn dropped(&self, reason: DropReason) -> u64 {
        self.drops().of(reason) - self.dropped_before.of(reason)
    }

    fn drops(&self) -> Drops {
        self.engine.call(|engine, _, _| engine.stats().dropped).unwrap()
    }

    fn next_packet(&mut self) -> Vec<u8> {
        let number = self.next;
        self.next += 1;
        let payload = vp8_payload(number, 0, (number == 0).then_some(720), 500);
        let plain = rtp_packet(SSRC, &VP8, number, u32::from(number) * 3_000, &[], &payload);
        let mut packet = plain.clone();
        packet.resize(plain.len() + 32, 0);
        let header_len = Header::parse(&plain).unwrap().len;
        let len = self.send.protect_rtp(&mut self.state, &mut packet, header_len, plain.len()).unwrap();
        packet.truncate(len);
        packet
    }
}

fn route(engine: &EngineThread) {
    let publication = PublicationLine {
        kind: MediaKind::Video,
        mid: "0".into(),
        encodings: vec![Encoding { rid: None, ssrc: Some(SSRC), rtx_ssrc: None }],
        codecs: vec![VP8.clone()],
        extensions: Vec::new(),
    };
    let slot = SlotLine {
        kind: MediaKind::Video,
        mid: "1".into(),
        ssrc: 900,
        rtx_ssrc: None,
        codecs: vec![VP8.clone()],
        extensions: Vec::new(),
    };
    let routed = engine.call(move |engine, now, _| {
        engine.add_publication("ann", "camera", publication, now)?;
        engine.add_slot("bob", "slot", slot, now)?;
        engine.route("slot", Some("camera"), Wish { max_height: 720, max_temporal: 7, priority: 0 }, now)
    });
    routed.unwrap().unwrap();
}

fn attack_until(is_over: &AtomicBool, target: SocketAddr, mut attack: impl FnMut(u32)) -> u64 {
    let start = Instant::now();
    let mut number = 0;
    while !is_over.load(Ordering::Relaxed) {
        if queue_of(target.port()).waiting < MAX_WAITING {
            (0..ATTACKS_PER_MILLISECOND).for_each(|place| attack(number + place));
            number += ATTACKS_PER_MILLISECOND;
        }
        sleep_until(start + Duration::from_micros(u64::from(number) * 1_000 / u64::from(ATTACKS_PER_MILLISECOND)));
    }
    number.into()
}

/// Opens what comes until everything that was published is there; how many different packets came.
fn watch(bob: &UdpSocket) -> usize {
    let mut keys = ReceiveContext::new(PROFILE, &KEYS).unwrap();
    let mut numbers = HashSet::new();
    while numbers.len() < PUBLISHED.into() {
        let Some(mut packet) = receive(bob) else { break };
        let header = Header::parse(&packet).unwrap();
        keys.unprotect_rtp(&mut packet, &header).unwrap();
        assert!(numbers.insert(header.sequence), "{} came twice", header.sequence);
    }
    numbers.len()
}

/// The next media packet; `None` when none comes any more.
fn receive(bob: &UdpSocket) -> Option<Vec<u8>> {
    let mut buffer = [0; 2_048];
    loop {
        let len = bob.recv(&mut buffer).ok()?;
        if classify(&buffer[..len]) == Some(Protocol::Rtp) {
            return Some(buffer[..len].to_vec());
        }
    }
}

fn wait_until_read(target: SocketAddr) {
    let deadline = Instant::now() + PATIENCE;
    while queue_of(target.port()).waiting > 0 {
        assert!(Instant::now() < deadline, "the engine does not read");
        thread::sleep(Duration::from_millis(1));
    }
}

fn sleep_until(moment: Instant) {
    thread::sleep(moment.saturating_duration_since(Instant::now()));
}
