//! One unbroken stream out of many: sequence numbers, timestamps and picture numbers of what a Slot sends.
//!
//! Numbers of the incoming stream are shifted by constants that are chosen at each switch, so that they go on where the
//! last stream ended. Packets that are left out shift the sequence numbers of those behind them, so that receivers see no
//! gap; since packets may come out of order, the last few shifts are kept with the index from which each is valid. A
//! packet lost on the way here does leave a gap, which its recovery fills.

use std::collections::VecDeque;

use crate::media::{Descriptor, MediaPacket};
use crate::random::Random;
use crate::rtp::{sequence, timestamp};
use crate::time::Instant;

const KEPT_SHIFTS: usize = 64;

/// Where a packet goes in the outgoing stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) picture_id: u16,
    pub(crate) tl0_index: u8,
}

/// What to add, modulo the size of each number.
#[derive(Debug, Clone, Copy, Default)]
struct Shift {
    first_index: u64,
    sequence: u16,
    picture: u16,
}

pub(crate) struct Continuity {
    shifts: VecDeque<Shift>,
    timestamp_shift: u32,
    tl0_shift: u8,
    next_index: u64,
    skipped_picture: Option<u16>,
    last: Place,
    /// Of the newest packet of this stream that was not left out.
    last_index: Option<u64>,
    last_sent_at: Option<Instant>,
}

impl Continuity {
    pub(crate) fn new(random: &mut Random) -> Self {
        // RFC 3550, section 5.1: random beginnings. The sequence leaves room before SRTP's first rollover.
        let (numbers, start) = (random.next(), random.next());
        Self {
            shifts: VecDeque::new(),
            timestamp_shift: 0,
            tl0_shift: 0,
            next_index: 0,
            skipped_picture: None,
            last: Place {
                sequence: (numbers & 0x7fff) as u16,
                timestamp: (start & 0xffff_ffff) as u32,
                picture_id: ((numbers >> 16) & 0x7fff) as u16,
                tl0_index: ((numbers >> 32) & 0xff) as u8,
            },
            last_index: None,
            last_sent_at: None,
        }
    }

    /// Goes on with another stream; `first` is its first packet. Timestamps advance by the time that passed.
    pub(crate) fn begin(&mut self, first: &MediaPacket, clock_rate: u32, now: Instant) {
        let ticks = self.last_sent_at.map_or(0, |last| timestamp::ticks(now - last, clock_rate).max(1));
        self.timestamp_shift = self.last.timestamp.wrapping_add(ticks).wrapping_sub(first.header.timestamp);
        let next_picture = self.last.picture_id.wrapping_add(1);
        let picture = first.picture_id().map_or(0, |(value, _)| next_picture.wrapping_sub(value));
        if let Some(index) = first.tl0_index() {
            self.tl0_shift = self.last.tl0_index.wrapping_add(1).wrapping_sub(index);
        }
        let sequence = self.last.sequence.wrapping_add(1).wrapping_sub(low_bits(first.index));
        self.shifts.clear();
        self.shifts.push_back(Shift { first_index: first.index, sequence, picture });
        self.next_index = first.index;
        self.last_index = None;
        self.skipped_picture = None;
    }

    /// Where a packet goes; `None` when it is older than the switch.
    pub(crate) fn place(&mut self, media: &MediaPacket, now: Instant) -> Option<Place> {
        let place = self.shifted(media)?;
        self.next_index = self.next_index.max(media.index + 1);
        self.reach(place.sequence);
        // Later packets may have been left out, so that this one is the last of the media.
        if self.last_index.is_none_or(|last| media.index > last) {
            self.last_index = Some(media.index);
            self.last_sent_at = Some(now);
            self.last.timestamp = place.timestamp;
            if media.picture_id().is_some() {
                self.last.picture_id = place.picture_id;
            }
            if media.tl0_index().is_some() {
                self.last.tl0_index = place.tl0_index;
            }
        }
        Some(place)
    }

    /// Leaves a packet out. Returns the place that has to be filled with padding when later ones are out already.
    pub(crate) fn skip(&mut self, media: &MediaPacket) -> Option<Place> {
        if media.index < self.next_index {
            let place = self.shifted(media)?;
            self.reach(place.sequence);
            return Some(place);
        }
        let mut shift = self.shifts.back().copied()?;
        shift.first_index = media.index + 1;
        shift.sequence = shift.sequence.wrapping_sub(1);
        // VP8 pictures are counted without gaps. VP9 and AV1 refer to others by the difference of their numbers.
        if matches!(media.descriptor, Descriptor::Vp8(_))
            && let Some((picture, _)) = media.picture_id()
            && self.skipped_picture != Some(picture)
        {
            self.skipped_picture = Some(picture);
            shift.picture = shift.picture.wrapping_sub(1);
        }
        if self.shifts.len() == KEPT_SHIFTS {
            self.shifts.pop_front();
        }
        self.shifts.push_back(shift);
        self.next_index = media.index + 1;
        None
    }

    /// The place that a packet which did not come would have had; `None` where no later one is out.
    pub(crate) fn gap(&self, index: u64) -> Option<Place> {
        let shift = self.shift_of(index).filter(|_| index < self.next_index)?;
        let sequence = low_bits(index).wrapping_add(shift.sequence);
        (sequence::distance(self.last.sequence, sequence) < 0).then_some(Place { sequence, ..self.last })
    }

    /// The last place that was given.
    pub(crate) const fn last(&self) -> Place {
        self.last
    }

    /// The outgoing timestamp of an incoming one.
    pub(crate) const fn timestamp(&self, incoming: u32) -> u32 {
        incoming.wrapping_add(self.timestamp_shift)
    }

    /// Notes that a number is given away.
    const fn reach(&mut self, sequence: u16) {
        if sequence::distance(self.last.sequence, sequence) > 0 {
            self.last.sequence = sequence;
        }
    }

    fn shift_of(&self, index: u64) -> Option<&Shift> {
        self.shifts.iter().rev().find(|shift| index >= shift.first_index)
    }

    fn shifted(&self, media: &MediaPacket) -> Option<Place> {
        let shift = self.shift_of(media.index)?;
        Some(Place {
            sequence: low_bits(media.index).wrapping_add(shift.sequence),
            timestamp: self.timestamp(media.header.timestamp),
            picture_id: media.picture_id().map_or(0, |(value, mask)| value.wrapping_add(shift.picture) & mask),
            tl0_index: media.tl0_index().map_or(0, |index| index.wrapping_add(self.tl0_shift)),
        })
    }
}

/// The low 16 bits.
const fn low_bits(index: u64) -> u16 {
    (index & 0xffff) as u16
}
