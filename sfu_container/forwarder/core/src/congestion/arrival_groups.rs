//! Groups packets that were sent in a burst, and compares how far apart two groups were sent and arrived
//! (draft-ietf-rmcat-gcc-02, sections 5.2 and 5.3).

use super::feedback::Arrival;

/// Packets sent within this time are one group.
const BURST_MICROS: i64 = 5_000;
/// A group that the network pushed together does not last longer.
const MAX_BURST_MICROS: i64 = 100_000;
/// So many groups in a row that arrive before their predecessor mean that the receiver's clock was set.
const MAX_REORDERED: u32 = 3;
/// A gap on the receiver's side that is so much longer than on ours means the same.
const MAX_CLOCK_JUMP_MICROS: i64 = 3_000_000;

/// How one group follows another, in microseconds. The delay grew by `arrived - sent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupDelta {
    /// From the last packet of one group to that of the other, when sent.
    pub sent_micros: i64,
    /// The same when they arrived.
    pub arrived_micros: i64,
    /// When the later group was complete, on the clock of the receiver.
    pub at_micros: i64,
}

#[derive(Debug, Clone, Copy)]
struct Group {
    first_sent: i64,
    last_sent: i64,
    first_arrived: i64,
    last_arrived: i64,
}

impl Group {
    const fn of(sent: i64, arrived: i64) -> Self {
        Self { first_sent: sent, last_sent: sent, first_arrived: arrived, last_arrived: arrived }
    }

    /// Whether a packet was sent together with these, or queued up with them on the way.
    const fn takes(&self, sent: i64, arrived: i64) -> bool {
        let since_last = arrived - self.last_arrived;
        let came_closer = since_last < sent - self.last_sent || sent == self.last_sent;
        let is_queued = since_last <= BURST_MICROS && arrived - self.first_arrived < MAX_BURST_MICROS;
        sent - self.first_sent <= BURST_MICROS || (came_closer && is_queued)
    }
}

/// The group that is growing and the one before it.
#[derive(Debug, Clone, Default)]
pub struct ArrivalGroups {
    current: Option<Group>,
    previous: Option<Group>,
    reordered: u32,
}

impl ArrivalGroups {
    /// Adds a packet, the earliest arrival first. When it begins a new group, tells how the last two follow each other.
    pub fn add(&mut self, arrival: &Arrival) -> Option<GroupDelta> {
        let sent = micros(arrival);
        let arrived = arrival.arrived_micros;
        let Some(current) = &mut self.current else {
            self.current = Some(Group::of(sent, arrived));
            return None;
        };
        if sent < current.first_sent {
            // Overtaken by a later group: it says nothing of the queue now.
            return None;
        }
        if current.takes(sent, arrived) {
            current.last_sent = current.last_sent.max(sent);
            current.last_arrived = arrived;
            return None;
        }
        let complete = *current;
        self.current = Some(Group::of(sent, arrived));
        let previous = self.previous.replace(complete)?;
        self.compare(&previous, &complete)
    }

    fn compare(&mut self, previous: &Group, complete: &Group) -> Option<GroupDelta> {
        let sent_micros = complete.last_sent - previous.last_sent;
        let arrived_micros = complete.last_arrived - previous.last_arrived;
        if arrived_micros - sent_micros > MAX_CLOCK_JUMP_MICROS {
            *self = Self::default();
            return None;
        }
        if arrived_micros < 0 {
            self.reordered += 1;
            if self.reordered >= MAX_REORDERED {
                *self = Self::default();
            }
            return None;
        }
        self.reordered = 0;
        Some(GroupDelta { sent_micros, arrived_micros, at_micros: complete.last_arrived })
    }
}

fn micros(arrival: &Arrival) -> i64 {
    arrival.packet.sent_at.as_micros().cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::congestion::send_history::SentPacket;
    use crate::time::Instant;

    fn add(groups: &mut ArrivalGroups, sent_millis: u64, arrived_millis: i64) -> Option<GroupDelta> {
        let sent_at = Instant::from_micros(sent_millis * 1_000);
        let packet = SentPacket { sent_at, bytes: 1_000, probe: None };
        groups.add(&Arrival { packet, arrived_micros: arrived_millis * 1_000 })
    }

    #[test]
    fn packets_of_a_burst_count_as_one() {
        let mut groups = ArrivalGroups::default();
        for (sent, arrived) in [(0, 50), (2, 53), (5, 56), (20, 70), (22, 74)] {
            assert_eq!(add(&mut groups, sent, arrived), None);
        }
        let delta = add(&mut groups, 40, 95);
        assert_eq!(delta, Some(GroupDelta { sent_micros: 17_000, arrived_micros: 18_000, at_micros: 74_000 }));
    }

    #[test]
    fn packets_that_arrive_back_to_back_were_queued_together() {
        let mut groups = ArrivalGroups::default();
        add(&mut groups, 0, 50);
        for sent in [20, 40, 60] {
            assert_eq!(add(&mut groups, sent, 150), None);
        }
        add(&mut groups, 80, 151);
        let delta = add(&mut groups, 300, 360).unwrap();
        assert_eq!((delta.sent_micros, delta.arrived_micros), (80_000, 101_000));
    }

    #[test]
    fn an_overtaken_packet_is_passed_over() {
        let mut groups = ArrivalGroups::default();
        add(&mut groups, 0, 50);
        add(&mut groups, 20, 70);
        assert_eq!(add(&mut groups, 10, 71), None);
        let delta = add(&mut groups, 40, 90).unwrap();
        assert_eq!((delta.sent_micros, delta.arrived_micros), (20_000, 20_000));
    }

    #[test]
    fn a_clock_that_was_set_begins_anew() {
        let mut groups = ArrivalGroups::default();
        add(&mut groups, 0, 50);
        add(&mut groups, 20, 70);
        add(&mut groups, 40, 9_000_000);
        assert_eq!(add(&mut groups, 60, 9_000_020), None);
        assert!(groups.previous.is_none());
    }
}
