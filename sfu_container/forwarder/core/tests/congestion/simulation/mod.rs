//! A node and a Peer with a simulated path between them, in simulated time and with fixed seeds.

pub mod link;
mod random;
mod receiver;
pub mod sender;
pub mod source;
pub mod trace;

use std::collections::VecDeque;
use std::time::Duration;

use parley_forwarder_core::time::Instant;

use link::{Link, LinkConfig};
use receiver::{Answer, Receiver};
use sender::Sender;
use source::VideoSource;
use trace::{AudioPacket, Sample, Trace};

const STEP: Duration = Duration::from_micros(500);
const SAMPLE_INTERVAL: Duration = Duration::from_millis(50);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stream {
    Audio,
    Video(usize),
}

/// Names a media packet; it keeps its name when it is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MediaId {
    pub stream: Stream,
    pub number: u64,
}

#[derive(Debug, Clone, Copy)]
pub enum Content {
    Media(MediaId),
    Padding,
}

#[derive(Debug, Clone, Copy)]
pub struct Packet {
    pub transport_sequence: u16,
    pub content: Content,
}

/// Runs a simulation for `length`.
pub fn simulate(length: Duration, link: LinkConfig, source: Box<dyn VideoSource>, seed: u64) -> Trace {
    let return_delay = link.delay;
    let mut link = Link::new(link, seed);
    let mut sender = Sender::new(source);
    let mut receiver = Receiver::new(link.config.feedback_interval);
    let mut answers: VecDeque<(Instant, Answer)> = VecDeque::new();
    let mut trace = Trace::default();
    let mut now = Instant::default();
    while now.since(Instant::default()) < length {
        now = now + STEP;
        while let Some((_, answer)) = answers.pop_front_if(|(at, _)| *at <= now && !link.config.is_stalled(now)) {
            sender.on_answer(now, answer);
        }
        sender.poll(now, |bytes, packet| link.send(now, bytes, packet));
        link.advance(now).iter().for_each(|packet| receiver.on_packet(now, packet));
        answers.extend(receiver.poll(now).into_iter().map(|answer| (now + return_delay, answer)));
        if now.as_micros().is_multiple_of(SAMPLE_INTERVAL.as_micros() as u64) {
            trace.samples.push(sample(now, &link, &sender));
        }
    }
    finish(trace, &sender, &receiver)
}

fn sample(now: Instant, link: &Link<Packet>, sender: &Sender) -> Sample {
    Sample {
        at: now.since(Instant::default()),
        link: link.config.rate(now),
        target: sender.estimator.target_bits_per_second(),
        queueing_delay: link.queueing_delay,
        sent: sender.sent,
    }
}

fn finish(mut trace: Trace, sender: &Sender, receiver: &Receiver) -> Trace {
    let since_start = |at: &Instant| at.since(Instant::default());
    trace.audio = (0..)
        .zip(&sender.audio)
        .map(|(number, sent_at)| AudioPacket {
            sent_at: since_start(sent_at),
            took: receiver.audio.get(&number).map(|arrived| arrived.since(*sent_at)),
        })
        .collect();
    trace.longest_audio_wait = sender.longest_audio_wait;
    trace.expired = sender.expired;
    trace
}
