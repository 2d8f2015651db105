//! The state machine: input, commands and the time go in; packets and events come out.
//!
//! A caller hands over what came with [`Engine::receive`], and after each batch calls [`Engine::flush`]: a packet is opened
//! once, kept once, and staged for every Slot that carries it; at the end of the batch each Peer's packets are written and
//! protected one after the other straight into the caller's send buffer, so that they can leave in one system call.
//! [`Engine::tick`] is due at [`Engine::next_tick`].

mod commands;
mod departure;
mod feedback;
mod flush;
mod pacing;
mod peers;
mod receive;
mod renegotiation;
mod reports;
mod rooms;
mod selection;
mod statistics;
mod streams;

use std::collections::HashMap;
use std::time::Duration;

use crate::arena::{Arena, Key};
use crate::drop_reason::{DropReason, Drops};
use crate::event::Event;
use crate::ice::IceServer;
use crate::negotiated::{EngineConfig, Id};
use crate::path::{Path, Transmit};
use crate::peer::Peer;
use crate::publication::Publication;
use crate::random::Random;
use crate::slot::Slot;
use crate::speakers::Room;
use crate::stats::EngineStats;
use crate::stream::RepairStream;
use crate::switchboard::Switchboard;
use crate::time::Instant;

/// The engine's own SSRC, from which it reports as a receiver.
const LOCAL_SSRC: u32 = 1;

/// How often NACKs and keyframe requests are sent.
const REQUEST_INTERVAL: Duration = Duration::from_millis(20);
const TRANSPORT_FEEDBACK_INTERVAL: Duration = Duration::from_millis(50);
/// How often encodings and speakers are chosen again.
const SELECTION_INTERVAL: Duration = Duration::from_millis(100);
const EXPIRY_INTERVAL: Duration = Duration::from_millis(250);
const REPORT_INTERVAL: Duration = Duration::from_secs(1);

/// When each recurring duty is due next.
#[derive(Default)]
struct Duties {
    requests: Instant,
    transport_feedback: Instant,
    selection: Instant,
    expiry: Instant,
    reports: Instant,
}

/// What a name stands for.
#[derive(Clone, Copy)]
enum Item {
    Publication(Key<Publication>),
    Slot(Key<Slot>),
}

/// All Peers of one node and what goes between them.
pub struct Engine {
    config: EngineConfig,
    random: Random,
    ice: IceServer,
    peers: Arena<Peer>,
    repairs: Arena<RepairStream>,
    rooms: Arena<Room>,
    switchboard: Switchboard,
    /// Those with Publications: what is done for them alone must not cost a thousand listeners' time.
    publishing: Vec<Key<Peer>>,
    peers_by_id: HashMap<Id, Key<Peer>>,
    rooms_by_name: HashMap<Id, Key<Room>>,
    items: HashMap<Id, Item>,
    totals: EngineStats,
    drops: Drops,
    duties: Duties,
    /// Peers for whom packets wait, or a probe.
    pacing: Vec<Key<Peer>>,
    next_release: Option<Instant>,
    /// Counts what was flushed.
    batch: u64,
    /// Whether more of this batch would overwrite what is staged of it.
    must_flush: bool,
    /// Kept for its room.
    due: Vec<u16>,
    /// Whether each encoding of a Publication is wanted, kept for its room.
    wanted: Vec<bool>,
}

impl Engine {
    /// An engine without Peers. `seed` makes the numbers at which streams begin.
    pub fn new(config: EngineConfig, seed: u64) -> Self {
        Self {
            config,
            random: Random::new(seed),
            ice: IceServer::default(),
            peers: Arena::default(),
            repairs: Arena::default(),
            rooms: Arena::default(),
            switchboard: Switchboard::default(),
            publishing: Vec::new(),
            peers_by_id: HashMap::new(),
            rooms_by_name: HashMap::new(),
            items: HashMap::new(),
            totals: EngineStats::default(),
            drops: Drops::default(),
            duties: Duties::default(),
            pacing: Vec::new(),
            next_release: None,
            batch: 0,
            must_flush: false,
            due: Vec::new(),
            wanted: Vec::new(),
        }
    }

    /// The oldest event that was not taken yet.
    pub fn next_event(&mut self) -> Option<Event> {
        self.switchboard.events.pop_front()
    }

    /// Counts something that the caller dropped.
    pub fn count_drop(&mut self, reason: DropReason) {
        self.drops.count(reason);
    }

    /// Whether a Peer has proven by a valid STUN check that the path is its own.
    pub fn is_proven(&self, path: &Path) -> bool {
        self.ice.peer_at(path).is_some()
    }

    /// A TCP connection is closed.
    pub fn forget_path(&mut self, path: &Path) {
        self.ice.forget_path(path, &mut self.peers);
    }

    /// When [`tick`](Self::tick) is due.
    pub fn next_tick(&self) -> Instant {
        let duties = &self.duties;
        let others = duties.selection.min(duties.expiry).min(duties.reports);
        let next = duties.requests.min(duties.transport_feedback).min(others);
        self.next_release.map_or(next, |release| release.min(next))
    }

    /// Does what is due by now.
    pub fn tick(&mut self, now: Instant, out: &mut dyn Transmit) {
        if is_due(&mut self.duties.requests, REQUEST_INTERVAL, now) {
            self.send_requests(now, out);
        }
        if is_due(&mut self.duties.transport_feedback, TRANSPORT_FEEDBACK_INTERVAL, now) {
            self.send_transport_feedback(out);
        }
        if is_due(&mut self.duties.selection, SELECTION_INTERVAL, now) {
            self.select(now);
        }
        if is_due(&mut self.duties.expiry, EXPIRY_INTERVAL, now) {
            self.expire(now);
            self.watch_pictures(now);
        }
        if is_due(&mut self.duties.reports, REPORT_INTERVAL, now) {
            self.send_reports(now, out);
            self.measure(now);
        }
        self.flush(now, out);
    }

    fn expire(&mut self, now: Instant) {
        for peer in self.peers.values_mut() {
            let (is_lost, stale) = peer.ice.expire(self.config.ice_timeout, now);
            if is_lost {
                self.switchboard.events.push_back(Event::IceLost { peer: peer.id.clone() });
            }
            self.ice.forget(&stale);
        }
    }
}

/// Once, however late it is.
fn is_due(duty: &mut Instant, interval: Duration, now: Instant) -> bool {
    if now < *duty {
        return false;
    }
    *duty = now + interval;
    true
}
