//! All Peers' ICE agents behind one address: found by ufrag and by path, and answering checks.

mod agent;

use std::collections::HashMap;

pub(crate) use agent::{Credentials, IceAgent, Stale};

use crate::arena::{Arena, Key};
use crate::drop_reason::DropReason;
use crate::event::{CommandError, Event};
use crate::fast_hash::FastMap;
use crate::path::{Path, Transmit};
use crate::peer::Peer;
use crate::stun::{self, Class, ErrorReason, METHOD_BINDING, Message};
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
        let peer = peers.get_mut(key).ok_or(DropReason::UnknownUfrag)?;
        let (integrity, generation) = peer.ice.key_of(ufrag).ok_or(DropReason::UnknownUfrag)?;
        message.check_integrity(integrity)?;
        // A fixed address is its Peer's for good.
        let owner = self.by_path.get(path).filter(|owner| **owner != key);
        if owner.is_some_and(|owner| peers.get(*owner).is_some_and(|owner| owner.ice.is_fixed())) {
            return Err(DropReason::UnknownSource);
        }
        let peer = peers.get_mut(key).ok_or(DropReason::UnknownUfrag)?;
        let (integrity, _) = peer.ice.key_of(ufrag).ok_or(DropReason::UnknownUfrag)?;
        let unknown = message.unknown_attributes();
        let id = &message.transaction_id;
        if unknown.clone().next().is_some() {
            let reason = ErrorReason::UnknownAttribute;
            let written = stun::write_error(out.buffer(), id, reason, unknown, Some(integrity));
            out.send(path, written.map_err(|_| DropReason::NotSent)?);
            return Ok(None);
        }
        let len = stun::write_success(out.buffer(), id, path.remote, integrity).map_err(|_| DropReason::NotSent)?;
        out.send(path, len);
        let (is_news, stale) = peer.ice.check(*path, generation, message.use_candidate, now);
        let event = is_news.then(|| Event::IceConnected { peer: peer.id.clone(), path: *path });
        self.forget(&stale);
        self.claim(path, key, peers);
        Ok(event)
    }

    fn claim(&mut self, path: &Path, peer: Key<Peer>, peers: &mut Arena<Peer>) {
        let before = self.by_path.insert(*path, peer);
        // An address translator gave the port to somebody else.
        if let Some(owner) = before.filter(|owner| *owner != peer).and_then(|owner| peers.get_mut(owner)) {
            owner.ice.forget(path);
        }
    }
}
