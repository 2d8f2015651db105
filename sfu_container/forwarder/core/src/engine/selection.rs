//! What goes where, chosen again as rates, bandwidth and voices change.

use super::Engine;
use crate::arena::Key;
use crate::event::Event;
use crate::negotiated::MediaKind;
use crate::publication::Publication;
use crate::slot::Allotment;
use crate::speakers::Room;
use crate::time::Instant;

impl Engine {
    /// Chooses encodings and speakers again.
    pub(super) fn select(&mut self, now: Instant) {
        self.switchboard.streams.values_mut().for_each(|stream| stream.measure(now));
        for peer in self.peers.values_mut() {
            let Some(downlink) = &mut peer.downlink else { continue };
            downlink.allocate(&peer.slots, &mut self.switchboard, now);
            // Where nothing is sent, nothing else lets the pacer see that a probe is due.
            let mut slots = peer.slots.iter().filter_map(|slot| self.switchboard.slots.get(*slot));
            if let Some(slot) = slots.find(|slot| slot.allotment == Allotment::Nothing)
                && !std::mem::replace(&mut downlink.is_pacing, true)
            {
                self.pacing.push(slot.peer);
                self.next_release = Some(now);
            }
        }
        let videos: Vec<Key<Publication>> = {
            let all = self.switchboard.publications.iter();
            let video = all.filter(|(_, publication)| publication.kind == MediaKind::Video);
            video.map(|(key, _)| key).collect()
        };
        for publication in videos {
            self.switchboard.retarget_all(publication, now);
            self.note_interest(publication, now);
        }
        let rooms: Vec<Key<Room>> = self.rooms.iter().map(|(key, _)| key).collect();
        for room in rooms {
            self.update_room(Some(room), now);
        }
    }

    /// Finds out which encodings somebody wants, and tells when that is something else than the publisher knows.
    fn note_interest(&mut self, key: Key<Publication>, now: Instant) {
        self.switchboard.find_wanted(key, &mut self.wanted);
        let Some(publication) = self.switchboard.publications.get_mut(key) else { return };
        if !publication.interest.note(&self.wanted, now) {
            return;
        }
        let Some(peer) = self.peers.get(publication.peer).map(|peer| peer.id.clone()) else { return };
        let names = publication.encodings.iter().map(|encoding| encoding.rid.clone());
        let encodings = names.zip(publication.interest.all()).collect();
        let publication = publication.id.clone();
        self.switchboard.events.push_back(Event::EncodingsWanted { peer, publication, encodings });
    }
}
