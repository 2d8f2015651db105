//! What the bandwidth of a Peer leaves to each of its Slots.

use std::ops::Range;

use crate::arena::{Arena, Key};
use crate::congestion::{LayerOffer, SlotDemand, wanted_bits_per_second};
use crate::downlink::Downlink;
use crate::negotiated::MediaKind;
use crate::publication::Publication;
use crate::slot::{Allotment, Slot};
use crate::stream::Stream;
use crate::switchboard::Switchboard;
use crate::time::Instant;

/// What a Slot with sound takes, in bits per second: Opus with its headers.
const AUDIO_BITS_PER_SECOND: u64 = 48_000;

/// A Slot that is to show something.
struct Showing {
    slot: Key<Slot>,
    /// Where its layers are among the offers.
    offers: Range<usize>,
    /// Which of them it has.
    current: Option<usize>,
}

impl Downlink {
    /// Shares what fits among the Peer's Slots.
    pub(crate) fn allocate(&mut self, slots: &[Key<Slot>], switchboard: &mut Switchboard, now: Instant) {
        let showing = self.collect_offers(slots, switchboard, now);
        let carries_sound = |key: &&Key<Slot>| {
            switchboard.slots.get(**key).is_some_and(|slot| slot.kind == MediaKind::Audio && slot.current.is_some())
        };
        let reserved = slots.iter().filter(carries_sound).count() as u64 * AUDIO_BITS_PER_SECOND;
        let demand = |all: &Showing| {
            let wish = switchboard.slots.get(all.slot)?.wish;
            Some(SlotDemand {
                priority: wish.priority.clamp(0, 255) as u8,
                max_height: to_height(wish.max_height),
                layers: self.offers.get(all.offers.clone()).unwrap_or_default(),
                current: all.current,
            })
        };
        let demands: Vec<SlotDemand<'_>> = showing.iter().filter_map(demand).collect();
        self.estimate.set_wanted_bits_per_second(wanted_bits_per_second(reserved, &demands));
        let estimate = self.estimate.target_bits_per_second();
        let layers = self.allocator.allocate(now, estimate, reserved, &demands);
        for (all, (layer, demand)) in showing.iter().zip(layers.iter().zip(&demands)) {
            if let Some(slot) = switchboard.slots.get_mut(all.slot) {
                slot.allotment = allotment(*layer, demand.layers);
            }
        }
    }

    /// The layers that there are for each Slot. One of whose layers nothing is known yet may carry anything.
    fn collect_offers(&mut self, slots: &[Key<Slot>], switchboard: &mut Switchboard, now: Instant) -> Vec<Showing> {
        self.offers.clear();
        let mut showing = Vec::new();
        for key in slots {
            let Some(slot) = switchboard.slots.get_mut(*key) else { continue };
            let wanted = slot.wanted.filter(|_| slot.kind == MediaKind::Video && !slot.is_paused);
            let Some(publication) = wanted.and_then(|wanted| switchboard.publications.get(wanted)) else { continue };
            let first = self.offers.len();
            let current = self.offer_layers(slot, publication, &switchboard.streams, now);
            let offers = first..self.offers.len();
            if offers.is_empty() {
                slot.allotment = Allotment::Unlimited;
            } else {
                showing.push(Showing { slot: *key, offers, current });
            }
        }
        showing
    }

    /// Offers what flows, and what would soon if it were wanted. Returns the place of the layer that the Slot has.
    fn offer_layers(
        &mut self,
        slot: &Slot,
        publication: &Publication,
        streams: &Arena<Stream>,
        now: Instant,
    ) -> Option<usize> {
        let first = self.offers.len();
        let mut current = None;
        let all = || publication.streams.iter().enumerate().filter_map(|(place, key)| Some((place, (*key)?)));
        let flows = |key: Key<Stream>| streams.get(key).is_some_and(|stream| stream.is_flowing(now));
        let anything_flows = all().any(|(_, key)| flows(key));
        for (place, key) in all() {
            let comes = !anything_flows || flows(key) || publication.interest.can_begin(place, now);
            let can_carry = |stream: &&Stream| slot.output.can_carry(publication, stream.payload_type);
            let Some(stream) = streams.get(key).filter(|_| comes).filter(can_carry) else { continue };
            let start = self.offers.len();
            let offer = |(height, bits_per_second)| LayerOffer { height: to_height(height), bits_per_second };
            self.offers.extend(stream.layers().map(offer));
            if slot.target.or(slot.current) == Some(key)
                && let Some(affordable) = slot.affordable()
            {
                let own = self.offers.get(start..).unwrap_or_default();
                let wished = own.iter().position(|layer| u32::from(layer.height) >= affordable.wish.max_height);
                current = wished.or(own.len().checked_sub(1)).map(|layer| start - first + layer);
            }
        }
        current
    }
}

/// What the choice among the layers of a Publication means.
fn allotment(chosen: Option<usize>, layers: &[LayerOffer]) -> Allotment {
    let Some((place, layer)) = chosen.and_then(|place| Some((place, layers.get(place)?))) else {
        return Allotment::Nothing;
    };
    let is_highest = place + 1 == layers.len();
    if is_highest { Allotment::AllUpTo(layer.height.into()) } else { Allotment::UpTo(layer.height.into()) }
}

fn to_height(height: u32) -> u16 {
    u16::try_from(height).unwrap_or(u16::MAX)
}
