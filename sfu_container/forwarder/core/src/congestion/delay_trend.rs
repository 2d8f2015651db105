//! Tells from the trend of the one-way delay whether more is sent than the path carries.
//!
//! The delay variation of each group is summed up and smoothed; a straight line is laid through the last sums over
//! their times of arrival. Its slope is the part of the sent rate that only fills a queue (the delay-based controller
//! of draft-ietf-rmcat-gcc-02, section 5, with the trendline filter of Google's implementation in place of the
//! Kalman filter). A threshold that follows the slopes (section 5.4) keeps room for jitter and for flows that compete.

use super::arrival_groups::GroupDelta;

/// How many groups the line is laid through.
const WINDOW: usize = 20;
const SMOOTHING: f64 = 0.9;
/// The slope is weighted by how many groups stand behind it, up to this.
const MAX_WEIGHT: f64 = 60.0;
const GAIN: f64 = 4.0;

const INITIAL_THRESHOLD_MILLIS: f64 = 12.5;
const MIN_THRESHOLD_MILLIS: f64 = 6.0;
const MAX_THRESHOLD_MILLIS: f64 = 600.0;
/// A trend that exceeds the threshold by more is an outlier, which the threshold does not follow.
const MAX_OUTLIER_MILLIS: f64 = 15.0;
const THRESHOLD_RISE_PER_MILLI: f64 = 0.0087;
const THRESHOLD_FALL_PER_MILLI: f64 = 0.039;
const MAX_THRESHOLD_STEP_MILLIS: f64 = 100.0;
/// Over-use must last so long, and longer than one group.
const OVERUSE_MILLIS: f64 = 10.0;

/// Whether the path is loaded beyond its capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Usage {
    /// The delay stays as it is.
    #[default]
    Normal,
    /// The delay grows: more is sent than the path carries.
    Over,
    /// The delay shrinks: a queue drains.
    Under,
}

#[derive(Debug, Clone, Copy, Default)]
struct Point {
    at_millis: f64,
    delay_millis: f64,
}

/// The over-use detector of one path.
#[derive(Debug, Clone)]
pub struct DelayTrend {
    points: [Point; WINDOW],
    count: usize,
    first_at_micros: i64,
    delay_millis: f64,
    smoothed_millis: f64,
    previous_slope: f64,
    overuse: Option<Overuse>,
    threshold: Threshold,
    usage: Usage,
}

#[derive(Debug, Clone, Copy)]
struct Overuse {
    millis: f64,
    groups: u32,
}

impl Default for DelayTrend {
    fn default() -> Self {
        Self {
            points: [Point::default(); WINDOW],
            count: 0,
            first_at_micros: 0,
            delay_millis: 0.0,
            smoothed_millis: 0.0,
            previous_slope: 0.0,
            overuse: None,
            threshold: Threshold { millis: INITIAL_THRESHOLD_MILLIS, updated_millis: None },
            usage: Usage::Normal,
        }
    }
}

impl DelayTrend {
    /// Adds how the newest group follows the one before.
    pub fn add(&mut self, delta: &GroupDelta) {
        if self.count == 0 {
            self.first_at_micros = delta.at_micros;
        }
        let at_millis = millis(delta.at_micros - self.first_at_micros);
        self.delay_millis += millis(delta.arrived_micros - delta.sent_micros);
        self.smoothed_millis = SMOOTHING * self.smoothed_millis + (1.0 - SMOOTHING) * self.delay_millis;
        if let Some(point) = self.points.get_mut(self.count % WINDOW) {
            *point = Point { at_millis, delay_millis: self.smoothed_millis };
        }
        self.count += 1;
        if self.count >= WINDOW {
            let slope = slope(&self.points).unwrap_or(self.previous_slope);
            self.detect(slope, millis(delta.sent_micros), at_millis);
        }
    }

    /// What the last groups say.
    pub const fn usage(&self) -> Usage {
        self.usage
    }

    fn detect(&mut self, slope: f64, sent_millis: f64, at_millis: f64) {
        let trend_millis = slope * (self.count as f64).min(MAX_WEIGHT) * GAIN;
        self.usage = if trend_millis > self.threshold.millis {
            self.confirm_overuse(slope, sent_millis)
        } else {
            self.overuse = None;
            if trend_millis < -self.threshold.millis { Usage::Under } else { Usage::Normal }
        };
        self.previous_slope = slope;
        self.threshold.follow(trend_millis, at_millis);
    }

    /// Over-use counts once it lasts, and only while the slope does not fall. Until then the usage stays as it was.
    fn confirm_overuse(&mut self, slope: f64, sent_millis: f64) -> Usage {
        let overuse = match self.overuse {
            // It began somewhere between this group and the one before.
            None => Overuse { millis: sent_millis / 2.0, groups: 1 },
            Some(overuse) => Overuse { millis: overuse.millis + sent_millis, groups: overuse.groups + 1 },
        };
        let lasts = overuse.millis > OVERUSE_MILLIS && overuse.groups > 1;
        self.overuse = Some(overuse);
        if lasts && slope >= self.previous_slope {
            self.overuse = Some(Overuse { millis: 0.0, groups: 0 });
            return Usage::Over;
        }
        self.usage
    }
}

#[derive(Debug, Clone)]
struct Threshold {
    millis: f64,
    updated_millis: Option<f64>,
}

impl Threshold {
    fn follow(&mut self, trend_millis: f64, at_millis: f64) {
        let elapsed = at_millis - self.updated_millis.replace(at_millis).unwrap_or(at_millis);
        let excess = trend_millis.abs() - self.millis;
        if excess > MAX_OUTLIER_MILLIS {
            return;
        }
        let rate = if excess < 0.0 { THRESHOLD_FALL_PER_MILLI } else { THRESHOLD_RISE_PER_MILLI };
        let step = rate * excess * elapsed.clamp(0.0, MAX_THRESHOLD_STEP_MILLIS);
        self.millis = (self.millis + step).clamp(MIN_THRESHOLD_MILLIS, MAX_THRESHOLD_MILLIS);
    }
}

/// The slope of the straight line with the least squares; `None` when all points have the same time.
fn slope(points: &[Point; WINDOW]) -> Option<f64> {
    let count = WINDOW as f64;
    let mean_at = points.iter().map(|point| point.at_millis).sum::<f64>() / count;
    let mean_delay = points.iter().map(|point| point.delay_millis).sum::<f64>() / count;
    let (mut covariance, mut variance) = (0.0, 0.0);
    for point in points {
        let offset = point.at_millis - mean_at;
        covariance += offset * (point.delay_millis - mean_delay);
        variance += offset * offset;
    }
    (variance > 0.0).then(|| covariance / variance)
}

fn millis(micros: i64) -> f64 {
    micros as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups sent every 10 ms; each arrives `growth` milliseconds later than the one before, and jitters.
    fn feed(trend: &mut DelayTrend, from: i64, groups: i64, growth: f64, jitter: impl Fn(i64) -> f64) -> Vec<Usage> {
        let arrival =
            |number: i64| ((10.0 + growth) * (number - from) as f64 * 1_000.0 + jitter(number) * 1_000.0) as i64;
        let delta = |number: i64| GroupDelta {
            sent_micros: 10_000,
            arrived_micros: arrival(number) - arrival(number - 1),
            at_micros: from * 10_000 + arrival(number),
        };
        let add = |number| {
            trend.add(&delta(number));
            trend.usage()
        };
        (from..from + groups).map(add).collect()
    }

    const fn none(_: i64) -> f64 {
        0.0
    }

    #[test]
    fn a_growing_delay_is_over_use_within_a_third_of_a_second() {
        let mut trend = DelayTrend::default();
        feed(&mut trend, 0, 100, 0.0, none);
        let usages = feed(&mut trend, 100, 30, 2.0, none);
        assert!(usages.contains(&Usage::Over), "{usages:?}");
    }

    #[test]
    fn a_shrinking_delay_is_under_use() {
        let mut trend = DelayTrend::default();
        feed(&mut trend, 0, 100, 2.0, none);
        assert_eq!(feed(&mut trend, 100, 40, -2.0, none).last(), Some(&Usage::Under));
    }

    #[test]
    fn a_constant_delay_is_normal_whatever_it_is() {
        let mut trend = DelayTrend::default();
        assert!(feed(&mut trend, 0, 500, 0.0, none).iter().all(|usage| *usage == Usage::Normal));
        assert!((trend.threshold.millis - MIN_THRESHOLD_MILLIS).abs() < 1e-6, "and the detector grows keen");
    }

    #[test]
    fn jitter_of_a_few_milliseconds_is_normal() {
        let mut trend = DelayTrend::default();
        let jitter = |number: i64| (number * 7_919 % 13) as f64 / 2.0;
        let usages = feed(&mut trend, 0, 2_000, 0.0, jitter);
        assert!(!usages.contains(&Usage::Over));
    }

    #[test]
    fn the_threshold_rises_slowly_falls_faster_and_does_not_follow_outliers() {
        let mut threshold = Threshold { millis: 12.5, updated_millis: Some(0.0) };
        threshold.follow(22.5, 10.0);
        assert!((threshold.millis - 13.37).abs() < 1e-6);
        threshold.follow(0.0, 20.0);
        assert!((threshold.millis - 13.37 * 0.61).abs() < 1e-6);
        threshold.follow(500.0, 30.0);
        assert!((threshold.millis - 13.37 * 0.61).abs() < 1e-6);
        (4..100).for_each(|tens| threshold.follow(0.0, f64::from(tens) * 10.0));
        assert!((threshold.millis - MIN_THRESHOLD_MILLIS).abs() < 1e-6);
    }
}
