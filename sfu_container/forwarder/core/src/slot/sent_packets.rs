//! What a Slot sent lately, to answer NACKs: not the packets, only where they are and how they were numbered.

use std::num::NonZeroU32;
use std::time::Duration;

use super::continuity::Place;
use crate::arena::Key;
use crate::stream::Stream;
use crate::time::Instant;

/// Between two repetitions of a packet: receivers ask again before the first one can have reached them.
const MIN_RESEND: Duration = Duration::from_millis(20);

/// What a packet got when it left. A repetition without RTX must be the same byte for byte.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Departed {
    pub(crate) transport_sequence: u16,
    pub(crate) at: Instant,
    /// In bytes, with padding, before protection.
    pub(crate) len: usize,
}

/// A packet that was sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SentPacket {
    pub(crate) stream: Key<Stream>,
    /// Its number in the stream; `None` for padding, which is not from there.
    pub(crate) index: Option<u64>,
    pub(crate) place: Place,
    pub(crate) is_last_of_picture: bool,
    /// How it left; `None` where that need not be known, or it did not.
    pub(crate) departed: Option<Departed>,
}

/// What is kept of a packet: half a cache line, for every packet to every viewer is written down.
#[derive(Clone, Copy)]
struct Entry {
    stream: Key<Stream>,
    /// [`NO_INDEX`] for padding.
    index: u64,
    timestamp: u32,
    resent_at: Option<Moment>,
    sequence: u16,
    picture_id: u16,
    tl0_index: u8,
    is_last_of_picture: bool,
}

const NO_INDEX: u64 = u64::MAX;

/// Microseconds modulo 2^32, which is more than an hour; never zero.
type Moment = NonZeroU32;

/// The last packets by sequence number. Its memory is taken with the first one.
pub(crate) struct SentPackets {
    capacity: usize,
    packets: Vec<Option<Entry>>,
    /// At the same places; empty where it need not be known.
    departures: Vec<Option<Departed>>,
}

impl SentPackets {
    pub(crate) fn new(capacity: usize) -> Self {
        // A power of two, so that neighbours never meet where the sequence numbers wrap.
        let capacity = capacity.clamp(1, 1 << 15).next_power_of_two();
        Self { capacity, packets: Vec::new(), departures: Vec::new() }
    }

    /// Keeps a packet instead of the one sent `capacity` numbers before.
    pub(crate) fn store(&mut self, stream: Key<Stream>, index: Option<u64>, place: Place, is_last_of_picture: bool) {
        if self.packets.is_empty() {
            self.packets.resize(self.capacity, None);
        }
        let Place { sequence, timestamp, picture_id, tl0_index } = place;
        let at = self.place_of(sequence);
        if let Some(packet) = self.packets.get_mut(at) {
            let index = index.unwrap_or(NO_INDEX);
            let resent_at = None;
            *packet = Some(Entry {
                stream,
                index,
                timestamp,
                resent_at,
                sequence,
                picture_id,
                tl0_index,
                is_last_of_picture,
            });
        }
        if let Some(departed) = self.departures.get_mut(at) {
            *departed = None;
        }
    }

    /// A packet was not sent.
    pub(crate) fn forget(&mut self, sequence: u16) {
        let at = self.place_of(sequence);
        if let Some(packet) = self.packets.get_mut(at) {
            *packet = packet.filter(|packet| packet.sequence != sequence);
        }
    }

    /// Notes how a packet left.
    pub(crate) fn note_departure(&mut self, sequence: u16, departed: Departed) {
        if self.departures.is_empty() {
            self.departures.resize(self.capacity, None);
        }
        let at = self.place_of(sequence);
        let is_kept = self.packets.get(at).is_some_and(|packet| packet.is_some_and(|kept| kept.sequence == sequence));
        if let Some(place) = self.departures.get_mut(at).filter(|_| is_kept) {
            *place = Some(departed);
        }
    }

    /// What was sent cannot be made again byte for byte any more.
    pub(crate) fn forget_departures(&mut self) {
        self.departures.fill(None);
    }

    /// A packet to send again; `None` when it is not kept or was sent again a moment ago.
    pub(crate) fn take_for_resend(&mut self, sequence: u16, now: Instant) -> Option<SentPacket> {
        let at = self.place_of(sequence);
        let packet = self.packets.get_mut(at)?.as_mut().filter(|packet| packet.sequence == sequence)?;
        let moment = to_moment(now);
        if packet.resent_at.is_some_and(|before| time_between(before, moment) < MIN_RESEND) {
            return None;
        }
        packet.resent_at = Some(moment);
        let Entry { timestamp, picture_id, tl0_index, .. } = *packet;
        Some(SentPacket {
            stream: packet.stream,
            index: Some(packet.index).filter(|index| *index != NO_INDEX),
            place: Place { sequence, timestamp, picture_id, tl0_index },
            is_last_of_picture: packet.is_last_of_picture,
            departed: self.departures.get(at).copied().flatten(),
        })
    }

    fn place_of(&self, sequence: u16) -> usize {
        usize::from(sequence) & (self.capacity - 1)
    }
}

fn to_moment(now: Instant) -> Moment {
    // Modulo 2^32 is meant.
    Moment::new(now.as_micros() as u32).unwrap_or(Moment::MIN)
}

fn time_between(before: Moment, after: Moment) -> Duration {
    Duration::from_micros(after.get().wrapping_sub(before.get()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_half_a_cache_line() {
        assert_eq!(size_of::<Option<Entry>>(), 32);
    }

    #[test]
    fn the_time_since_a_repetition_is_known_where_its_clock_wraps() {
        let at = |micros: u64| to_moment(Instant::from_micros((1 << 32) + micros));
        let before = to_moment(Instant::from_micros((1 << 32) - 5_000));
        assert_eq!(time_between(before, at(15_000)), MIN_RESEND);
        assert_eq!(time_between(before, at(0)), Duration::from_micros(5_001), "zero is never used");
    }
}
