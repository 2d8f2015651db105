//! What holds for every allocation.

use parley_forwarder_core::congestion::{Allocator, LayerOffer, SlotDemand, wanted_bits_per_second};
use parley_forwarder_core::time::Instant;
use proptest::prelude::*;

/// A demand that owns its layers.
#[derive(Debug, Clone)]
struct Wish {
    priority: u8,
    max_height: u16,
    layers: Vec<LayerOffer>,
    current: Option<usize>,
}

impl Wish {
    fn demand(&self) -> SlotDemand<'_> {
        let current = self.current.filter(|current| *current < self.layers.len());
        SlotDemand { priority: self.priority, max_height: self.max_height, layers: &self.layers, current }
    }
}

fn wish() -> impl Strategy<Value = Wish> {
    let layers = prop::collection::vec(10_000_u64..900_000, 0..4).prop_map(|steps| {
        let sum = |total: &mut u64, step: u64| {
            *total += step;
            Some(*total)
        };
        let rates = steps.into_iter().scan(0, sum);
        rates
            .zip([180, 360, 720, 1_080])
            .map(|(bits_per_second, height)| LayerOffer { height, bits_per_second })
            .collect()
    });
    let current = prop::option::of(0_usize..4);
    (0_u8..4, prop::sample::select(vec![90, 180, 360, 720, 2_000]), layers, current)
        .prop_map(|(priority, max_height, layers, current)| Wish { priority, max_height, layers, current })
}

fn wishes() -> impl Strategy<Value = Vec<Wish>> {
    prop::collection::vec(wish(), 1..12)
}

fn allocate(estimate: u64, reserved: u64, wishes: &[Wish]) -> Vec<Option<usize>> {
    let demands: Vec<_> = wishes.iter().map(Wish::demand).collect();
    Allocator::default().allocate(Instant::default(), estimate, reserved, &demands).to_vec()
}

fn cost(wishes: &[Wish], layers: &[Option<usize>]) -> u64 {
    let costs =
        wishes.iter().zip(layers).map(|(wish, layer)| layer.map_or(0, |layer| wish.layers[layer].bits_per_second));
    costs.sum()
}

proptest! {
    #[test]
    fn it_never_exceeds_the_estimate(estimate in 0_u64..6_000_000, reserved in 0_u64..200_000, mut wishes in wishes()) {
        wishes.iter_mut().for_each(|wish| wish.current = None);
        let layers = allocate(estimate, reserved, &wishes);
        prop_assert!(cost(&wishes, &layers) <= estimate.saturating_sub(reserved));
    }

    #[test]
    fn only_pictures_that_are_shown_exceed_it_and_little(estimate in 0_u64..6_000_000, wishes in wishes()) {
        let layers = allocate(estimate, 0, &wishes);
        let spent = cost(&wishes, &layers);
        prop_assert!(spent <= estimate + estimate / 4);
        let is_lowest = |layer: &Option<usize>| layer.is_none_or(|layer| layer == 0);
        prop_assert!(spent <= estimate || layers.iter().all(is_lowest));
    }

    #[test]
    fn nobody_gets_more_than_is_of_use(estimate in 0_u64..20_000_000, wishes in wishes()) {
        for (wish, layer) in wishes.iter().zip(allocate(estimate, 0, &wishes)) {
            if let Some(lower) = layer.and_then(|layer| layer.checked_sub(1)) {
                prop_assert!(wish.layers[lower].height < wish.max_height);
            }
        }
    }

    #[test]
    fn more_priority_never_gives_less(
        estimate in 0_u64..6_000_000,
        mut wishes in wishes(),
        which: prop::sample::Index,
    ) {
        wishes.iter_mut().for_each(|wish| wish.current = None);
        let which = which.index(wishes.len());
        let before = allocate(estimate, 0, &wishes)[which];
        wishes[which].priority += 1;
        prop_assert!(allocate(estimate, 0, &wishes)[which] >= before);
    }

    #[test]
    fn nothing_that_would_fit_is_left_undone(estimate in 0_u64..6_000_000, mut wishes in wishes()) {
        wishes.iter_mut().for_each(|wish| wish.current = None);
        let layers = allocate(estimate, 0, &wishes);
        let room = estimate * 10 / 11 - cost(&wishes, &layers);
        for (wish, layer) in wishes.iter().zip(layers) {
            let (now, next) = layer.map_or((0, 0), |layer| (wish.layers[layer].bits_per_second, layer + 1));
            let is_enough = layer.is_some_and(|layer| wish.layers[layer].height >= wish.max_height);
            if let Some(offer) = wish.layers.get(next).filter(|_| !is_enough) {
                prop_assert!(offer.bits_per_second - now > room);
            }
        }
    }

    #[test]
    fn what_was_given_is_given_again(estimate in 0_u64..6_000_000, mut wishes in wishes()) {
        let first = allocate(estimate, 0, &wishes);
        wishes.iter_mut().zip(&first).for_each(|(wish, layer)| wish.current = *layer);
        prop_assert_eq!(allocate(estimate, 0, &wishes), first);
    }

    #[test]
    fn everything_is_given_at_the_wanted_estimate(reserved in 0_u64..200_000, wishes in wishes()) {
        let demands: Vec<_> = wishes.iter().map(Wish::demand).collect();
        let wanted = wanted_bits_per_second(reserved, &demands);
        prop_assert_eq!(allocate(wanted, reserved, &wishes), allocate(u64::MAX, reserved, &wishes));
    }

    #[test]
    fn any_numbers_are_survived(estimate: u64, reserved: u64, rates in prop::collection::vec(any::<u64>(), 0..9)) {
        let offer = |bits_per_second| LayerOffer { height: 9, bits_per_second };
        let layers: Vec<_> = rates.into_iter().map(offer).collect();
        let demand = SlotDemand { priority: 1, max_height: 99, layers: &layers, current: Some(700) };
        wanted_bits_per_second(reserved, &[demand; 3]);
        prop_assert_eq!(Allocator::default().allocate(Instant::default(), estimate, reserved, &[demand; 3]).len(), 3);
    }
}
