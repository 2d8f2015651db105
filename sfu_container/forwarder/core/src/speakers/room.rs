//! What a room knows of its speakers.

use std::time::Duration;

use super::ranking::{Dominance, HEARD_LEVEL, Level, MARGIN, Ranking};
use crate::arena::{Arena, Key};
use crate::event::Event;
use crate::negotiated::Id;
use crate::peer::Peer;
use crate::publication::Publication;
use crate::time::Instant;

/// dB; level changes below it are not told.
const NOTABLE_CHANGE: u8 = 5;

/// A room in which Peers hear the loudest others in their audio Slots.
pub(crate) struct Room {
    pub(crate) name: Id,
    pub(crate) members: Vec<Key<Peer>>,
    ranking: Ranking,
    dominance: Dominance,
    told: Vec<Level>,
    told_dominant: Option<Key<Publication>>,
    told_at: Option<Instant>,
}

impl Room {
    pub(crate) fn new(name: Id) -> Self {
        Self {
            name,
            members: Vec::new(),
            ranking: Ranking::default(),
            dominance: Dominance::default(),
            told: Vec::new(),
            told_dominant: None,
            told_at: None,
        }
    }

    /// Takes the levels of all Publications; whether their order is another one now.
    pub(crate) fn rank(&mut self, levels: &[Level]) -> bool {
        self.ranking.update(levels)
    }

    /// The Publications, loudest first, in an order that does not flutter.
    pub(crate) fn ranked(&self) -> impl Iterator<Item = Key<Publication>> {
        self.ranking.order().iter().map(|(publication, _)| *publication)
    }

    /// What is worth telling of the levels now.
    pub(crate) fn tell(
        &mut self,
        levels: &[Level],
        publications: &Arena<Publication>,
        interval: Duration,
        now: Instant,
    ) -> Option<Event> {
        let dominant = self.dominance.update(levels, now);
        if self.told_at.is_some_and(|told_at| now - told_at < interval) {
            return None;
        }
        let was_heard = |publication| self.told.iter().any(|(told, _)| *told == publication);
        let bar = |publication| HEARD_LEVEL + if was_heard(publication) { MARGIN } else { 0 };
        let heard = || levels.iter().filter(|(publication, level)| *level <= bar(*publication));
        if !self.is_notable(heard(), dominant) {
            return None;
        }
        let mut heard: Vec<Level> = heard().copied().collect();
        heard.sort_by_key(|(_, level)| *level);
        let name_of = |publication| publications.get(publication).map(|publication| publication.id.clone());
        let event = Event::SpeakersChanged {
            room: self.name.clone(),
            levels: heard.iter().filter_map(|(publication, level)| Some((name_of(*publication)?, *level))).collect(),
            dominant: dominant.and_then(name_of),
        };
        (self.told, self.told_dominant, self.told_at) = (heard, dominant, Some(now));
        Some(event)
    }

    fn is_notable<'a>(&self, heard: impl Iterator<Item = &'a Level>, dominant: Option<Key<Publication>>) -> bool {
        let mut same = 0;
        for (publication, level) in heard {
            match self.told.iter().find(|(told, _)| told == publication) {
                Some((_, told)) if told.abs_diff(*level) < NOTABLE_CHANGE => same += 1,
                _ => return true,
            }
        }
        same != self.told.len() || dominant != self.told_dominant
    }
}
