//! What a Slot sent lately, to answer NACKs: not the packets, only where they are and how they were numbered.

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
    resent_at: Option<Instant>,
}

/// The last packets by sequence number. Its memory is taken with the first one.
pub(crate) struct SentPackets {
    capacity: usize,
    packets: Vec<Option<SentPacket>>,
}

impl SentPackets {
    pub(crate) fn new(capacity: usize) -> Self {
        // A power of two, so that neighbours never meet where the sequence numbers wrap.
        Self { capacity: capacity.clamp(1, 1 << 15).next_power_of_two(), packets: Vec::new() }
    }

    /// Keeps a packet instead of the one sent `capacity` numbers before.
    pub(crate) fn store(&mut self, stream: Key<Stream>, index: Option<u64>, place: Place, is_last_of_picture: bool) {
        if self.packets.is_empty() {
            self.packets.resize(self.capacity, None);
        }
        if let Some(packet) = self.packets.get_mut(usize::from(place.sequence) % self.capacity) {
            *packet = Some(SentPacket { stream, index, place, is_last_of_picture, departed: None, resent_at: None });
        }
    }

    /// A packet was not sent.
    pub(crate) fn forget(&mut self, sequence: u16) {
        if let Some(packet) = self.packets.get_mut(usize::from(sequence) % self.capacity) {
            *packet = packet.filter(|packet| packet.place.sequence != sequence);
        }
    }

    /// Notes how a packet left.
    pub(crate) fn note_departure(&mut self, sequence: u16, departed: Departed) {
        let packet = self.packets.get_mut(usize::from(sequence) % self.capacity).and_then(Option::as_mut);
        if let Some(packet) = packet.filter(|packet| packet.place.sequence == sequence) {
            packet.departed = Some(departed);
        }
    }

    /// What was sent cannot be made again byte for byte any more.
    pub(crate) fn forget_departures(&mut self) {
        self.packets.iter_mut().flatten().for_each(|packet| packet.departed = None);
    }

    /// A packet to send again; `None` when it is not kept or was sent again a moment ago.
    pub(crate) fn take_for_resend(&mut self, sequence: u16, now: Instant) -> Option<SentPacket> {
        let packet = self.packets.get_mut(usize::from(sequence) % self.capacity)?.as_mut()?;
        if packet.place.sequence != sequence || packet.resent_at.is_some_and(|at| now - at < MIN_RESEND) {
            return None;
        }
        packet.resent_at = Some(now);
        Some(*packet)
    }
}
