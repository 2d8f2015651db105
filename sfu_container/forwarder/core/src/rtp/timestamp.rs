//! Arithmetic modulo 2^32 on RTP timestamps.

use std::time::Duration;

/// The signed way from one timestamp to another in clock ticks, the shorter way round.
pub const fn distance(from: u32, to: u32) -> i32 {
    to.wrapping_sub(from).cast_signed()
}

/// Whether `candidate` comes after `reference`.
pub const fn is_newer(candidate: u32, reference: u32) -> bool {
    distance(reference, candidate) > 0
}

/// How many ticks of a clock of `clock_rate` hertz fit into `duration`, modulo 2^32: what to add to a timestamp.
pub const fn ticks(duration: Duration, clock_rate: u32) -> u32 {
    let ticks = duration.as_nanos() * clock_rate as u128 / 1_000_000_000;
    // Modulo 2^32 is meant.
    ticks as u32
}

/// Extends the timestamps of one stream to 64 bits.
#[derive(Debug, Clone, Default)]
pub struct Unwrapper {
    highest: Option<u64>,
}

impl Unwrapper {
    /// The extended timestamp in clock ticks. The first one lies in cycle 1, so that late ones have room below.
    pub fn unwrap(&mut self, timestamp: u32) -> u64 {
        let first = (1 << 32) + u64::from(timestamp);
        let extended = self.highest.map_or(first, |highest| {
            // The low 32 bits.
            let from = (highest & 0xffff_ffff) as u32;
            highest.saturating_add_signed(distance(from, timestamp).into())
        });
        self.highest = self.highest.max(Some(extended));
        extended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparison_goes_the_shorter_way_round() {
        assert!(is_newer(100, u32::MAX - 100));
        assert!(!is_newer(u32::MAX, 0));
        assert_eq!(distance(u32::MAX, 9), 10);
    }

    #[test]
    fn a_duration_becomes_ticks_of_the_codec_clock() {
        assert_eq!(ticks(Duration::from_millis(20), 48_000), 960);
        assert_eq!(ticks(Duration::from_secs(50_000), 90_000), 205_032_704);
    }

    #[test]
    fn a_wrap_and_a_late_packet_before_it_keep_their_cycles() {
        let mut unwrapper = Unwrapper::default();
        let first = unwrapper.unwrap(u32::MAX - 1);
        assert_eq!(unwrapper.unwrap(3_000), first + 3_002);
        assert_eq!(unwrapper.unwrap(u32::MAX), first + 1);
    }
}
