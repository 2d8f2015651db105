//! What was sent under which transport-wide sequence number, until feedback tells its fate.

use std::collections::VecDeque;
use std::time::Duration;

use super::probe::ClusterId;
use crate::rtp::sequence;
use crate::time::Instant;

/// The most packets remembered: half a second at 200 Mbit/s, and a quarter of all sequence numbers.
const MAX_PACKETS: usize = 1 << 14;
/// No feedback comes so late.
const MAX_AGE: Duration = Duration::from_secs(4);
/// Numbers begin in cycle 1, so that feedback on what was never sent has room below.
const FIRST_SEQUENCE: u64 = 1 << 16;

/// A packet on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentPacket {
    /// When it was handed to the socket.
    pub sent_at: Instant,
    /// Its size in bytes with all headers that count for the network.
    pub bytes: u16,
    /// The probe that it belongs to.
    pub probe: Option<ClusterId>,
}

/// What feedback said first, or changed, of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// It arrived.
    Arrived,
    /// It did not arrive so far.
    Lost,
    /// It arrived after it had been called lost.
    Recovered,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Unknown,
    Arrived,
    Lost,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    packet: SentPacket,
    fate: Fate,
    /// What was sent until then and with it, in bytes.
    sent_bytes: u64,
}

/// The packets of the last seconds. It grows with the rate and then stays as it is, so that an idle Peer costs little.
#[derive(Debug, Clone, Default)]
pub struct SendHistory {
    entries: VecDeque<Entry>,
    /// The extended sequence number after that of the newest entry, counted from [`FIRST_SEQUENCE`].
    count: u64,
    /// What was ever sent, in bytes.
    sent_bytes: u64,
    /// What was sent up to the newest packet whose fate is known.
    settled_bytes: u64,
}

impl SendHistory {
    /// Remembers a packet and gives it the next transport-wide sequence number.
    pub fn record(&mut self, packet: SentPacket) -> u16 {
        let outdated = |entry: &Entry| packet.sent_at.since(entry.packet.sent_at) > MAX_AGE;
        while self.entries.len() >= MAX_PACKETS || self.entries.front().is_some_and(outdated) {
            self.entries.pop_front();
        }
        self.sent_bytes += u64::from(packet.bytes);
        self.entries.push_back(Entry { packet, fate: Fate::Unknown, sent_bytes: self.sent_bytes });
        let sequence = self.end();
        self.count += 1;
        // The low 16 bits go on the wire.
        (sequence & 0xffff) as u16
    }

    /// Notes what feedback says of a packet. `None` when it says nothing new, or the packet is unknown: forgotten or
    /// never sent.
    pub fn settle(&mut self, sequence_number: u16, arrived: bool) -> Option<(SentPacket, News)> {
        let extended = sequence::extend(Some(self.end()), sequence_number);
        let first = self.end() - self.entries.len() as u64;
        let place = usize::try_from(extended.checked_sub(first)?).ok()?;
        let entry = self.entries.get_mut(place)?;
        let news = match (entry.fate, arrived) {
            (Fate::Unknown, true) => News::Arrived,
            (Fate::Unknown, false) => News::Lost,
            (Fate::Lost, true) => News::Recovered,
            (Fate::Arrived, _) | (Fate::Lost, false) => return None,
        };
        entry.fate = if arrived { Fate::Arrived } else { Fate::Lost };
        self.settled_bytes = self.settled_bytes.max(entry.sent_bytes);
        Some((entry.packet, news))
    }

    /// What was sent after the newest packet whose fate is known.
    pub const fn bytes_in_flight(&self) -> u64 {
        self.sent_bytes - self.settled_bytes
    }

    const fn end(&self) -> u64 {
        FIRST_SEQUENCE + self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(millis: u64) -> SentPacket {
        SentPacket { sent_at: Instant::from_micros(millis * 1_000), bytes: 1_200, probe: None }
    }

    #[test]
    fn a_packet_is_found_by_its_number_also_after_a_wrap() {
        let mut history = SendHistory::default();
        for millis in 0..70_000 {
            assert_eq!(history.record(packet(millis)), (millis % 65_536) as u16);
        }
        let (found, news) = history.settle((69_000 % 65_536) as u16, true).unwrap();
        assert_eq!((found, news), (packet(69_000), News::Arrived));
    }

    #[test]
    fn a_fate_is_told_once_and_a_late_arrival_corrects_a_loss() {
        let mut history = SendHistory::default();
        let number = history.record(packet(0));
        assert_eq!(history.settle(number, false).unwrap().1, News::Lost);
        assert_eq!(history.settle(number, false), None);
        assert_eq!(history.settle(number, true).unwrap().1, News::Recovered);
        assert_eq!(history.settle(number, true), None);
        assert_eq!(history.settle(number, false), None, "what arrived stays so");
    }

    #[test]
    fn feedback_on_what_was_never_sent_or_long_ago_finds_nothing() {
        let mut history = SendHistory::default();
        assert_eq!(history.settle(7, true), None);
        history.record(packet(0));
        assert_eq!(history.settle(1, true), None);
        assert_eq!(history.settle(65_535, true), None);
        history.record(packet(5_000));
        assert_eq!(history.settle(0, true), None, "forgotten after four seconds");
        assert!(history.settle(1, true).is_some());
    }

    #[test]
    fn it_is_bounded() {
        let mut history = SendHistory::default();
        for _ in 0..MAX_PACKETS * 3 {
            history.record(packet(0));
        }
        assert_eq!(history.entries.len(), MAX_PACKETS);
    }
}
