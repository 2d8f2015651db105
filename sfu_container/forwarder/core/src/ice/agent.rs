//! ICE-lite for one Peer (RFC 8445, section 2.5; RFC 7675).
//!
//! We only answer checks. A valid check proves its path; the peer nominates one path of those, and that is where we
//! send. A restart gives new credentials: the old ones, and the path nominated with them, go on until a check with the
//! new ones nominates a path or the grace is over.
//!
//! A check proves a path only once: whoever watches the network may send a check that it saw from another address, and the
//! password is right then too. The same check again is a retransmission where its path is known already, which is answered
//! and changes nothing; from anywhere else it is dropped.

use std::time::Duration;

use super::recent_checks::RecentChecks;
use crate::budget::Budget;
use crate::path::Path;
use crate::stun::{IntegrityKey, TransactionId};
use crate::time::Instant;

/// How long after the last valid check we go on sending (RFC 7675, section 5.1).
const CONSENT: Duration = Duration::from_secs(30);
pub(crate) const MAX_PATHS: usize = 8;
/// How often a Peer may change its path. Each change is an event for the caller.
const MOVES_BURST: u32 = 16;
const MOVES_PER_SECOND: u32 = 2;

/// Our half of what a check proves to know.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    pub(crate) ufrag: Box<str>,
    pub(crate) key: IntegrityKey,
}

impl Credentials {
    pub(crate) fn new(ufrag: &str, password: &str) -> Self {
        Self { ufrag: ufrag.into(), key: IntegrityKey::new(password.as_bytes()) }
    }
}

/// Who a check's credentials belong to in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Generation {
    Current,
    Previous,
}

/// What the agent has let go of; whoever indexes agents by these forgets them too.
#[derive(Debug, Default)]
pub(crate) struct Stale {
    pub(crate) ufrag: Option<Box<str>>,
    pub(crate) paths: Vec<Path>,
}

pub(crate) struct IceAgent {
    /// `None` where the path is fixed and needs no checks.
    credentials: Option<Credentials>,
    /// Before the restart that is under way, with the end of its grace.
    previous: Option<(Credentials, Instant)>,
    /// Proven paths, the one of the last check at the end.
    paths: Vec<Path>,
    checks: RecentChecks,
    nominated: Option<Path>,
    moves: Budget,
    send_path: Option<Path>,
    is_connected: bool,
    checked_at: Instant,
    heard_at: Instant,
}

impl IceAgent {
    pub(crate) const fn new(credentials: Credentials, now: Instant) -> Self {
        Self {
            credentials: Some(credentials),
            previous: None,
            paths: Vec::new(),
            checks: RecentChecks::new(),
            nominated: None,
            moves: Budget::new(MOVES_BURST, MOVES_PER_SECOND),
            send_path: None,
            is_connected: false,
            checked_at: now,
            heard_at: now,
        }
    }

    /// An agent that needs no checks: the path was settled by signalling.
    pub(crate) fn fixed(path: Path, now: Instant) -> Self {
        Self {
            credentials: None,
            previous: None,
            paths: vec![path],
            checks: RecentChecks::new(),
            nominated: Some(path),
            moves: Budget::new(0, 0),
            send_path: Some(path),
            is_connected: false,
            checked_at: now,
            heard_at: now,
        }
    }

    pub(crate) const fn is_fixed(&self) -> bool {
        self.credentials.is_none()
    }

    /// Whether a path is the Peer's now, whoever else sends from there.
    pub(crate) fn holds(&self, path: &Path) -> bool {
        self.is_fixed() || (self.is_connected && self.nominated.as_ref() == Some(path))
    }

    /// Notes a valid check. Tells whether it came before.
    pub(crate) fn has_come_before(&mut self, id: &TransactionId) -> bool {
        self.checks.has_come_before(id)
    }

    /// Where to send to now; `None` without consent.
    pub(crate) const fn send_path(&self) -> Option<&Path> {
        self.send_path.as_ref()
    }

    pub(crate) fn paths(&self) -> &[Path] {
        &self.paths
    }

    pub(crate) fn ufrags(&self) -> impl Iterator<Item = &str> {
        let previous = self.previous.as_ref().map(|(credentials, _)| &*credentials.ufrag);
        previous.into_iter().chain(self.credentials.as_ref().map(|credentials| &*credentials.ufrag))
    }

    /// The key that goes with a ufrag of ours.
    pub(crate) fn key_of(&self, ufrag: &str) -> Option<(&IntegrityKey, Generation)> {
        if let Some(current) = self.credentials.as_ref().filter(|current| *current.ufrag == *ufrag) {
            return Some((&current.key, Generation::Current));
        }
        let (previous, _) = self.previous.as_ref().filter(|(previous, _)| *previous.ufrag == *ufrag)?;
        Some((&previous.key, Generation::Previous))
    }

    /// Takes new credentials and keeps the old ones until then.
    pub(crate) fn restart(&mut self, credentials: Credentials, grace_until: Instant) -> Stale {
        let ufrag = self.end_restart();
        self.previous = self.credentials.replace(credentials).map(|before| (before, grace_until));
        Stale { ufrag, paths: Vec::new() }
    }

    /// Whether a nomination may be followed: it stays where it is, or the Peer did not move all the time.
    pub(crate) fn may_move(&mut self, path: &Path, now: Instant) -> bool {
        self.nominated.as_ref() == Some(path) || self.moves.take(1, now)
    }

    /// Takes a valid check. Tells whether the Peer is connected by it, anew or by another path.
    pub(crate) fn check(&mut self, path: Path, by: Generation, nominates: bool, now: Instant) -> (bool, Stale) {
        let mut stale = Stale::default();
        self.paths.retain(|known| *known != path);
        self.paths.push(path);
        (self.checked_at, self.heard_at) = (now, now);
        let has_restarted = nominates && self.previous.is_some() && by == Generation::Current;
        if has_restarted {
            stale.ufrag = self.end_restart();
            stale.paths.extend(self.paths.iter().filter(|known| **known != path));
            self.paths.retain(|known| *known == path);
        }
        if self.paths.len() > MAX_PATHS
            && let Some(oldest) = self.paths.iter().position(|known| Some(*known) != self.nominated)
        {
            stale.paths.push(self.paths.remove(oldest));
        }
        let has_moved = nominates && self.nominated != Some(path);
        if nominates {
            self.nominated = Some(path);
        }
        // Before a path is nominated, answers to DTLS go where the last check came from.
        self.send_path = Some(self.nominated.unwrap_or(path));
        let is_back = self.come_back();
        (is_back || has_restarted || has_moved, stale)
    }

    /// Notes something that only the Peer can have sent. Tells whether it is back after a silence.
    pub(crate) const fn hear(&mut self, now: Instant) -> bool {
        self.heard_at = now;
        self.come_back()
    }

    const fn come_back(&mut self) -> bool {
        if self.is_connected || self.nominated.is_none() {
            return false;
        }
        self.is_connected = true;
        true
    }

    /// A path leads nowhere any more, or to somebody else.
    pub(crate) fn forget(&mut self, path: &Path) {
        self.paths.retain(|known| known != path);
        if self.nominated == Some(*path) {
            self.nominated = None;
        }
        if self.send_path == Some(*path) {
            self.send_path = None;
        }
    }

    /// Lets time pass. Tells whether the Peer has just fallen silent.
    pub(crate) fn expire(&mut self, timeout: Duration, now: Instant) -> (bool, Stale) {
        let mut stale = Stale::default();
        if self.previous.as_ref().is_some_and(|(_, until)| now >= *until) {
            stale.ufrag = self.end_restart();
            stale.paths.append(&mut self.paths);
            (self.nominated, self.send_path) = (None, None);
        }
        if !self.is_fixed() && now - self.checked_at >= CONSENT {
            self.send_path = None;
        }
        let is_lost = self.is_connected && now - self.heard_at >= timeout;
        self.is_connected &= !is_lost;
        (is_lost, stale)
    }

    fn end_restart(&mut self) -> Option<Box<str>> {
        self.previous.take().map(|(credentials, _)| credentials.ufrag)
    }
}
