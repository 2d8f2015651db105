//! How often values fell into which range.

const MAX_BOUNDS: usize = 15;

/// Counts of values up to each of a few bounds, and of those above all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    bounds: &'static [f64],
    /// One more than there are bounds are used.
    counts: [u64; MAX_BOUNDS + 1],
    sum: f64,
}

impl Histogram {
    /// Rising `bounds`, each of which belongs to the range below it.
    pub(crate) const fn new(bounds: &'static [f64]) -> Self {
        assert!(bounds.len() <= MAX_BOUNDS);
        Self { bounds, counts: [0; MAX_BOUNDS + 1], sum: 0.0 }
    }

    pub(crate) fn observe(&mut self, value: f64) {
        let range = self.bounds.partition_point(|bound| *bound < value);
        if let Some(count) = self.counts.get_mut(range) {
            *count += 1;
            self.sum += value;
        }
    }

    /// For each bound how many values were not above it; the last bound is infinite.
    pub fn cumulative(&self) -> impl Iterator<Item = (f64, u64)> {
        let bounds = self.bounds.iter().copied().chain([f64::INFINITY]);
        bounds.zip(&self.counts).scan(0, |total, (bound, count)| {
            *total += count;
            Some((bound, *total))
        })
    }

    /// Of all values.
    pub const fn sum(&self) -> f64 {
        self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_count_up_to_each_bound_that_is_not_below_them() {
        let mut histogram = Histogram::new(&[0.0, 0.1, 0.5]);
        [0.0, 0.1, 0.2, 7.0].into_iter().for_each(|value| histogram.observe(value));
        let counts: Vec<(f64, u64)> = histogram.cumulative().collect();
        assert_eq!(counts, [(0.0, 1), (0.1, 2), (0.5, 3), (f64::INFINITY, 4)]);
        assert!((histogram.sum() - 7.3).abs() < 1e-9);
    }
}
