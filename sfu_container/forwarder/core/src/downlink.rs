//! The way down to a Peer that tells of what arrives: how much fits, when each packet leaves, and which layers fit.

use std::time::Duration;

use crate::arena::Key;
use crate::congestion::{
    Allocator, ClusterId, Estimator, EstimatorConfig, LayerOffer, LossReport, Pacer, PacketKind, ProbeCluster,
    ReceiverEstimator, Release,
};
use crate::negotiated::MediaKind;
use crate::rtcp::TransportFeedback;
use crate::slot::{Slot, SlotOutput, Staged, StagedKind};
use crate::time::Instant;

/// Of a packet that waits, in bytes: a dependency descriptor and all other extensions fit.
pub(crate) const MAX_HEADER_LEN: usize = 320;
/// What one message adds below SRTP: UDP and IPv4 headers, in bytes.
const DATAGRAM_OVERHEAD: usize = 28;

/// What waits leaves at multiples of this.
const RELEASE_INTERVAL: Duration = Duration::from_millis(5);

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

/// What tells how much fits.
pub(crate) enum Estimate {
    /// When each packet arrived (TWCC).
    Arrivals(Box<Estimator>),
    /// The Peer's own estimate (REMB), and the loss that it reports.
    Receiver(Box<ReceiverEstimator>),
}

impl Estimate {
    /// How much fits, in bits per second.
    pub(crate) fn target_bits_per_second(&self) -> u64 {
        match self {
            Self::Arrivals(estimator) => estimator.target_bits_per_second(),
            Self::Receiver(estimator) => estimator.target_bits_per_second(),
        }
    }

    fn pacing_bits_per_second(&self) -> u64 {
        match self {
            Self::Arrivals(estimator) => estimator.pacing_bits_per_second(),
            Self::Receiver(estimator) => estimator.pacing_bits_per_second(),
        }
    }

    /// Sets how much would be sent if it fitted, in bits per second.
    pub(crate) fn set_wanted_bits_per_second(&mut self, wanted: u64) {
        match self {
            Self::Arrivals(estimator) => estimator.set_wanted_bits_per_second(wanted),
            Self::Receiver(estimator) => estimator.set_wanted_bits_per_second(wanted),
        }
    }

    fn poll_probe(&mut self, now: Instant) -> Option<ProbeCluster> {
        match self {
            Self::Arrivals(estimator) => estimator.poll_probe(now),
            Self::Receiver(estimator) => estimator.poll_probe(now),
        }
    }
}

pub(crate) struct Downlink {
    pub(crate) estimate: Estimate,
    pacer: Pacer<Waiting>,
    /// Whether the engine comes back for it, since something waits or a probe runs.
    pub(crate) is_pacing: bool,
    pub(crate) allocator: Allocator,
    /// Kept for its room.
    pub(crate) offers: Vec<LayerOffer>,
}

impl Downlink {
    /// To a Peer that reports the arrival of each packet.
    pub(crate) fn with_arrivals(now: Instant) -> Self {
        Self::new(Estimate::Arrivals(Box::new(Estimator::new(&EstimatorConfig::default()))), now)
    }

    /// To a Peer that does not.
    pub(crate) fn without_arrivals(now: Instant) -> Self {
        Self::new(Estimate::Receiver(Box::new(ReceiverEstimator::new(&EstimatorConfig::default(), now))), now)
    }

    fn new(estimate: Estimate, now: Instant) -> Self {
        let pacer = Pacer::new(now, estimate.pacing_bits_per_second());
        Self { estimate, pacer, is_pacing: false, allocator: Allocator::default(), offers: Vec::new() }
    }

    /// The Peer reports the arrival of each packet from now on.
    pub(crate) fn expect_arrivals(&mut self, now: Instant) {
        if matches!(self.estimate, Estimate::Receiver(_)) {
            self.estimate = Estimate::Arrivals(Box::new(Estimator::new(&EstimatorConfig::default())));
            self.set_pace(now);
        }
    }

    pub(crate) fn on_feedback(&mut self, feedback: &TransportFeedback<'_>, now: Instant) {
        if let Estimate::Arrivals(estimator) = &mut self.estimate {
            estimator.on_feedback(now, feedback);
            self.set_pace(now);
        }
    }

    /// Takes the Peer's own estimate, which counts where it does not report arrivals.
    pub(crate) fn on_receiver_bitrate(&mut self, bits_per_second: u64, now: Instant) {
        if let Estimate::Receiver(estimator) = &mut self.estimate {
            estimator.on_remb(bits_per_second);
            self.set_pace(now);
        }
    }

    /// Takes the loss of a stream, which counts where the Peer does not report arrivals.
    pub(crate) fn on_loss_report(&mut self, report: &LossReport, now: Instant) {
        if let Estimate::Receiver(estimator) = &mut self.estimate {
            estimator.on_loss_report(now, report);
            self.set_pace(now);
        }
    }

    fn set_pace(&mut self, now: Instant) {
        self.pacer.set_bits_per_second(now, self.estimate.pacing_bits_per_second());
    }

    /// Packets that wait for their turn.
    pub(crate) fn waiting(&self) -> usize {
        self.pacer.len()
    }

    /// Notes a packet that leaves; returns its transport-wide number where it has room for one.
    pub(crate) fn on_sent(&mut self, len: usize, probe: Option<ClusterId>, is_numbered: bool, now: Instant) -> u16 {
        match &mut self.estimate {
            Estimate::Arrivals(estimator) if is_numbered => estimator.on_sent(now, len + DATAGRAM_OVERHEAD, probe),
            Estimate::Arrivals(_) => 0,
            Estimate::Receiver(estimator) => {
                estimator.on_sent(len + DATAGRAM_OVERHEAD);
                0
            }
        }
    }

    /// A round of sending begins: a probe may be due.
    pub(crate) fn begin_round(&mut self, now: Instant) {
        if let Some(cluster) = self.estimate.poll_probe(now) {
            self.pacer.start_probe(cluster);
        }
        self.set_pace(now);
    }

    /// How many of the first of `staged` leave at once; they count as sent. The others are to be [held](Self::hold).
    pub(crate) fn pass(&mut self, staged: &[Staged], kind: MediaKind, now: Instant) -> usize {
        let mut passes =
            |packet: &Staged| self.pacer.pass(now, urgency(kind, packet.kind), packet.len() + DATAGRAM_OVERHEAD);
        staged.iter().position(|packet| !passes(packet)).unwrap_or(staged.len())
    }

    /// Lets what a Slot staged, from `first` on, wait for its turn. Returns how many found no place.
    pub(crate) fn hold(
        &mut self,
        slot: Key<Slot>,
        output: &SlotOutput,
        kind: MediaKind,
        first: usize,
        now: Instant,
    ) -> usize {
        output.staged.iter().skip(first).filter(|staged| !self.push(slot, staged, &output.headers, kind, now)).count()
    }

    fn push(&mut self, slot: Key<Slot>, staged: &Staged, headers: &[u8], kind: MediaKind, now: Instant) -> bool {
        let mut header = [0; MAX_HEADER_LEN];
        let written = headers.get(staged.header_start..staged.header_start + staged.header_len);
        let Some((place, written)) = header.get_mut(..staged.header_len).zip(written) else { return false };
        place.copy_from_slice(written);
        let waiting = Waiting { slot, staged: Staged { header_start: 0, ..*staged }, header };
        self.pacer.push(now, urgency(kind, staged.kind), staged.len() + DATAGRAM_OVERHEAD, waiting).is_ok()
    }

    /// Drops what else waits of a Slot whose receiver cannot use it any more, up to the next keyframe. Tells whether there
    /// is one.
    pub(crate) fn discard_until_keyframe(&mut self, slot: Key<Slot>, mut give_up: impl FnMut(&Staged)) -> bool {
        let mut has_keyframe = false;
        self.pacer.discard(PacketKind::Video, |waiting| {
            let is_media = waiting.slot == slot && matches!(waiting.staged.kind, StagedKind::Media);
            has_keyframe |= is_media && waiting.staged.is_switch_point;
            let is_useless = is_media && !has_keyframe;
            if is_useless {
                give_up(&waiting.staged);
            }
            is_useless
        });
        has_keyframe
    }

    /// What to do next, if anything.
    pub(crate) fn poll(&mut self, now: Instant) -> Option<Turn> {
        self.set_pace(now);
        Some(match self.pacer.poll(now)? {
            Release::Packet { item, probe, .. } => Turn::Send(item, probe),
            Release::Expired { item, .. } => Turn::GiveUp(item),
            Release::Padding { probe, .. } => Turn::Pad(probe),
        })
    }

    /// When to poll again. A probe keeps its times; else all Peers have theirs together, so that few wake-ups serve many
    /// Peers, and each with several packets.
    pub(crate) fn next_turn(&self, now: Instant) -> Option<Instant> {
        let next = self.pacer.poll_timeout(now)?;
        Some(if next <= now || self.pacer.is_probing() { next } else { next.rounded_up(RELEASE_INTERVAL) })
    }

    pub(crate) fn count_padding(&mut self, len: usize, now: Instant) {
        self.pacer.on_padding_sent(now, len + DATAGRAM_OVERHEAD);
    }

    /// There is nothing to pad with.
    pub(crate) const fn cancel_probe(&mut self) {
        self.pacer.cancel_probe();
    }
}

const fn urgency(kind: MediaKind, staged: StagedKind) -> PacketKind {
    match (kind, staged) {
        (MediaKind::Audio, _) => PacketKind::Audio,
        (MediaKind::Video, StagedKind::Repetition | StagedKind::Again(_)) => PacketKind::Retransmission,
        (MediaKind::Video, _) => PacketKind::Video,
    }
}
