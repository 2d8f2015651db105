//! A path with a bottleneck: a queue that drops at its tail, a rate that changes, delay, jitter and random loss.

use std::collections::VecDeque;
use std::time::Duration;

use parley_forwarder_core::time::Instant;

use super::random::Random;

/// How a path behaves.
#[derive(Debug, Clone)]
pub struct LinkConfig {
    /// From when on it has which rate in bits per second.
    pub rates: Vec<(Duration, u64)>,
    /// When nothing comes through in either direction, and how long: a radio link that pauses.
    pub stalls: Vec<(Duration, Duration)>,
    /// How many bytes wait before the bottleneck at most.
    pub queue_bytes: usize,
    /// The time that everything takes.
    pub delay: Duration,
    /// The most that is added to it, at random for each packet; packets overtake each other.
    pub jitter: Duration,
    /// The part of packets lost at random behind the bottleneck.
    pub loss: f64,
    /// How often the Peer reports what arrives.
    pub feedback_interval: Duration,
}

impl LinkConfig {
    /// The rate at a moment, in bits per second.
    pub fn rate(&self, now: Instant) -> u64 {
        let since_start = now.since(Instant::default());
        self.rates.iter().take_while(|(from, _)| *from <= since_start).last().map_or(0, |(_, rate)| *rate)
    }

    /// Whether nothing comes through at a moment.
    pub fn is_stalled(&self, now: Instant) -> bool {
        let since_start = now.since(Instant::default());
        self.stalls.iter().any(|(from, length)| (*from..*from + *length).contains(&since_start))
    }
}

struct Queued<T> {
    item: T,
    bytes: usize,
    since: Instant,
}

/// A path in one direction.
pub struct Link<T> {
    pub config: LinkConfig,
    /// How long the last packet waited before the bottleneck.
    pub queueing_delay: Duration,
    queue: VecDeque<Queued<T>>,
    queued_bytes: usize,
    credit_bits: f64,
    advanced: Instant,
    flying: Vec<(Instant, T)>,
    random: Random,
}

impl<T> Link<T> {
    pub fn new(config: LinkConfig, seed: u64) -> Self {
        Self {
            config,
            queueing_delay: Duration::ZERO,
            queue: VecDeque::new(),
            queued_bytes: 0,
            credit_bits: 0.0,
            advanced: Instant::default(),
            flying: Vec::new(),
            random: Random::new(seed),
        }
    }

    pub fn send(&mut self, now: Instant, bytes: usize, item: T) {
        if self.queued_bytes + bytes <= self.config.queue_bytes {
            self.queued_bytes += bytes;
            self.queue.push_back(Queued { item, bytes, since: now });
        }
    }

    /// What has arrived until now.
    pub fn advance(&mut self, now: Instant) -> Vec<T> {
        self.serve(now);
        let (mut arrived, flying) = self.flying.drain(..).partition::<Vec<_>, _>(|(at, _)| *at <= now);
        self.flying = flying;
        arrived.sort_by_key(|(at, _)| *at);
        arrived.into_iter().map(|(_, item)| item).collect()
    }

    fn serve(&mut self, now: Instant) {
        let rate = if self.config.is_stalled(now) { 0 } else { self.config.rate(now) };
        self.credit_bits += rate as f64 * now.since(self.advanced).as_secs_f64();
        self.advanced = now;
        while self.queue.front().is_some_and(|queued| queued.bytes as f64 * 8.0 <= self.credit_bits) {
            let Some(queued) = self.queue.pop_front() else { break };
            self.queued_bytes -= queued.bytes;
            self.credit_bits -= queued.bytes as f64 * 8.0;
            self.queueing_delay = now.since(queued.since);
            let (lost, jitter) = (self.random.next() < self.config.loss, self.random.next());
            if !lost {
                self.flying.push((now + self.config.delay + self.config.jitter.mul_f64(jitter), queued.item));
            }
        }
        if self.queue.is_empty() {
            // An idle bottleneck saves nothing up.
            self.credit_bits = 0.0;
            self.queueing_delay = Duration::ZERO;
        }
    }
}
