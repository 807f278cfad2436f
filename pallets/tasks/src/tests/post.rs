//! Posting: what is held, and each reason to refuse.

use frame_support::{
    assert_noop, assert_ok,
    pallet_prelude::Weight,
    traits::{fungible::InspectHold, Hooks},
};
use millrace_inference::{LayerShape, Profile};
use millrace_primitives::{Balance, ModelId, ModelInfo};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::DispatchResult;

use crate::{mock::*, Error, Event, HoldReason, Queue, QueueEntry};

fn attempt(input: usize, price: Balance, deadline: u32) -> DispatchResult {
    Tasks::post(RuntimeOrigin::signed(REQUESTER), model(), vec![0; input], price, deadline, None)
}

/// Registers the model anew with another profile.
fn with_profile(change: impl FnOnce(&mut Profile)) {
    let mut profile = profile();
    change(&mut profile);
    world(|world| world.models.insert(model(), ModelInfo { profile, open: true }));
}

#[test]
fn a_task_waits_with_everything_on_hold() {
    on_chain(|| {
        let task = post(2);
        let record = record(task);
        let held = |reason: HoldReason| Balances::balance_on_hold(&reason.into(), &REQUESTER);
        assert_eq!(held(HoldReason::Price), 2 * CEILING);
        assert_eq!(held(HoldReason::InputDeposit), 10 * 2 * SAMPLE as Balance);
        assert_eq!(record.retention_fee, RECORD + 2 * 24);
        assert_eq!(held(HoldReason::VerificationFee), record.fee + record.retention_fee);
        assert!(record.fee > 0 && record.posting_cost > 0);
        assert_eq!((record.samples, record.work), (2, 2 * u128::from(WORK)));
        let bid = 2 * CEILING / 200;
        assert_eq!(record.bid, bid);
        assert_eq!(Queue::<Test>::get().into_inner(), [QueueEntry { task, bid }]);
        assert_eq!(world(|world| world.references), 1);
        System::assert_last_event(
            Event::TaskPosted {
                task,
                requester: REQUESTER,
                model: model(),
                samples: 2,
                max_price: 2 * CEILING,
            }
            .into(),
        );
    });
}

#[test]
fn a_model_must_be_registered_and_open() {
    on_chain(|| {
        let unknown = ModelId::repeat_byte(9);
        assert_noop!(
            Tasks::post(RuntimeOrigin::signed(REQUESTER), unknown, vec![0; SAMPLE], PRICE, 50, None),
            Error::<Test>::UnknownModel
        );
        world(|world| world.models.insert(model(), ModelInfo { profile: profile(), open: false }));
        assert_noop!(attempt(SAMPLE, PRICE, 50), Error::<Test>::RetiredModel);
    });
}

#[test]
fn a_model_that_nobody_offers_is_not_waited_for() {
    on_chain(|| {
        world(|world| world.offered = false);
        assert_noop!(attempt(SAMPLE, PRICE, 50), Error::<Test>::NobodyOffers);
        world(|world| world.offered = true);
        assert_ok!(attempt(SAMPLE, PRICE, 50));
    });
}

#[test]
fn price_and_deadline_are_bounded() {
    on_chain(|| {
        assert_noop!(attempt(SAMPLE, 99, 50), Error::<Test>::PriceTooLow);
        // In the first block, with a latency floor of three blocks: a lease is due in the fifth at the earliest.
        for deadline in 0..=4 {
            assert_noop!(attempt(SAMPLE, PRICE, deadline), Error::<Test>::InvalidDeadline);
        }
        assert_noop!(attempt(SAMPLE, PRICE, 1_002), Error::<Test>::InvalidDeadline);
        assert_ok!(attempt(SAMPLE, 100, 1_001));
    });
}

/// The nearest deadline is one that a fast slot can keep, if it is free in the same block.
#[test]
fn the_nearest_deadline_can_be_met() {
    on_chain(|| {
        sell_slot(MINER, 0);
        assert_ok!(attempt(SAMPLE, PRICE, 5));
        Tasks::on_idle(1, Weight::MAX);
        assert_eq!(lease_of(0).expect("the slot is free").due, 5);
    });
}

#[test]
fn an_input_is_whole_samples_and_not_too_long() {
    on_chain(|| {
        assert_noop!(attempt(0, PRICE, 50), Error::<Test>::InputLength);
        assert_noop!(attempt(SAMPLE + 1, PRICE, 50), Error::<Test>::InputLength);
        assert_noop!(attempt(512 * 1024 + SAMPLE, PRICE, 50), Error::<Test>::InputTooLong);
    });
}

/// Bytes that something shifted on their way are whole samples too, and would be executed and paid.
#[test]
fn an_input_is_what_was_hashed() {
    on_chain(|| {
        let (whole, shifted) = ([1, 1, 2, 3, 5, 8, 13, 21], vec![2, 3, 5, 8]);
        let hash_of = |bytes: &[u8]| Some(H256(blake2_256(bytes)));
        let attempt =
            |input, hash| Tasks::post(RuntimeOrigin::signed(REQUESTER), model(), input, PRICE, 50, hash);
        assert_noop!(attempt(shifted.clone(), hash_of(&whole)), Error::<Test>::InputHash);
        assert_noop!(attempt(vec![1; SAMPLE + 1], hash_of(&whole)), Error::<Test>::InputHash);
        assert_ok!(attempt(shifted.clone(), hash_of(&shifted)));
        assert_ok!(attempt(shifted.clone(), None));
        assert_eq!(
            (record(0).input_hash, record(1).input_hash),
            (record(1).input_hash, hash_of(&shifted).expect("it is some"))
        );
        // The hash lengthens the transaction by 32 bytes, at a planck each here.
        assert_eq!(record(0).posting_cost, record(1).posting_cost + 32);
    });
}

#[test]
fn a_batch_without_work_is_refused() {
    on_chain(|| {
        with_profile(|profile| profile.layers.clear());
        assert_noop!(attempt(SAMPLE, PRICE, 50), Error::<Test>::ZeroWork);
    });
}

#[test]
fn an_output_must_fit_the_chain() {
    on_chain(|| {
        with_profile(|profile| profile.output_bytes = 64 * 1024 + 1);
        assert_noop!(attempt(SAMPLE, PRICE, 50), Error::<Test>::OutputTooLong);
    });
}

#[test]
fn a_submission_must_fit_one_transaction() {
    on_chain(|| {
        // The fake verifier takes 100 bytes of input at most.
        with_profile(|profile| profile.sample_bytes = 104);
        assert_noop!(attempt(104, PRICE, 50), Error::<Test>::SubmissionTooLarge);
        let huge = LayerShape { n: 100_000, m: 1, columns: 1, width: 32 };
        with_profile(|profile| profile.layers = vec![huge]);
        assert_noop!(attempt(SAMPLE, PRICE, 50), Error::<Test>::SubmissionTooLarge);
    });
}

#[test]
fn a_sample_must_fit_a_verification_in_memory() {
    on_chain(|| {
        with_profile(|profile| profile.slice_bytes = u64::MAX);
        assert_noop!(attempt(SAMPLE, PRICE, 50), Error::<Test>::VerificationMemory);
    });
}

#[test]
fn who_cant_pay_posts_nothing() {
    on_chain(|| {
        assert!(attempt(SAMPLE, ENDOWMENT + 1, 50).is_err());
    });
}
