//! The batches that sprints run on.

use frame_support::{assert_noop, assert_ok, weights::Weight};
use millrace_primitives::ModelRegistry;
use sp_runtime::{DispatchError, DispatchResult};

use super::*;
use crate::{Error, Event, Listed, Listing};

fn set_listed(listed: Vec<(H256, u32)>) -> DispatchResult {
    Sprints::set_listed(RuntimeOrigin::root(), listed)
}

fn other() -> H256 {
    H256::repeat_byte(2)
}

#[test]
fn the_rounds_take_the_listed_models_in_turn() {
    run(|| {
        register(other(), profile(), true);
        assert_ok!(set_listed(vec![(model(), 1), (other(), 3)]));
        System::assert_last_event(Event::ListedSet { count: 2 }.into());
        assert_eq!(FakeModels::listed(), registered());
        assert_eq!(Sprints::sprint_model(), Some(Listing { model: model(), samples: 1 }));
        begin_round(1);
        assert_eq!(Sprints::sprint_model(), Some(Listing { model: other(), samples: 3 }));
        assert_ok!(set_listed(vec![]));
        assert_eq!(Sprints::sprint_model(), None);
        assert!(FakeModels::listed().is_empty());
    });
}

#[test]
fn only_the_origin_for_it_may() {
    run(|| {
        assert_noop!(Sprints::set_listed(RuntimeOrigin::signed(MINER), vec![]), DispatchError::BadOrigin);
        assert_eq!(Listed::<Test>::get().len(), 1);
    });
}

#[test]
fn the_list_is_short() {
    run(|| {
        assert_noop!(set_listed(vec![(model(), 1); 9]), Error::<Test>::TooManyModels);
    });
}

#[test]
fn unknown_and_retired_models_arent_listed() {
    run(|| {
        assert_noop!(set_listed(vec![(other(), 1)]), Error::<Test>::UnknownModel);
        register(other(), profile(), false);
        assert_noop!(set_listed(vec![(other(), 1)]), Error::<Test>::UnknownModel);
    });
}

#[test]
fn a_batch_is_neither_empty_nor_large_nor_heavy() {
    run(|| {
        assert_noop!(set_listed(vec![(model(), 0)]), Error::<Test>::InvalidBatch);
        assert_noop!(set_listed(vec![(model(), 100_000)]), Error::<Test>::InvalidBatch);
        weigh(Weight::from_parts(1_001, 0));
        assert_noop!(set_listed(vec![(model(), 1)]), Error::<Test>::InvalidBatch);
    });
}

#[test]
fn a_verification_fits_the_memory() {
    run(|| {
        let mut large = profile();
        large.slice_bytes = u64::MAX;
        register(other(), large, true);
        assert_noop!(set_listed(vec![(other(), 1)]), Error::<Test>::VerificationMemory);
    });
}
