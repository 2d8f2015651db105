//! What the path carried when it was over-used (draft-ietf-rmcat-gcc-02, section 5.5: the average of R_hat near
//! convergence).

const SMOOTHING: f64 = 0.05;
const INITIAL_VARIANCE: f64 = 0.4;
const MIN_VARIANCE: f64 = 0.4;
const MAX_VARIANCE: f64 = 2.5;
const BOUND_DEVIATIONS: f64 = 3.0;

/// The average of the rates at over-use, in kilobit per second; the variance is relative to it.
#[derive(Debug, Clone, Default)]
pub struct LinkCapacity {
    average: Option<Average>,
}

#[derive(Debug, Clone, Copy)]
struct Average {
    kilobits: f64,
    variance: f64,
}

impl LinkCapacity {
    /// Whether a capacity is known.
    pub const fn is_known(&self) -> bool {
        self.average.is_some()
    }

    /// The capacity in bits per second.
    pub fn bits_per_second(&self) -> Option<f64> {
        self.average.map(|average| average.kilobits * 1_000.0)
    }

    /// Adds the rate in bits per second that arrived while the path was over-used.
    pub fn add(&mut self, bits_per_second: f64) {
        let sample = bits_per_second / 1_000.0;
        let before = self.average.unwrap_or(Average { kilobits: sample, variance: INITIAL_VARIANCE });
        let kilobits = (1.0 - SMOOTHING) * before.kilobits + SMOOTHING * sample;
        let error = kilobits - sample;
        let variance = (1.0 - SMOOTHING) * before.variance + SMOOTHING * error * error / kilobits.max(1.0);
        self.average = Some(Average { kilobits, variance: variance.clamp(MIN_VARIANCE, MAX_VARIANCE) });
    }

    /// Forgets a capacity that a rate in bits per second shows to be another one by now.
    pub fn forget_unless_near(&mut self, bits_per_second: f64) {
        let is_far = |average: Average| {
            let deviation = (average.variance * average.kilobits).sqrt();
            (bits_per_second / 1_000.0 - average.kilobits).abs() > BOUND_DEVIATIONS * deviation
        };
        self.average = self.average.filter(|average| !is_far(*average));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_follows_small_changes_and_forgets_at_large_ones() {
        let mut capacity = LinkCapacity::default();
        assert_eq!(capacity.bits_per_second(), None);
        capacity.add(1e6);
        capacity.add(1.1e6);
        let known = capacity.bits_per_second().unwrap();
        assert!((1.0e6..1.01e6).contains(&known), "{known}");
        capacity.forget_unless_near(1.04e6);
        assert!(capacity.is_known());
        capacity.forget_unless_near(2e6);
        assert!(!capacity.is_known());
    }
}
