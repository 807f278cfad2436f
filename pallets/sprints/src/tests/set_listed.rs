//! The batches that sprints run on.

use frame_support::{assert_noop, assert_ok, weights::Weight};
use millrace_primitives::ModelRegistry;
use sp_runtime::{DispatchError, DispatchResult};

use super::*;
use crate::{target, Error, Event, Listed};

fn set_listed(listed: Vec<(H256, u32)>) -> DispatchResult {
    Sprints::set_listed(RuntimeOrigin::root(), listed)
}

#[test]
fn the_rounds_take_the_listed_models_in_turn() {
    run(|| {
        register(other(), profile(), true);
        assert_ok!(set_listed(vec![(model(), 1), (other(), 3)]));
        System::assert_last_event(Event::ListedSet { count: 2 }.into());
        assert_eq!(FakeModels::listed(), registered());
        let turn = || Sprints::sprint_model().map(|listing| (listing.model, listing.samples));
        assert_eq!(turn(), Some((model(), 1)));
        begin_round(1);
        assert_eq!(turn(), Some((other(), 3)));
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
        let models: Vec<(H256, u32)> = (10..19).map(|byte| (H256::repeat_byte(byte), 1)).collect();
        models.iter().for_each(|(model, _)| register(*model, profile(), true));
        assert_noop!(set_listed(models.clone()), Error::<Test>::TooManyModels);
        assert_ok!(set_listed(models[1..].to_vec()));
    });
}

/// Its wins would raise the difficulty of one of the two only.
#[test]
fn a_model_is_listed_once() {
    run(|| {
        assert_noop!(set_listed(vec![(model(), 1), (model(), 2)]), Error::<Test>::ListedTwice);
    });
}

#[test]
fn a_model_that_stays_listed_keeps_its_difficulty() {
    run(|| {
        register(other(), profile(), true);
        change_listing(model(), |listing| listing.difficulty = 12_345_678);
        let share = listing(model()).share;
        assert_ok!(set_listed(vec![(other(), 1), (model(), 64)]));
        assert_eq!(listing(model()).difficulty, 12_345_678);
        assert!(listing(model()).share > share, "more samples take more");
        assert_ok!(set_listed(vec![(other(), 1)]));
        assert_ok!(set_listed(vec![(model(), SAMPLES)]));
        assert_eq!(listing(model()).difficulty, target::scaled(INITIAL_DIFFICULTY), "it is new again");
    });
}

#[test]
fn the_first_wins_on_any_batch_take_the_same_work() {
    run(|| {
        register(other(), profile(), true);
        for (samples, attempts) in [(1, 32), (SAMPLES, 16), (16, 2)] {
            assert_ok!(set_listed(vec![]));
            assert_ok!(set_listed(vec![(other(), samples)]));
            assert_eq!(listing(other()).difficulty, target::scaled(attempts), "{samples} samples");
            assert_eq!(attempts * profile().work(samples), 256);
        }
        // A batch that takes more than the initial work is won with one attempt.
        assert_ok!(set_listed(vec![]));
        assert_ok!(set_listed(vec![(other(), 64)]));
        assert_eq!(listing(other()).difficulty, target::ONE);
    });
}

#[test]
fn the_genesis_may_leave_the_difficulty_to_the_configuration() {
    use frame_support::traits::BuildGenesisConfig;
    run(|| {
        let genesis = |difficulty| {
            Listed::<Test>::kill();
            let listed = vec![(model(), SAMPLES)];
            crate::GenesisConfig::<Test> { listed, difficulty, ..Default::default() }.build();
            listing(model()).difficulty
        };
        assert_eq!(genesis(0), target::scaled(INITIAL_DIFFICULTY));
        assert_eq!(genesis(1_024), target::scaled(1_024));
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
