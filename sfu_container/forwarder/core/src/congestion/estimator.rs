//! The bandwidth estimate of one Peer that gives transport-wide feedback: what we may send to it, and when to try for
//! more. It is the lesser of what delay and loss allow.

use std::time::Duration;

use super::acknowledged_rate::AcknowledgedRate;
use super::aimd::{PathSignal, RateControl};
use super::arrival_groups::ArrivalGroups;
use super::delay_trend::{DelayTrend, Usage};
use super::feedback::{FeedbackReader, LossChange};
use super::flight_window::FlightWindow;
use super::loss::LossBound;
use super::probe::{ClusterId, ProbeCluster, ProbeMeasurement, ProbeSchedule};
use super::send_history::{SendHistory, SentPacket};
use super::standing_queue::StandingQueue;
use crate::rtcp::TransportFeedback;
use crate::time::Instant;

/// How much faster than the estimate media is sent, so that a burst does not pile up in the pacer.
pub(super) const PACING_FACTOR: f64 = 1.15;
/// Where less than this part of the estimate arrives, what is sent does not fill the path in the long run.
const SPARSE: f64 = 0.7;
/// So much is sent also when nothing should be, so that feedback goes on.
const HELD_BITS_PER_SECOND: f64 = 20_000.0;
/// Feedback that is late by more than this, and two round trips, means that the path is down.
const MAX_SILENCE: Duration = Duration::from_secs(1);
/// What is left of the rate after each such time.
const SILENT_BACK_OFF: f64 = 0.5;

/// Where the estimate begins and what it never leaves, in bits per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EstimatorConfig {
    /// Before anything is known.
    pub start_bits_per_second: u64,
    /// Even on the worst path.
    pub min_bits_per_second: u64,
    /// Even on the best one.
    pub max_bits_per_second: u64,
}

impl Default for EstimatorConfig {
    fn default() -> Self {
        Self { start_bits_per_second: 500_000, min_bits_per_second: 50_000, max_bits_per_second: 50_000_000 }
    }
}

/// The estimator of one Peer.
#[derive(Debug, Clone)]
pub struct Estimator {
    history: SendHistory,
    reader: FeedbackReader,
    groups: ArrivalGroups,
    trend: DelayTrend,
    queue: StandingQueue,
    acknowledged: AcknowledgedRate,
    rate: RateControl,
    loss: LossBound,
    probes: ProbeSchedule,
    measurement: Option<ProbeMeasurement>,
    wanted: f64,
    window: FlightWindow,
    /// When the first packet was sent after the last feedback.
    waiting_since: Option<Instant>,
    has_feedback: bool,
}

impl Estimator {
    /// Knows nothing of the path.
    pub fn new(config: &EstimatorConfig) -> Self {
        let range = (config.min_bits_per_second as f64, config.max_bits_per_second as f64);
        Self {
            history: SendHistory::default(),
            reader: FeedbackReader::default(),
            groups: ArrivalGroups::default(),
            trend: DelayTrend::default(),
            queue: StandingQueue::default(),
            acknowledged: AcknowledgedRate::default(),
            rate: RateControl::new(config.start_bits_per_second as f64, range),
            loss: LossBound::default(),
            probes: ProbeSchedule::default(),
            measurement: None,
            wanted: 0.0,
            window: FlightWindow::default(),
            waiting_since: None,
            has_feedback: false,
        }
    }

    /// Notes a packet of `bytes` bytes that is sent now. Returns the transport-wide sequence number to write into it.
    pub fn on_sent(&mut self, now: Instant, bytes: usize, probe: Option<ClusterId>) -> u16 {
        self.back_off_in_silence(now);
        let bytes = u16::try_from(bytes).unwrap_or(u16::MAX);
        self.history.record(SentPacket { sent_at: now, bytes, probe })
    }

    /// Takes transport-wide feedback.
    pub fn on_feedback(&mut self, now: Instant, feedback: &TransportFeedback<'_>) {
        self.has_feedback = true;
        self.waiting_since = None;
        self.reader.read(feedback, &mut self.history);
        self.count_losses();
        if self.reader.arrivals().is_empty() {
            return;
        }
        self.measure_arrivals(now);
        self.update_rate(now);
        self.finish_probe(now);
    }

    /// Sets how much would be sent if it fitted, in bits per second: probes do not go far beyond it.
    pub const fn set_wanted_bits_per_second(&mut self, wanted: u64) {
        self.wanted = wanted as f64;
    }

    /// The cluster to send now, if any. Ask before each round of sending.
    pub fn poll_probe(&mut self, now: Instant) -> Option<ProbeCluster> {
        self.queue.expire(now);
        if self.queue.is_draining() || self.is_window_exceeded() {
            return None;
        }
        let cluster = self.probes.poll(now, self.target(), self.wanted)?;
        self.measurement = Some(ProbeMeasurement::new(cluster));
        Some(cluster)
    }

    /// What may be sent in the long run, for the allocator.
    pub fn target_bits_per_second(&self) -> u64 {
        self.target() as u64
    }

    /// How fast the pacer may send at the moment: somewhat more, unless loss bounds the rate; less while a queue
    /// drains, and hardly anything when too much is on its way. Ask before each packet.
    pub fn pacing_bits_per_second(&self) -> u64 {
        let share = if self.is_window_exceeded() {
            0.0
        } else if self.queue.is_draining() {
            self.queue.send_share()
        } else if self.loss.bits_per_second().is_some_and(|bound| bound < self.rate.bits_per_second()) {
            1.0
        } else {
            PACING_FACTOR
        };
        (self.target() * share).max(HELD_BITS_PER_SECOND) as u64
    }

    /// How long data waits in the queue of the path.
    pub const fn queueing_delay(&self) -> Duration {
        self.queue.delay()
    }

    /// The smoothed time from sending to feedback; `None` before the first.
    pub const fn round_trip(&self) -> Option<Duration> {
        self.window.round_trip()
    }

    /// Whether more is on its way than a path without a queue explains.
    fn is_window_exceeded(&self) -> bool {
        self.has_feedback && self.window.is_exceeded(self.history.bytes_in_flight(), self.target())
    }

    fn target(&self) -> f64 {
        let by_delay = self.rate.bits_per_second();
        self.loss.bits_per_second().map_or(by_delay, |bound| self.rate.clamp(bound.min(by_delay)))
    }

    fn count_losses(&mut self) {
        for change in self.reader.losses() {
            match change {
                LossChange::Lost(packet) => self.loss.add(packet, true),
                LossChange::Recovered => self.loss.recover(),
            }
        }
        for arrival in self.reader.arrivals() {
            self.loss.add(&arrival.packet, false);
        }
        self.loss.update();
    }

    fn measure_arrivals(&mut self, now: Instant) {
        for arrival in self.reader.arrivals() {
            self.queue.add(now, arrival);
            self.acknowledged.add(arrival);
            if let Some(delta) = self.groups.add(arrival) {
                self.trend.add(&delta);
            }
            if let Some(measurement) = self.measurement.as_mut()
                && arrival.packet.probe == Some(measurement.cluster())
            {
                measurement.add(arrival);
            }
        }
        // The newest packet waited least for this feedback.
        let newest = self.reader.arrivals().iter().map(|arrival| arrival.packet.sent_at).max();
        if let Some(newest) = newest {
            self.window.on_feedback(now, newest, self.queue.delay());
        }
    }

    fn update_rate(&mut self, now: Instant) {
        let before = self.rate.bits_per_second();
        let long_run = self.acknowledged.bits_per_second();
        let is_sparse = long_run.is_some_and(|rate| rate < before * SPARSE);
        let usage = self.queue.judge(self.trend.usage(), is_sparse);
        self.queue.update(now, usage);
        // What arrived before a drain may tell of a pause of the path; the drain itself shows what the path carries.
        let usage = if self.queue.is_draining() { Usage::Under } else { usage };
        // Where a queue forms, the bottleneck is busy, however little was sent in the long run.
        let at_bottleneck = self.acknowledged.busiest_bits_per_second();
        let acknowledged = if usage == Usage::Over { at_bottleneck } else { long_run };
        let round_trip = self.window.round_trip_or_guess();
        self.rate.update(now, &PathSignal { usage, acknowledged, round_trip });
        if let Some(rate) = self.queue.drained_bits_per_second() {
            self.rate.cap_to_drained(now, rate);
        }
        if self.rate.bits_per_second() < before {
            self.probes.on_decrease(now);
            self.measurement = None;
        }
    }

    fn finish_probe(&mut self, now: Instant) {
        let Some(result) = self.measurement.as_ref().and_then(ProbeMeasurement::result) else { return };
        self.measurement = None;
        // It shows what the path carries at least; whether that is too much, the delay tells.
        if self.trend.usage() != Usage::Over && result > self.rate.bits_per_second() {
            self.rate.set(now, result);
        }
        self.probes.on_result(now, result);
    }

    /// Without feedback the rate falls, for what is sent may all be lost.
    fn back_off_in_silence(&mut self, now: Instant) {
        let since = *self.waiting_since.get_or_insert(now);
        let limit = MAX_SILENCE + 2 * self.window.round_trip_or_guess();
        if self.has_feedback && now.since(since) > limit {
            self.waiting_since = Some(now);
            self.rate.set(now, self.rate.bits_per_second() * SILENT_BACK_OFF);
            self.probes.on_decrease(now);
        }
    }
}
