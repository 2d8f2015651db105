//! Which encodings of a Publication fit a wish: the one to show now, and those to ask the publisher for.

use super::Switchboard;
use crate::arena::{Arena, Key};
use crate::publication::Publication;
use crate::slot::{Affordable, SlotOutput};
use crate::stream::Stream;
use crate::time::Instant;

/// The lowest stream at least as high as wished, or the highest there is, among those that flow and fit, and that the
/// receiver can decode.
///
/// Streams whose height is not known yet count only where none is known; when nothing flows at all, the choice is among
/// all of them.
pub(super) fn choose_stream(
    publication: &Publication,
    streams: &Arena<Stream>,
    output: &SlotOutput,
    affordable: &Affordable,
    now: Instant,
) -> Option<Key<Stream>> {
    let begun = || publication.streams_lowest_first().filter_map(|key| Some((key, streams.get(key)?)));
    let all = || begun().filter(|(_, stream)| output.can_carry(publication, stream.payload_type));
    let anything_flows = all().any(|(_, stream)| stream.is_flowing(now));
    let candidates = || {
        let fits = |stream: &Stream| stream.lowest_height().is_none_or(|height| height <= affordable.height_limit);
        all().filter(move |(_, stream)| (!anything_flows || stream.is_flowing(now)) && fits(stream))
    };
    let known = || candidates().filter_map(|(key, stream)| Some((key, stream.height?)));
    let high_enough = known().find(|(_, height)| *height >= affordable.wish.max_height);
    high_enough.or_else(|| known().last()).map(|(key, _)| key).or_else(|| candidates().next().map(|(key, _)| key))
}

impl Switchboard {
    /// Whether each encoding of a Publication is wanted by one of its Slots.
    pub(crate) fn find_wanted(&self, key: Key<Publication>, wanted: &mut Vec<bool>) {
        wanted.clear();
        let Some(publication) = self.publications.get(key) else { return };
        wanted.resize(publication.streams.len(), false);
        if publication.is_paused {
            return;
        }
        for slot in publication.slots.iter().filter_map(|slot| self.slots.get(*slot)) {
            // What it shows, or is about to, goes on until there is something better.
            let shown = |stream: &Option<Key<Stream>>| stream.is_some() && [slot.current, slot.target].contains(stream);
            for (place, _) in publication.streams.iter().enumerate().filter(|(_, stream)| shown(stream)) {
                mark(wanted, place);
            }
            if slot.wanted == Some(key)
                && slot.refused != Some(key)
                && let Some(affordable) = slot.affordable()
            {
                want_fitting(publication, &self.streams, affordable.aim, wanted);
            }
        }
    }
}

/// The lowest encoding at least so high, and those of which it is not known how high they are.
fn want_fitting(publication: &Publication, streams: &Arena<Stream>, height: u32, wanted: &mut [bool]) {
    let heights = || {
        let height_of = |stream: &Option<Key<Stream>>| stream.and_then(|stream| streams.get(stream))?.height;
        publication.streams.iter().map(height_of).enumerate()
    };
    let fitting = heights().find(|(_, known)| known.is_some_and(|known| known >= height)).map(|(place, _)| place);
    let end = fitting.map_or(wanted.len(), |fitting| fitting + 1);
    heights().take(end).filter(|(_, known)| known.is_none()).for_each(|(place, _)| mark(wanted, place));
    let highest = || heights().rfind(|(_, known)| known.is_some()).map(|(place, _)| place);
    if let Some(place) = fitting.or_else(highest) {
        mark(wanted, place);
    }
}

fn mark(wanted: &mut [bool], place: usize) {
    if let Some(wanted) = wanted.get_mut(place) {
        *wanted = true;
    }
}
