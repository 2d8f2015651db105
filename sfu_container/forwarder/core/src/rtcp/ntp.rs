//! NTP timestamps, which tie RTP timestamps of several streams together (RFC 3550, section 4).

use std::time::Duration;

/// Seconds from 1900 to 1970.
const UNIX_EPOCH: u64 = 2_208_988_800;
const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// Seconds since 1900 with 32 fractional bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NtpTime(pub u64);

impl NtpTime {
    /// The NTP time of a time since 1970.
    pub const fn from_unix(since_epoch: Duration) -> Self {
        let fraction = ((since_epoch.subsec_nanos() as u128) << 32) / NANOS_PER_SECOND;
        // Less than 2^32. The seconds are to wrap in 2036.
        Self((since_epoch.as_secs().wrapping_add(UNIX_EPOCH) << 32) | fraction as u64)
    }

    /// The middle 32 bits: seconds modulo 2^16 with 16 fractional bits, as report blocks carry them.
    pub const fn middle_bits(self) -> u32 {
        // Cutting the upper bits off is meant.
        (self.0 >> 16) as u32
    }
}

/// The round trip time that a report block tells of (RFC 3550, section 6.4.1): `arrival` is when it came, the other
/// two are its fields. `None` where the peer had no Sender Report yet; zero where clocks make it negative.
pub fn round_trip(arrival: NtpTime, last_sender_report: u32, delay: u32) -> Option<Duration> {
    if last_sender_report == 0 {
        return None;
    }
    let elapsed = arrival.middle_bits().wrapping_sub(last_sender_report).wrapping_sub(delay).cast_signed();
    let fixed_point = u64::try_from(elapsed).unwrap_or(0);
    Some(Duration::from_nanos((fixed_point * 1_000_000_000) >> 16))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3550, section 6.4.1, figure 2.
    #[test]
    fn the_round_trip_of_the_published_example_is_reproduced() {
        let last_sender_report = NtpTime(0xb44d_b705_2000_0000).middle_bits();
        let arrival = NtpTime(0xb44d_b710_8000_0000);
        assert_eq!(round_trip(arrival, last_sender_report, 0x0005_4000), Some(Duration::from_millis(6_125)));
    }

    #[test]
    fn a_round_trip_is_never_negative() {
        assert_eq!(round_trip(NtpTime(0x0001_0000_0000_0000), 0x0001_0000, 1), Some(Duration::ZERO));
    }

    #[test]
    fn without_a_sender_report_there_is_no_round_trip() {
        assert_eq!(round_trip(NtpTime(1 << 40), 0, 0), None);
    }

    #[test]
    fn unix_time_becomes_ntp_time() {
        let time = NtpTime::from_unix(Duration::from_millis(1_500));
        assert_eq!(time, NtpTime((2_208_988_801 << 32) | 0x8000_0000));
    }
}
