//! Spreads what is sent to one Peer over time, so that bursts do not fill the queues of the path.
//!
//! Audio is never held back, but counts. After it come retransmissions, then video; both wait until the debt of what
//! was sent is paid off at the pacing rate. While a probe runs, its rate counts instead and padding fills it up. What
//! waited too long is handed back unsent: it would come too late, and only hold up what follows.

use std::collections::VecDeque;
use std::time::Duration;

use super::pacing_debt::PacingDebt;
use super::probe::{ClusterId, ProbeCluster};
use super::probe_run::ProbeRun;
use crate::time::Instant;

/// What waited longer is not sent any more.
const MAX_WAIT: Duration = Duration::from_millis(250);
/// The most packets that wait in each queue.
const MAX_PACKETS: usize = 2_048;

coded_error! {
    /// Why a packet is not taken.
    pub enum PacerError {
        /// Too many packets wait already.
        QueueFull => "pacerQueueFull",
    }
}

/// What a packet is for, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PacketKind {
    /// Never waits, also when it is sent again.
    Audio,
    /// Video that is sent again.
    Retransmission,
    /// Media that may wait.
    Video,
}

/// What to send now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release<T> {
    /// A packet that waited.
    Packet {
        /// What was pushed.
        item: T,
        /// What it is for.
        kind: PacketKind,
        /// The probe that it belongs to.
        probe: Option<ClusterId>,
    },
    /// A packet that waited too long. Do not send it, also not when it is asked for: that would take the room of newer
    /// packets, which would be late in turn. Video goes on with a keyframe.
    Expired {
        /// What was pushed.
        item: T,
        /// What it was for.
        kind: PacketKind,
    },
    /// Up to so many bytes of padding, or of something sent again, in one packet. The caller answers with
    /// [`Pacer::on_padding_sent`], or with [`Pacer::cancel_probe`] when it has nothing to send.
    Padding {
        /// How many bytes the probe still lacks.
        bytes: u64,
        /// The probe that it belongs to.
        probe: ClusterId,
    },
}

#[derive(Debug, Clone, Copy)]
struct Waiting<T> {
    item: T,
    bytes: u64,
    since: Instant,
}

/// The pacer of one Peer, of packets named by `T`.
#[derive(Debug, Clone)]
pub struct Pacer<T> {
    audio: VecDeque<Waiting<T>>,
    retransmissions: VecDeque<Waiting<T>>,
    video: VecDeque<Waiting<T>>,
    debt: PacingDebt,
    probe: Option<ProbeRun>,
}

impl<T: Copy> Pacer<T> {
    /// Sends at `bits_per_second`, which should be somewhat above the rate of the media.
    pub const fn new(now: Instant, bits_per_second: u64) -> Self {
        Self {
            audio: VecDeque::new(),
            retransmissions: VecDeque::new(),
            video: VecDeque::new(),
            debt: PacingDebt::new(now, bits_per_second),
            probe: None,
        }
    }

    /// Sends at another rate from now on.
    pub fn set_bits_per_second(&mut self, now: Instant, bits_per_second: u64) {
        self.debt.set_rate(now, bits_per_second);
    }

    /// Begins a probe with the next packet; one that still runs ends.
    pub const fn start_probe(&mut self, cluster: ProbeCluster) {
        self.probe = Some(ProbeRun::new(cluster));
    }

    /// Ends the probe for want of padding.
    pub const fn cancel_probe(&mut self) {
        self.probe = None;
    }

    /// Takes a packet of `bytes` bytes, which [`poll`](Self::poll) gives back when it may be sent.
    ///
    /// # Errors
    /// [`PacerError::QueueFull`] when 2048 of its kind wait.
    pub fn push(&mut self, now: Instant, kind: PacketKind, bytes: usize, item: T) -> Result<(), PacerError> {
        let queue = self.queue_mut(kind);
        if queue.len() >= MAX_PACKETS {
            return Err(PacerError::QueueFull);
        }
        queue.push_back(Waiting { item, bytes: bytes as u64, since: now });
        Ok(())
    }

    /// Whether a packet of `bytes` bytes may be sent at once, past the queues; it counts as sent then. None may overtake
    /// what waits, and while a probe runs all packets are its own.
    pub fn pass(&mut self, now: Instant, kind: PacketKind, bytes: usize) -> bool {
        let is_free = match kind {
            PacketKind::Audio => self.audio.is_empty(),
            PacketKind::Retransmission | PacketKind::Video => self.is_empty() && self.debt.ready_at() <= now,
        };
        let passes = is_free && self.probe.is_none();
        if passes {
            self.debt.add(now, bytes as u64);
        }
        passes
    }

    /// Drops what waits of a kind where `is_useless` says so; it is asked of each in its turn.
    pub fn discard(&mut self, kind: PacketKind, mut is_useless: impl FnMut(&T) -> bool) {
        self.queue_mut(kind).retain(|waiting| !is_useless(&waiting.item));
    }

    /// Whether a probe runs, whose packets keep times of their own.
    pub const fn is_probing(&self) -> bool {
        self.probe.is_some()
    }

    /// Packets that wait, of all kinds.
    pub fn len(&self) -> usize {
        self.audio.len() + self.retransmissions.len() + self.video.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What to send now; call it until there is nothing.
    pub fn poll(&mut self, now: Instant) -> Option<Release<T>> {
        if let Some((item, kind)) = self.pop_expired(now) {
            return Some(Release::Expired { item, kind });
        }
        let kind = self.first_waiting();
        if kind != Some(PacketKind::Audio) && self.next_turn(now) > now {
            return None;
        }
        let Some(kind) = kind else {
            return self.probe.as_ref().map(|run| Release::Padding { bytes: run.missing_bytes(), probe: run.id() });
        };
        let waiting = self.queue_mut(kind).pop_front()?;
        let probe = self.account(now, waiting.bytes);
        Some(Release::Packet { item: waiting.item, kind, probe })
    }

    /// Counts padding of `bytes` bytes that was sent on [`Release::Padding`].
    pub fn on_padding_sent(&mut self, now: Instant, bytes: usize) {
        self.account(now, bytes as u64);
    }

    /// When to call [`poll`](Self::poll) again if nothing is pushed before.
    pub fn poll_timeout(&self, now: Instant) -> Option<Instant> {
        match self.first_waiting() {
            Some(PacketKind::Audio) => Some(now),
            None if self.probe.is_none() => None,
            _ => Some(self.next_turn(now)),
        }
    }

    /// When something other than audio may be sent.
    fn next_turn(&self, now: Instant) -> Instant {
        self.probe.as_ref().map_or_else(|| self.debt.ready_at(), |run| run.due()).max(now)
    }

    fn account(&mut self, now: Instant, bytes: u64) -> Option<ClusterId> {
        self.debt.add(now, bytes);
        let run = self.probe.as_mut()?;
        let id = run.id();
        run.add(now, bytes);
        if run.is_complete() {
            self.probe = None;
        }
        Some(id)
    }

    fn first_waiting(&self) -> Option<PacketKind> {
        let by_urgency = [
            (PacketKind::Audio, &self.audio),
            (PacketKind::Retransmission, &self.retransmissions),
            (PacketKind::Video, &self.video),
        ];
        by_urgency.into_iter().find(|(_, queue)| !queue.is_empty()).map(|(kind, _)| kind)
    }

    const fn queue_mut(&mut self, kind: PacketKind) -> &mut VecDeque<Waiting<T>> {
        match kind {
            PacketKind::Audio => &mut self.audio,
            PacketKind::Retransmission => &mut self.retransmissions,
            PacketKind::Video => &mut self.video,
        }
    }

    fn pop_expired(&mut self, now: Instant) -> Option<(T, PacketKind)> {
        let is_expired = |waiting: &mut Waiting<T>| now.since(waiting.since) > MAX_WAIT;
        let mut expired = |kind| self.queue_mut(kind).pop_front_if(is_expired).map(|waiting| (waiting.item, kind));
        expired(PacketKind::Retransmission).or_else(|| expired(PacketKind::Video))
    }
}
