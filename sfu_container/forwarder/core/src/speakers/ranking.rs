//! Who is loudest: an order that does not flutter, and the one who has the floor.

use std::time::Duration;

use crate::arena::Key;
use crate::fast_hash::FastMap;
use crate::publication::Publication;
use crate::time::Instant;

/// dB by which somebody has to be louder to overtake.
pub(crate) const MARGIN: u8 = 6;
/// -dBov; what is quieter is background.
pub(crate) const HEARD_LEVEL: u8 = 65;
/// How long somebody has to be louder to take the floor.
const DOMINANCE: Duration = Duration::from_millis(400);

/// A Publication and its level in -dBov.
pub(crate) type Level = (Key<Publication>, u8);

/// Publications, loudest first. One overtakes the next only by being clearly louder, so silence changes nothing.
#[derive(Default)]
pub(crate) struct Ranking {
    order: Vec<Level>,
    /// The levels by Publication while they are taken, kept for its room.
    levels: FastMap<Key<Publication>, u8>,
}

impl Ranking {
    pub(crate) fn order(&self) -> &[Level] {
        &self.order
    }

    /// Takes the levels of all Publications, of which new ones begin at the end; whether the order changed.
    pub(crate) fn update(&mut self, levels: &[Level]) -> bool {
        self.levels.clear();
        self.levels.extend(levels.iter().copied());
        let before = self.order.len();
        self.order.retain_mut(|(publication, level)| {
            let now = self.levels.remove(publication);
            now.inspect(|new| *level = *new).is_some()
        });
        let mut has_changed = self.order.len() < before || !self.levels.is_empty();
        let is_new = |(publication, _): &&Level| self.levels.contains_key(publication);
        self.order.extend(levels.iter().filter(is_new));
        for start in 1..self.order.len() {
            let overtakes = |order: &[Level], position: usize| match order.get(position - 1..=position) {
                Some([(_, before), (_, after)]) => after.saturating_add(MARGIN) <= *before,
                _ => false,
            };
            let mut position = start;
            while position > 0 && overtakes(&self.order, position) {
                self.order.swap(position - 1, position);
                position -= 1;
                has_changed = true;
            }
        }
        has_changed
    }
}

/// Who has the floor: until somebody else is clearly louder, or the only one heard, for a while.
#[derive(Default)]
pub(crate) struct Dominance {
    dominant: Option<Key<Publication>>,
    challenge: Option<(Key<Publication>, Instant)>,
}

impl Dominance {
    /// Who has the floor now; nobody before anybody was heard, or when the last one is gone.
    pub(crate) fn update(&mut self, levels: &[Level], now: Instant) -> Option<Key<Publication>> {
        let level_of = |wanted| levels.iter().find(|(publication, _)| *publication == wanted).map(|(_, level)| *level);
        self.dominant = self.dominant.filter(|dominant| level_of(*dominant).is_some());
        let challenger = self.find_challenger(levels, self.dominant.and_then(level_of));
        self.challenge = match (challenger, self.challenge) {
            (Some(challenger), Some((same, since))) if same == challenger => Some((same, since)),
            (challenger, _) => challenger.map(|challenger| (challenger, now)),
        };
        if let Some((challenger, since)) = self.challenge
            && (self.dominant.is_none() || now - since >= DOMINANCE)
        {
            (self.dominant, self.challenge) = (Some(challenger), None);
        }
        self.dominant
    }

    fn find_challenger(&self, levels: &[Level], dominant_level: Option<u8>) -> Option<Key<Publication>> {
        let (loudest, level) = *levels.iter().min_by_key(|(_, level)| *level)?;
        if Some(loudest) == self.dominant || level > HEARD_LEVEL {
            return None;
        }
        match dominant_level {
            Some(dominant) if dominant <= HEARD_LEVEL && level + MARGIN > dominant => None,
            _ => Some(loudest),
        }
    }
}
