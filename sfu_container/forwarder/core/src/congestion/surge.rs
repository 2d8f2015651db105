//! Tells a sudden fall of the path's capacity from the first packets behind it.
//!
//! When a path falls to a sixth, every millisecond of sending adds five to its queue. The trend over many groups takes
//! several feedback intervals to be sure of that, and by then the queue is full. Here a few packets in a row suffice
//! whose delay grows faster than time passes: less than half of what was sent fits. Packets that the path held back
//! and then let go together (a pause of a radio link) wait less and less instead, and are not taken for a fall.

/// The delay grows by this at least.
const MIN_GROWTH_MICROS: i64 = 30_000;
/// After the first, so many packets show it.
const MIN_STEEP: usize = 2;
/// It still goes on over so many packets.
const RECENT: usize = 3;

/// One packet's time of sending, and of arrival minus sending, in microseconds on two clocks.
#[derive(Debug, Clone, Copy, Default)]
struct Point {
    sent: i64,
    one_way: i64,
}

/// Watches the packets of one path in the order of their arrival.
#[derive(Debug, Clone, Default)]
pub struct SurgeWatch {
    /// From where on the delay grows steeply.
    start: Option<Point>,
    steep: usize,
    /// The last packets, the newest last.
    recent: [Point; RECENT],
}

impl SurgeWatch {
    /// Adds a packet: when it was sent, and how much later it arrived on the receiver's clock, in microseconds.
    pub fn add(&mut self, sent_micros: i64, one_way_micros: i64) {
        let point = Point { sent: sent_micros, one_way: one_way_micros };
        self.recent.rotate_left(1);
        if let Some(last) = self.recent.last_mut() {
            *last = point;
        }
        match self.start {
            Some(start) if one_way_micros - start.one_way > sent_micros - start.sent => self.steep += 1,
            _ => (self.start, self.steep) = (Some(point), 0),
        }
    }

    /// Whether the last packets show a fall.
    pub fn is_surging(&self) -> bool {
        let [oldest, .., newest] = self.recent;
        self.start.is_some_and(|start| newest.one_way - start.one_way >= MIN_GROWTH_MICROS)
            && self.steep >= MIN_STEEP
            && newest.one_way - oldest.one_way > newest.sent - oldest.sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packets sent every 4 ms that take so long, in milliseconds.
    fn watch(delays: impl IntoIterator<Item = i64>) -> SurgeWatch {
        let mut watch = SurgeWatch::default();
        for (number, delay) in (0..).zip(delays) {
            watch.add(number * 4_000, delay * 1_000 - 7_000_000);
        }
        watch
    }

    #[test]
    fn a_fall_to_a_fifth_shows_within_a_few_packets() {
        assert!(!watch([25, 26, 25, 26, 41]).is_surging());
        assert!(watch([25, 26, 25, 26, 41, 57, 73]).is_surging());
    }

    #[test]
    fn packets_that_were_held_back_and_come_together_are_no_fall() {
        assert!(!watch([25, 26, 225, 221, 217, 213, 209]).is_surging());
        assert!(!watch([25, 26, 225, 221, 217, 213, 209, 25, 24, 26, 25]).is_surging());
    }

    #[test]
    fn slow_growth_and_jitter_are_left_to_the_trend() {
        assert!(!watch((0..200).map(|number| 25 + number)).is_surging());
        assert!(!watch((0..200).map(|number| 25 + number * 7 % 31)).is_surging());
    }
}
