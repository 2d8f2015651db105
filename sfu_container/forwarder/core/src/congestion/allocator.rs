//! Gives each Slot of a Peer a layer, so that together they fit the estimate.
//!
//! Audio, and what is sent again, is taken off first. Then every Slot gets its lowest layer, the most important Slots
//! first; then layers are raised step by step: within one priority the cheapest step first, and less important Slots
//! only with what the more important ones cannot use. A Slot whose lowest layer does not fit is paused: the sum never
//! exceeds the estimate.
//!
//! What a Slot has already counts against the estimate of now, so that it falls at once. What would be new counts
//! against the lowest estimate of the last half second at least, less a margin, so that it rises only when that lasts.

use std::cmp::Reverse;
use std::time::Duration;

use super::recent_minimum::RecentMinimum;
use crate::time::Instant;

/// For at least so long the estimate must have allowed a step up.
const HOLD: Duration = Duration::from_millis(500);
/// The lowest layers that are shown may take a quarter more than fits.
const GRACE_DIVISOR: u64 = 4;
/// The estimate must exceed what a step up needs by a tenth.
const MARGIN_DIVISOR: u64 = 10;

/// A layer that can be forwarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerOffer {
    /// The height of the picture in pixels.
    pub height: u16,
    /// What it takes, measured or expected.
    pub bits_per_second: u64,
}

/// What one video Slot wants, and what there is for it.
#[derive(Debug, Clone, Copy)]
pub struct SlotDemand<'a> {
    /// The higher, the later it is given up when bandwidth is short.
    pub priority: u8,
    /// The lowest layer at least so high is enough, in pixels.
    pub max_height: u16,
    /// The layers of the Publication, lowest first. Empty when it has none now.
    pub layers: &'a [LayerOffer],
    /// The layer that it has now; `None` when it is paused or new.
    pub current: Option<usize>,
}

impl SlotDemand<'_> {
    /// The best layer that it can use.
    fn top(&self) -> Option<usize> {
        let enough = self.layers.iter().position(|layer| layer.height >= self.max_height);
        enough.or(self.layers.len().checked_sub(1))
    }

    fn cost(&self, layer: Option<usize>) -> u64 {
        layer.and_then(|index| self.layers.get(index)).map_or(0, |layer| layer.bits_per_second)
    }
}

/// The estimate in bits per second at which every Slot gets the best layer that it can use. `reserved` is what
/// audio and retransmissions take.
pub fn wanted_bits_per_second(reserved: u64, demands: &[SlotDemand<'_>]) -> u64 {
    let video = demands.iter().map(|demand| demand.cost(demand.top())).fold(0_u64, u64::saturating_add);
    let needed = reserved.saturating_add(video);
    needed.saturating_add(needed.div_ceil(MARGIN_DIVISOR))
}

/// The allocator of one Peer. Its buffers are kept from one call to the next.
#[derive(Debug, Clone)]
pub struct Allocator {
    lowest_estimate: RecentMinimum<u64>,
    layers: Vec<Option<usize>>,
    order: Vec<usize>,
}

impl Default for Allocator {
    fn default() -> Self {
        Self { lowest_estimate: RecentMinimum::new(HOLD), layers: Vec::new(), order: Vec::new() }
    }
}

/// What is spent, and up to where.
struct Budget {
    keep: u64,
    raise: u64,
    spent: u64,
}

impl Budget {
    /// Spends what a picture's lowest layer takes, if it fits, or nearly does and is shown already.
    fn show(&mut self, cost: u64, is_shown: bool) -> bool {
        self.spend(0, cost, if is_shown { self.keep.saturating_add(self.keep / GRACE_DIVISOR) } else { self.raise })
    }

    /// Spends the difference between two layers, if it fits.
    fn step(&mut self, from: u64, to: u64, is_new: bool) -> bool {
        self.spend(from, to, if is_new { self.raise } else { self.keep })
    }

    fn spend(&mut self, from: u64, to: u64, limit: u64) -> bool {
        let spent = self.spent.saturating_sub(from).saturating_add(to);
        let fits = spent <= limit;
        if fits {
            self.spent = spent;
        }
        fits
    }
}

impl Allocator {
    /// The index of each demand's layer, `None` to pause it. `estimate` is for everything that is sent to the Peer,
    /// `reserved` what audio and retransmissions take of it, both in bits per second. Call it several times a second
    /// and at changes. Retransmissions come in bursts: count no more than they take in the long run.
    pub fn allocate(
        &mut self,
        now: Instant,
        estimate: u64,
        reserved: u64,
        demands: &[SlotDemand<'_>],
    ) -> &[Option<usize>] {
        let lasting = self.lowest_estimate.add(now, estimate);
        // The inverse of the margin in `wanted_bits_per_second`.
        let with_margin = (u128::from(lasting) * u128::from(MARGIN_DIVISOR) / u128::from(MARGIN_DIVISOR + 1)) as u64;
        let mut budget =
            Budget { keep: estimate.saturating_sub(reserved), raise: with_margin.saturating_sub(reserved), spent: 0 };
        self.layers.clear();
        self.layers.resize(demands.len(), None);
        self.order.clear();
        self.order.extend(0..demands.len());
        self.show_all(&mut budget, demands);
        self.raise(&mut budget, demands);
        &self.layers
    }

    /// The lowest layers.
    fn show_all(&mut self, budget: &mut Budget, demands: &[SlotDemand<'_>]) {
        let priority = |index: &usize| demands.get(*index).map(|demand| demand.priority);
        self.order.sort_unstable_by_key(|index| (Reverse(priority(index)), *index));
        for &index in &self.order {
            let (Some(demand), Some(layer)) = (demands.get(index), self.layers.get_mut(index)) else { continue };
            if demand.top().is_some() && budget.show(demand.cost(Some(0)), demand.current.is_some()) {
                *layer = Some(0);
            }
        }
    }

    /// Further layers. A Slot that cannot be raised leaves `order`.
    fn raise(&mut self, budget: &mut Budget, demands: &[SlotDemand<'_>]) {
        while let Some((place, step)) = self.next_step(demands) {
            if budget.step(step.from, step.to, step.is_new) {
                if let Some(layer) = self.layers.get_mut(step.slot) {
                    *layer = Some(step.layer);
                }
            } else {
                self.order.swap_remove(place);
            }
        }
    }

    /// The step whose turn it is, and its Slot's place in `order`.
    fn next_step(&self, demands: &[SlotDemand<'_>]) -> Option<(usize, Step)> {
        let steps = self.order.iter().enumerate().filter_map(|(place, &slot)| {
            let demand = demands.get(slot)?;
            let layer = (*self.layers.get(slot)?)?;
            let higher = demand.top().filter(|top| layer < *top).map(|_| layer + 1)?;
            let (from, to) = (demand.cost(Some(layer)), demand.cost(Some(higher)));
            let is_new = demand.current.is_none_or(|current| current < higher);
            Some((place, demand.priority, Step { slot, layer: higher, from, to, is_new }))
        });
        let turn = |priority: u8, step: &Step| (Reverse(priority), step.to.saturating_sub(step.from), step.slot);
        let next = steps.min_by_key(|(_, priority, step)| turn(*priority, step));
        next.map(|(place, _, step)| (place, step))
    }
}

/// From one layer of a Slot to the next.
struct Step {
    slot: usize,
    layer: usize,
    /// Bits per second of the layers.
    from: u64,
    to: u64,
    is_new: bool,
}
