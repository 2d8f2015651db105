//! Which encodings of a Publication somebody receives, so that its publisher need not send the others (dynacast).
//!
//! An encoding is wanted again at once, and no longer wanted when nobody has wanted it for a while: people look around.

use std::time::Duration;

use crate::time::Instant;

/// How long an encoding goes on after the last one who wanted it.
const LINGER: Duration = Duration::from_secs(5);
/// Until then a publisher that was told to send an encoding again does so.
const START: Duration = Duration::from_secs(2);

#[derive(Clone, Copy)]
struct Interest {
    is_on: bool,
    wanted_at: Instant,
    resumed_at: Option<Instant>,
}

/// What the publisher has been told of each encoding, the lowest first. At first all are wanted.
pub(crate) struct EncodingInterest(Vec<Interest>);

impl EncodingInterest {
    pub(crate) fn new(encodings: usize, now: Instant) -> Self {
        Self(vec![Interest { is_on: true, wanted_at: now, resumed_at: None }; encodings])
    }

    /// Notes which encodings are wanted now. True when the publisher has to be told something else.
    pub(crate) fn note(&mut self, wanted: &[bool], now: Instant) -> bool {
        let mut has_changed = false;
        for (interest, is_wanted) in self.0.iter_mut().zip(wanted) {
            if *is_wanted {
                interest.wanted_at = now;
            }
            let is_on = now - interest.wanted_at < LINGER;
            if is_on && !interest.is_on {
                interest.resumed_at = Some(now);
            }
            has_changed |= is_on != interest.is_on;
            interest.is_on = is_on;
        }
        has_changed
    }

    /// Whether each encoding is wanted.
    pub(crate) fn all(&self) -> impl Iterator<Item = bool> {
        self.0.iter().map(|interest| interest.is_on)
    }

    /// Whether an encoding that does not flow would soon if somebody wanted it.
    pub(crate) fn can_begin(&self, encoding: usize, now: Instant) -> bool {
        self.0.get(encoding).is_some_and(|interest| {
            !interest.is_on || interest.resumed_at.is_some_and(|resumed_at| now - resumed_at < START)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_micros(millis * 1_000)
    }

    #[test]
    fn an_encoding_is_left_out_five_seconds_after_the_last_who_wanted_it_and_resumed_at_once() {
        let mut interest = EncodingInterest::new(2, at(0));
        assert!(!interest.note(&[true, true], at(1_000)));
        assert!(!interest.note(&[true, false], at(5_900)));
        assert!(interest.note(&[true, false], at(6_000)));
        assert!(interest.all().eq([true, false]));
        assert!(!interest.note(&[true, false], at(7_000)), "it is told once");
        assert!(interest.note(&[true, true], at(7_100)));
        assert!(interest.all().eq([true, true]));
    }

    #[test]
    fn what_is_left_out_can_begin_and_what_was_asked_for_in_vain_cannot() {
        let mut interest = EncodingInterest::new(1, at(0));
        assert!(!interest.can_begin(0, at(0)), "it was wanted from the start, and does not come");
        interest.note(&[false], at(6_000));
        assert!(interest.can_begin(0, at(6_000)));
        interest.note(&[true], at(7_000));
        assert!(interest.can_begin(0, at(8_900)));
        assert!(!interest.can_begin(0, at(9_100)));
    }
}
