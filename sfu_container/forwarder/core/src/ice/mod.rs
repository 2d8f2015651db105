//! All Peers' ICE agents behind one address: found by ufrag and by path, and answering checks.

mod agent;
mod recent_checks;

use std::collections::HashMap;

pub(crate) use agent::{Credentials, IceAgent, Stale};

use crate::arena::{Arena, Key};
use crate::drop_reason::DropReason;
use crate::event::{CommandError, Event};
use crate::fast_hash::FastMap;
use crate::path::{Path, Transmit};
use crate::peer::Peer;
use crate::stun::{self, Class, ErrorReason, IntegrityKey, METHOD_BINDING, Message};
use crate::time::Instant;

/// Who is behind which ufrag and which path.
#[derive(Default)]
pub(crate) struct IceServer {
    by_ufrag: HashMap<Box<str>, Key<Peer>>,
    by_path: FastMap<Path, Key<Peer>>,
}

impl IceServer {
    pub(crate) fn peer_at(&self, path: &Path) -> Option<Key<Peer>> {
        self.by_path.get(path).copied()
    }

    pub(crate) fn check_free(&self, ufrag: &str) -> Result<(), CommandError> {
        if self.by_ufrag.contains_key(ufrag) { Err(CommandError::UfragInUse) } else { Ok(()) }
    }

    pub(crate) fn add(&mut self, ufrag: &str, peer: Key<Peer>) {
        self.by_ufrag.insert(ufrag.into(), peer);
    }

    /// A Peer that needs no checks is at `path`.
    pub(crate) fn add_fixed(&mut self, path: Path, peer: Key<Peer>) {
        self.by_path.insert(path, peer);
    }

    pub(crate) fn remove(&mut self, agent: &IceAgent) {
        for ufrag in agent.ufrags() {
            self.by_ufrag.remove(ufrag);
        }
        for path in agent.paths() {
            self.by_path.remove(path);
        }
    }

    pub(crate) fn forget(&mut self, stale: &Stale) {
        if let Some(ufrag) = &stale.ufrag {
            self.by_ufrag.remove(ufrag);
        }
        for path in &stale.paths {
            self.by_path.remove(path);
        }
    }

    /// A path leads nowhere any more.
    pub(crate) fn forget_path(&mut self, path: &Path, peers: &mut Arena<Peer>) {
        if let Some(owner) = self.by_path.remove(path).and_then(|owner| peers.get_mut(owner)) {
            owner.ice.forget(path);
        }
    }

    /// Takes a STUN message and answers it, if it is one to be answered.
    pub(crate) fn receive(
        &mut self,
        path: &Path,
        data: &[u8],
        now: Instant,
        peers: &mut Arena<Peer>,
        out: &mut dyn Transmit,
    ) -> Result<Option<Event>, DropReason> {
        let message = Message::parse(data)?;
        match message.class {
            Class::Request if message.method == METHOD_BINDING => {}
            // Keep-alives of the other side (RFC 8445, section 11) ask for nothing.
            Class::Indication if message.method == METHOD_BINDING => return Ok(None),
            _ => return Err(DropReason::BadStun),
        }
        let ufrag = message.local_ufrag().and_then(|ufrag| str::from_utf8(ufrag).ok()).ok_or(DropReason::BadStun)?;
        let key = *self.by_ufrag.get(ufrag).ok_or(DropReason::UnknownUfrag)?;
        message.check_fingerprint()?;
        let is_taken = self.is_held_by_another(path, key, peers);
        let peer = peers.get_mut(key).ok_or(DropReason::UnknownUfrag)?;
        let (integrity, generation) = peer.ice.key_of(ufrag).ok_or(DropReason::UnknownUfrag)?;
        message.check_integrity(integrity)?;
        if is_taken {
            return Err(DropReason::PathTaken);
        }
        let is_repeated = peer.ice.has_come_before(&message.transaction_id);
        if is_repeated && !peer.ice.paths().contains(path) {
            return Err(DropReason::Replayed);
        }
        if message.use_candidate && !is_repeated && !peer.ice.may_move(path, now) {
            return Err(DropReason::Excess);
        }
        let (integrity, _) = peer.ice.key_of(ufrag).ok_or(DropReason::UnknownUfrag)?;
        let is_accepted = answer(&message, path, integrity, out)?;
        // Where it came before, our answer was lost, and what it had to say we know.
        if !is_accepted || is_repeated {
            return Ok(None);
        }
        let (is_news, stale) = peer.ice.check(*path, generation, message.use_candidate, now);
        let event = is_news.then(|| Event::IceConnected { peer: peer.id.clone(), path: *path });
        self.forget(&stale);
        self.claim(path, key, peers);
        Ok(event)
    }

    /// Whoever knows a password may forge the address of another Peer, and must not cut it off by that.
    fn is_held_by_another(&self, path: &Path, peer: Key<Peer>, peers: &Arena<Peer>) -> bool {
        let owner = self.by_path.get(path).filter(|owner| **owner != peer);
        owner.and_then(|owner| peers.get(*owner)).is_some_and(|owner| owner.ice.holds(path))
    }

    fn claim(&mut self, path: &Path, peer: Key<Peer>, peers: &mut Arena<Peer>) {
        let before = self.by_path.insert(*path, peer);
        // An address translator gave the port to somebody else.
        if let Some(owner) = before.filter(|owner| *owner != peer).and_then(|owner| peers.get_mut(owner)) {
            owner.ice.forget(path);
        }
    }
}

/// Answers an authentic check; false where it asks for what we do not know (RFC 8489, section 6.3.1).
fn answer(
    check: &Message<'_>,
    path: &Path,
    integrity: &IntegrityKey,
    out: &mut dyn Transmit,
) -> Result<bool, DropReason> {
    let (id, unknown) = (&check.transaction_id, check.unknown_attributes());
    let is_accepted = unknown.clone().next().is_none();
    let written = if is_accepted {
        stun::write_success(out.buffer(), id, path.remote, integrity)
    } else {
        stun::write_error(out.buffer(), id, ErrorReason::UnknownAttribute, unknown, Some(integrity))
    };
    out.send(path, written.map_err(|_| DropReason::NotSent)?);
    Ok(is_accepted)
}
