//! Peers come, get keys and paths, and go.

use std::time::Duration;

use super::Engine;
use crate::event::CommandError;
use crate::ice::{Credentials, IceAgent};
use crate::negotiated::Id;
use crate::path::{Path, Transmit};
use crate::peer::{Keys, Peer};
use crate::srtp::{Profile, ReceiveContext, SendContext};
use crate::time::Instant;

type Done = Result<(), CommandError>;

impl Engine {
    /// Answers STUN checks for our ICE credentials (RFC 8445; we are ICE-lite and controlled).
    ///
    /// # Errors
    /// [`CommandError::IdInUse`] and [`CommandError::UfragInUse`].
    pub fn add_peer(&mut self, peer: &str, ufrag: &str, password: &str, now: Instant) -> Done {
        if self.peers_by_id.contains_key(peer) {
            return Err(CommandError::IdInUse);
        }
        self.ice.check_free(ufrag)?;
        let id = Id::from(peer);
        let agent = IceAgent::new(Credentials::new(ufrag, password), now);
        let key = self.peers.insert(Peer::new(id.clone(), agent));
        self.ice.add(ufrag, key);
        self.peers_by_id.insert(id, key);
        Ok(())
    }

    /// Adds a Peer at a fixed address, with keys from signalling and neither ICE nor DTLS: a recorder, an ingest, or the
    /// pipe to another node. Each key is the master key followed by the master salt.
    ///
    /// # Errors
    /// [`CommandError::IdInUse`], [`CommandError::AddressInUse`] and [`CommandError::WrongKeyLength`].
    pub fn add_plain(
        &mut self,
        peer: &str,
        path: Path,
        profile: Profile,
        receive: &[u8],
        send: &[u8],
        now: Instant,
    ) -> Done {
        if self.peers_by_id.contains_key(peer) {
            return Err(CommandError::IdInUse);
        }
        if self.ice.peer_at(&path).is_some() {
            return Err(CommandError::AddressInUse);
        }
        let keys = derive_keys(profile, receive, send)?;
        let id = Id::from(peer);
        let mut added = Peer::new(id.clone(), IceAgent::fixed(path, now));
        added.keys = Some(keys);
        let key = self.peers.insert(added);
        self.ice.add_fixed(path, key);
        self.peers_by_id.insert(id, key);
        Ok(())
    }

    /// Takes new credentials; the old ones and the old path go on for `grace`, or until the new path is valid.
    ///
    /// # Errors
    /// [`CommandError::UnknownId`], [`CommandError::UfragInUse`], and [`CommandError::AddressInUse`] for a fixed address.
    pub fn restart_ice(&mut self, peer: &str, ufrag: &str, password: &str, grace: Duration, now: Instant) -> Done {
        let key = self.peer(peer)?;
        self.ice.check_free(ufrag)?;
        let peer = self.peers.get_mut(key).ok_or(CommandError::UnknownId)?;
        if peer.ice.is_fixed() {
            return Err(CommandError::AddressInUse);
        }
        let stale = peer.ice.restart(Credentials::new(ufrag, password), now + grace);
        self.ice.forget(&stale);
        self.ice.add(ufrag, key);
        Ok(())
    }

    /// Forgets a Peer with its Publications and Slots. Slots elsewhere that carried them become empty.
    ///
    /// # Errors
    /// [`CommandError::UnknownId`].
    pub fn remove_peer(&mut self, peer: &str, now: Instant) -> Done {
        let key = self.peer(peer)?;
        let gone = self.peers.get(key).ok_or(CommandError::UnknownId)?;
        for publication in gone.publications.clone() {
            self.remove_publication(publication);
        }
        let slots = self.peers.get(key).map(|peer| peer.slots.clone()).unwrap_or_default();
        slots.into_iter().for_each(|slot| self.remove_slot(slot));
        self.leave_room(key, now);
        if let Some(gone) = self.peers.remove(key) {
            self.ice.remove(&gone.ice);
            self.peers_by_id.remove(&gone.id);
        }
        Ok(())
    }

    /// Sends a DTLS datagram; without a path it is lost, and DTLS repeats it.
    ///
    /// # Errors
    /// [`CommandError::UnknownId`]; [`CommandError::BadValue`] for one that is too long.
    pub fn send_dtls(&mut self, peer: &str, data: &[u8], out: &mut dyn Transmit) -> Done {
        let key = self.peer(peer)?;
        let Some(path) = self.peers.get(key).and_then(|peer| peer.ice.send_path()) else { return Ok(()) };
        out.buffer().get_mut(..data.len()).ok_or(CommandError::BadValue)?.copy_from_slice(data);
        out.send(path, data.len());
        Ok(())
    }

    /// Takes keys for both directions, each the master key followed by the master salt (RFC 5764, section 4.2).
    ///
    /// # Errors
    /// [`CommandError::UnknownId`] and [`CommandError::WrongKeyLength`].
    pub fn set_srtp(&mut self, peer: &str, profile: Profile, receive: &[u8], send: &[u8]) -> Done {
        let key = self.peer(peer)?;
        let keys = derive_keys(profile, receive, send)?;
        let peer = self.peers.get_mut(key).ok_or(CommandError::UnknownId)?;
        peer.keys = Some(keys);
        peer.spent_ssrcs.clear();
        for slot in &peer.slots {
            if let Some(slot) = self.switchboard.slots.get_mut(*slot) {
                slot.output.rekey();
            }
        }
        Ok(())
    }
}

fn derive_keys(profile: Profile, receive: &[u8], send: &[u8]) -> Result<Keys, CommandError> {
    let wrong = |_| CommandError::WrongKeyLength;
    Ok(Keys {
        receive: ReceiveContext::new(profile, receive).map_err(wrong)?,
        send: SendContext::new(profile, send).map_err(wrong)?,
    })
}
