//! What happened in a simulation, and questions to it.

use std::time::Duration;

use super::SAMPLE_INTERVAL;
use super::sender::SentBytes;

/// The state at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    pub at: Duration,
    /// Rates in bits per second.
    pub link: u64,
    pub target: u64,
    /// How long the last packet waited before the bottleneck.
    pub queueing_delay: Duration,
    /// What was sent since the start.
    pub sent: SentBytes,
}

/// One audio packet.
#[derive(Debug, Clone, Copy)]
pub struct AudioPacket {
    pub sent_at: Duration,
    /// From sending to its arrival, first or again; `None` when it never came.
    pub took: Option<Duration>,
}

#[derive(Debug, Default)]
pub struct Trace {
    pub samples: Vec<Sample>,
    pub audio: Vec<AudioPacket>,
    pub longest_audio_wait: Duration,
    /// How many packets the pacer gave up.
    pub expired: u64,
}

impl Trace {
    fn between(&self, from: f64, until: f64) -> impl Iterator<Item = &Sample> {
        let range = Duration::from_secs_f64(from)..=Duration::from_secs_f64(until);
        self.samples.iter().filter(move |sample| range.contains(&sample.at))
    }

    /// Bits per second from one moment to another, in seconds, of the bytes that `select` takes.
    pub fn rate(&self, from: f64, until: f64, select: impl Fn(&SentBytes) -> usize) -> f64 {
        let mut samples = self.between(from, until);
        let (first, last) = (samples.next().unwrap(), samples.last().unwrap());
        let bytes = select(&last.sent) - select(&first.sent);
        bytes as f64 * 8.0 / (last.at - first.at).as_secs_f64()
    }

    /// Everything that was sent.
    pub fn sent_rate(&self, from: f64, until: f64) -> f64 {
        self.rate(from, until, |sent| sent.media + sent.retransmissions + sent.padding)
    }

    /// Media without retransmissions and padding.
    pub fn media_rate(&self, from: f64, until: f64) -> f64 {
        self.rate(from, until, |sent| sent.media)
    }

    pub fn longest_queueing_delay(&self, from: f64, until: f64) -> Duration {
        self.between(from, until).map(|sample| sample.queueing_delay).max().unwrap()
    }

    /// How long data waited longer than `limit`, to the interval between two samples.
    pub fn time_above(&self, from: f64, until: f64, limit: Duration) -> Duration {
        let above = self.between(from, until).filter(|sample| sample.queueing_delay > limit).count();
        SAMPLE_INTERVAL * above as u32
    }

    /// The lowest estimate in bits per second.
    pub fn lowest_target(&self, from: f64, until: f64) -> u64 {
        self.between(from, until).map(|sample| sample.target).min().unwrap()
    }

    /// The mean of the estimate as a part of what the path carries.
    pub fn target_share(&self, from: f64, until: f64) -> f64 {
        let shares: Vec<f64> =
            self.between(from, until).map(|sample| sample.target as f64 / sample.link as f64).collect();
        shares.iter().sum::<f64>() / shares.len() as f64
    }

    /// The audio sent from one moment to another, in seconds, that came later than `limit` or never.
    pub fn late_audio(&self, from: f64, until: f64, limit: Duration) -> usize {
        let range = Duration::from_secs_f64(from)..Duration::from_secs_f64(until);
        let audio = self.audio.iter().filter(|packet| range.contains(&packet.sent_at));
        audio.filter(|packet| packet.took.is_none_or(|took| took > limit)).count()
    }
}
