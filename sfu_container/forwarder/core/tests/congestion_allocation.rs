//! Congestion control does not allocate memory once its buffers have grown to the rate.

#[allow(dead_code, reason = "shared with other programs")]
mod allocations;

use parley_forwarder_core::bytes::Writer;
use parley_forwarder_core::congestion::{
    Allocator, Estimator, EstimatorConfig, LayerOffer, Pacer, PacketKind, Release, SlotDemand,
};
use parley_forwarder_core::rtcp::transport_feedback::FeedbackHeader;
use parley_forwarder_core::rtcp::{Compound, Packet, write_transport_feedback};
use parley_forwarder_core::time::Instant;

const LAYERS: [LayerOffer; 2] =
    [LayerOffer { height: 180, bits_per_second: 150_000 }, LayerOffer { height: 720, bits_per_second: 1_500_000 }];

struct Node {
    estimator: Estimator,
    pacer: Pacer<u32>,
    allocator: Allocator,
}

impl Node {
    fn new() -> Self {
        let estimator = Estimator::new(&EstimatorConfig::default());
        let pacer = Pacer::new(Instant::default(), estimator.pacing_bits_per_second());
        Self { estimator, pacer, allocator: Allocator::default() }
    }

    /// Sends for 100 ms, 20 packets of which every 19th is lost, and takes the feedback on them.
    fn run(&mut self, begin: Instant) {
        let (mut arrivals, mut base_sequence, mut count) = ([None; 64], None, 0);
        for millis in 0..100 {
            let now = Instant::from_micros(begin.as_micros() + millis * 1_000);
            if millis % 5 == 0 {
                self.pacer.push(now, PacketKind::Video, 1_000, 7).unwrap();
            }
            self.pacer.set_bits_per_second(now, self.estimator.pacing_bits_per_second());
            while let Some(Release::Packet { probe, .. }) = self.pacer.poll(now) {
                let sequence = self.estimator.on_sent(now, 1_000, probe);
                base_sequence.get_or_insert(sequence);
                let ticks = now.as_micros().cast_signed() / 250 + 80;
                arrivals[count] = (!sequence.is_multiple_of(19)).then_some(ticks);
                count += 1;
            }
        }
        let now = Instant::from_micros(begin.as_micros() + 99_000);
        self.give_feedback(now, base_sequence.unwrap(), &arrivals[..count]);
        let demand = SlotDemand { priority: 1, max_height: 720, layers: &LAYERS, current: Some(0) };
        self.allocator.allocate(now, self.estimator.target_bits_per_second(), 0, &[demand; 4]);
    }

    fn give_feedback(&mut self, now: Instant, base_sequence: u16, arrivals: &[Option<i64>]) {
        let mut buffer = [0; 1_500];
        let mut out = Writer::new(&mut buffer);
        let header = FeedbackHeader { sender_ssrc: 1, media_ssrc: 2, base_sequence, feedback_count: 0 };
        write_transport_feedback(&mut out, &header, arrivals).unwrap();
        let len = out.len();
        let Some(Ok(Packet::TransportFeedback(feedback))) = Compound::new(&buffer[..len]).next() else { panic!() };
        self.estimator.on_feedback(now, &feedback);
    }
}

#[test]
fn a_steady_stream_allocates_nothing() {
    let mut node = Node::new();
    let begin = |round: u64| Instant::from_micros(round * 100_000);
    (0..200).for_each(|round| node.run(begin(round)));
    let before = allocations::count();
    (200..1_000).for_each(|round| node.run(begin(round)));
    assert_eq!(allocations::count(), before);
    assert!(before > 0, "the counter counts");
}
