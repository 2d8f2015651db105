//! Which layers Slots get.

use parley_forwarder_core::congestion::{Allocator, LayerOffer, SlotDemand, wanted_bits_per_second};
use parley_forwarder_core::time::Instant;

const LAYERS: [LayerOffer; 3] = [offer(180, 150_000), offer(360, 500_000), offer(720, 1_200_000)];
const AUDIO: u64 = 50_000;
const NEW: SlotDemand<'_> = SlotDemand { priority: 1, max_height: 720, layers: &LAYERS, current: None };

const fn offer(height: u16, bits_per_second: u64) -> LayerOffer {
    LayerOffer { height, bits_per_second }
}

fn at(millis: u64) -> Instant {
    Instant::from_micros(millis * 1_000)
}

/// What an allocator gives that knows no other estimate.
fn give(estimate: u64, demands: &[SlotDemand<'_>]) -> Vec<Option<usize>> {
    Allocator::default().allocate(at(0), estimate, AUDIO, demands).to_vec()
}

#[test]
fn with_enough_for_all_each_slot_gets_what_it_can_use() {
    let wants = |max_height| SlotDemand { max_height, ..NEW };
    let none = SlotDemand { layers: &[], ..NEW };
    let demands = [wants(720), wants(361), wants(360), wants(90), wants(4_000), none];
    assert_eq!(give(100_000_000, &demands), [Some(2), Some(2), Some(1), Some(0), Some(2), None]);
}

#[test]
fn equal_slots_share_fairly_and_the_first_goes_ahead() {
    assert_eq!(give(1_000_000, &[NEW; 3]), [Some(1), Some(0), Some(0)]);
    assert_eq!(give(1_800_000, &[NEW; 3]), [Some(1), Some(1), Some(1)]);
    assert_eq!(give(2_700_000, &[NEW; 3]), [Some(2), Some(1), Some(1)]);
}

#[test]
fn the_important_slot_rises_first_but_the_others_stay_visible() {
    let important = SlotDemand { priority: 5, ..NEW };
    assert_eq!(give(1_750_000, &[NEW, important, NEW]), [Some(0), Some(2), Some(0)]);
}

#[test]
fn slots_are_paused_from_the_least_important_on() {
    let with = |priority| SlotDemand { priority, ..NEW };
    assert_eq!(give(400_000, &[with(1), with(3), with(2)]), [None, Some(0), Some(0)]);
    assert_eq!(give(150_000, &[NEW]), [None], "audio goes first");
}

#[test]
fn a_picture_in_its_lowest_layer_outlives_an_estimate_that_is_a_little_short() {
    let lowest = NEW.layers[0].bits_per_second;
    let shown = SlotDemand { current: Some(2), ..NEW };
    let short = AUDIO + lowest * 4 / 5;
    assert_eq!(give(short, &[shown]), [Some(0)]);
    assert_eq!(give(short - 1_000, &[shown]), [None]);
    assert_eq!(give(short, &[NEW]), [None], "what is not shown yet has to fit");
}

#[test]
fn a_fall_counts_at_once() {
    let mut allocator = Allocator::default();
    let has = |current| [SlotDemand { current: Some(current), ..NEW }];
    assert_eq!(allocator.allocate(at(0), 2_000_000, AUDIO, &has(2)), [Some(2)]);
    assert_eq!(allocator.allocate(at(1), 600_000, AUDIO, &has(2)), [Some(1)]);
}

#[test]
fn a_rise_counts_when_it_has_lasted() {
    let mut allocator = Allocator::default();
    let slot = [SlotDemand { current: Some(0), ..NEW }];
    assert_eq!(allocator.allocate(at(0), 300_000, AUDIO, &slot), [Some(0)]);
    let mut risen_at = None;
    for millis in (100..2_000).step_by(100) {
        if allocator.allocate(at(millis), 3_000_000, AUDIO, &slot) == [Some(2)] {
            risen_at = risen_at.or(Some(millis));
        }
    }
    assert!(risen_at.is_some_and(|millis| (500..=1_100).contains(&millis)), "{risen_at:?}");
}

#[test]
fn a_step_up_needs_a_margin_that_what_is_there_does_not() {
    let slot = |current| [SlotDemand { current: Some(current), ..NEW }];
    let just_enough = AUDIO + 500_000;
    assert_eq!(give(just_enough, &slot(1)), [Some(1)]);
    assert_eq!(give(just_enough, &slot(0)), [Some(0)]);
    assert_eq!(give(just_enough * 11 / 10, &slot(0)), [Some(1)]);
}

#[test]
fn an_estimate_that_wavers_around_a_step_does_not_make_a_slot_flap() {
    let mut allocator = Allocator::default();
    let mut current = Some(0);
    let mut changes = 0;
    for tick in 0..600_u64 {
        // 550 kbit/s carry audio and the middle layer, give or take 4 %.
        let estimate = 550_000 + (tick * 7_919 % 44_000) - 22_000;
        let given = allocator.allocate(at(tick * 100), estimate, AUDIO, &[SlotDemand { current, ..NEW }])[0];
        changes += u32::from(given != current);
        current = given;
    }
    assert_eq!((changes, current), (0, Some(0)));
}

#[test]
fn what_is_wanted_is_just_enough_for_everything() {
    let demands = [NEW, SlotDemand { max_height: 180, ..NEW }, SlotDemand { layers: &[], ..NEW }];
    let wanted = wanted_bits_per_second(AUDIO, &demands);
    assert_eq!(wanted, (AUDIO + 1_350_000) * 11 / 10);
    assert_eq!(give(wanted, &demands), [Some(2), Some(0), None]);
    assert_eq!(give(wanted - 2, &demands), [Some(1), Some(0), None]);
}
