//! The way down to a Peer that reports what arrives: how much fits, when each packet leaves, and which layers fit.

use crate::arena::Key;
use crate::congestion::{
    Allocator, ClusterId, Estimator, EstimatorConfig, LayerOffer, Pacer, PacketKind, Release, SlotDemand,
    wanted_bits_per_second,
};
use crate::negotiated::MediaKind;
use crate::rtcp::TransportFeedback;
use crate::slot::{Allotment, Slot, Staged, StagedKind};
use crate::switchboard::Switchboard;
use crate::time::Instant;

/// Of a packet that waits, in bytes: a dependency descriptor and all other extensions fit.
pub(crate) const MAX_HEADER_LEN: usize = 320;
/// What a Slot with sound takes, in bits per second: Opus with its headers.
const AUDIO_BITS_PER_SECOND: u64 = 48_000;
/// What one message adds below SRTP: UDP and IPv4 headers, in bytes.
const DATAGRAM_OVERHEAD: usize = 28;

/// A packet that waits for its turn, with its header.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waiting {
    pub(crate) slot: Key<Slot>,
    pub(crate) staged: Staged,
    pub(crate) header: [u8; MAX_HEADER_LEN],
}

/// What is to be done next.
pub(crate) enum Turn {
    /// The packet leaves now.
    Send(Waiting, Option<ClusterId>),
    /// The packet waited too long.
    GiveUp(Waiting),
    /// The probe wants padding.
    Pad(ClusterId),
}

pub(crate) struct Downlink {
    pub(crate) estimator: Estimator,
    pacer: Pacer<Waiting>,
    allocator: Allocator,
    offers: Vec<LayerOffer>,
}

impl Downlink {
    pub(crate) fn new(now: Instant) -> Self {
        let estimator = Estimator::new(&EstimatorConfig::default());
        let pacer = Pacer::new(now, estimator.pacing_bits_per_second());
        Self { estimator, pacer, allocator: Allocator::default(), offers: Vec::new() }
    }

    pub(crate) fn on_feedback(&mut self, feedback: &TransportFeedback<'_>, now: Instant) {
        self.estimator.on_feedback(now, feedback);
        self.pacer.set_bits_per_second(now, self.estimator.pacing_bits_per_second());
    }

    /// Packets that wait for their turn.
    pub(crate) fn waiting(&self) -> usize {
        self.pacer.len()
    }

    /// Notes a packet that leaves; returns its transport-wide number.
    pub(crate) fn on_sent(&mut self, len: usize, probe: Option<ClusterId>, now: Instant) -> u16 {
        self.estimator.on_sent(now, len + DATAGRAM_OVERHEAD, probe)
    }

    /// Takes a packet that is to be sent; false when too much waits already.
    pub(crate) fn push(&mut self, waiting: Waiting, kind: MediaKind, now: Instant) -> bool {
        let urgency = match (kind, waiting.staged.kind) {
            (MediaKind::Audio, _) => PacketKind::Audio,
            (MediaKind::Video, StagedKind::Repetition | StagedKind::Again(_)) => PacketKind::Retransmission,
            (MediaKind::Video, _) => PacketKind::Video,
        };
        self.pacer.push(now, urgency, waiting.staged.len() + DATAGRAM_OVERHEAD, waiting).is_ok()
    }

    /// What to do next, if anything.
    pub(crate) fn poll(&mut self, now: Instant) -> Option<Turn> {
        if let Some(cluster) = self.estimator.poll_probe(now) {
            self.pacer.start_probe(cluster);
        }
        Some(match self.pacer.poll(now)? {
            Release::Packet { item, probe, .. } => Turn::Send(item, probe),
            Release::Expired { item, .. } => Turn::GiveUp(item),
            Release::Padding { probe, .. } => Turn::Pad(probe),
        })
    }

    /// When to poll again.
    pub(crate) fn next_turn(&self, now: Instant) -> Option<Instant> {
        self.pacer.poll_timeout(now)
    }

    pub(crate) fn count_padding(&mut self, len: usize, now: Instant) {
        self.pacer.on_padding_sent(now, len + DATAGRAM_OVERHEAD);
    }

    /// There is nothing to pad with.
    pub(crate) const fn cancel_probe(&mut self) {
        self.pacer.cancel_probe();
    }

    /// Shares what fits among the Peer's Slots.
    pub(crate) fn allocate(&mut self, slots: &[Key<Slot>], switchboard: &mut Switchboard, now: Instant) {
        let wishes: Vec<(Key<Slot>, std::ops::Range<usize>, Option<usize>)> =
            self.collect_offers(slots, switchboard, now);
        let carries_sound = |key: &&Key<Slot>| {
            switchboard.slots.get(**key).is_some_and(|slot| slot.kind == MediaKind::Audio && slot.current.is_some())
        };
        let reserved = slots.iter().filter(carries_sound).count() as u64 * AUDIO_BITS_PER_SECOND;
        let demands: Vec<SlotDemand<'_>> = wishes
            .iter()
            .filter_map(|(key, range, current)| {
                let wish = switchboard.slots.get(*key)?.wish;
                Some(SlotDemand {
                    priority: wish.priority.clamp(0, 255) as u8,
                    max_height: u16::try_from(wish.max_height).unwrap_or(u16::MAX),
                    layers: self.offers.get(range.clone()).unwrap_or_default(),
                    current: *current,
                })
            })
            .collect();
        self.estimator.set_wanted_bits_per_second(wanted_bits_per_second(reserved, &demands));
        let estimate = self.estimator.target_bits_per_second();
        let layers = self.allocator.allocate(now, estimate, reserved, &demands);
        for ((key, _, _), (layer, demand)) in wishes.iter().zip(layers.iter().zip(&demands)) {
            let height = layer.and_then(|layer| demand.layers.get(layer)).map(|layer| layer.height);
            if let Some(slot) = switchboard.slots.get_mut(*key) {
                slot.allotment = height.map_or(Allotment::Nothing, |height| Allotment::UpTo(height.into()));
            }
        }
    }

    /// For each Slot that wants a Publication, where its layers are among the offers, and which it has.
    fn collect_offers(
        &mut self,
        slots: &[Key<Slot>],
        switchboard: &Switchboard,
        now: Instant,
    ) -> Vec<(Key<Slot>, std::ops::Range<usize>, Option<usize>)> {
        self.offers.clear();
        let mut wishes = Vec::new();
        for key in slots {
            let Some(slot) = switchboard.slots.get(*key) else { continue };
            let wanted = slot.wanted.filter(|_| slot.kind == MediaKind::Video && !slot.is_paused);
            let Some(publication) = wanted.and_then(|wanted| switchboard.publications.get(wanted)) else { continue };
            let start = self.offers.len();
            let mut current = None;
            for stream_key in publication.streams_lowest_first() {
                let Some(stream) = switchboard.streams.get(stream_key) else { continue };
                let Some(height) = stream.height.filter(|_| stream.is_flowing(now)) else { continue };
                if slot.target.or(slot.current) == Some(stream_key) {
                    current = Some(self.offers.len() - start);
                }
                let height = u16::try_from(height).unwrap_or(u16::MAX);
                self.offers.push(LayerOffer { height, bits_per_second: stream.bits_per_second() });
            }
            if self.offers.len() > start {
                wishes.push((*key, start..self.offers.len(), current));
            }
        }
        wishes
    }
}
