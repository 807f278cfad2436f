//! Submitting: who may, and what each verdict does to escrow, lease, slot and bond.

use frame_support::{assert_noop, assert_ok, dispatch::DispatchResultWithPostInfo, traits::Authorize};
use frame_system::RawOrigin;
use millrace_inference::TraceError;
use millrace_primitives::{genesis_hash, lease_seed, Served, Verdict};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::{
    traits::Dispatchable,
    transaction_validity::{
        InvalidTransaction, TransactionSource, TransactionValidityError, ValidTransaction,
    },
};

use crate::{mock::*, Error, Event, Inputs, Lease, LeaseFailure, Leases, Outputs, RefundReason};

pub(super) fn authorize(call: &RuntimeCall) -> Result<ValidTransaction, TransactionValidityError> {
    call.authorize(TransactionSource::External).expect("it is authorized by itself").map(|(valid, _)| valid)
}

/// What the pool and every block do with an authorised call.
pub(super) fn apply(call: RuntimeCall) -> DispatchResultWithPostInfo {
    authorize(&call).expect("it may be sent");
    call.dispatch(RawOrigin::Authorized.into())
}

fn refused(call: &RuntimeCall) -> TransactionValidityError {
    authorize(call).expect_err("it may not be sent")
}

#[test]
fn a_right_trace_is_paid() {
    on_chain(|| {
        let issuance = Balances::total_issuance();
        let task = leased();
        let fee = record(task).fee;
        let lease = lease_of(task).expect("it is leased");
        world(|world| world.verdict = Verdict::Proven { output: vec![1, 2, 3] });
        assert_ok!(apply(submission(task, vec![5], MINER)));

        let cut = PRICE / 20;
        assert_eq!(total(MINER), ENDOWMENT + PRICE - cut);
        assert_eq!(total(COLLATOR), ENDOWMENT + fee + RETENTION);
        assert_eq!(total(REQUESTER), ENDOWMENT - PRICE - fee - RETENTION);
        assert_eq!(free(REQUESTER), total(REQUESTER), "nothing stays on hold");
        assert_eq!(Balances::total_issuance(), issuance - cut, "only the cut is gone");
        assert_eq!(Outputs::<Test>::get(task).expect("it is kept").into_inner(), [1, 2, 3]);
        assert!(!is_open(task) && !Inputs::<Test>::contains_key(task) && Leases::<Test>::get().is_empty());
        world(|world| {
            assert!(world.leased.is_empty() && world.slashes.is_empty());
            assert_eq!((world.slots.len(), world.references), (1, 0));
            let Lease { since, due, .. } = lease;
            let served = Served { work: WORK.into(), ask: ASK, since, due, mining_pay: world.emission };
            assert_eq!(world.settled, [(MINER, 0, served)]);
        });
        assert_eq!(worked(), [(MINER, u128::from(WORK))]);
        System::assert_last_event(
            Event::TaskSettled {
                task,
                miner: MINER,
                paid: PRICE - cut,
                burned: cut,
                fee,
                retention: RETENTION,
                returned: CEILING - PRICE,
                output: vec![1, 2, 3],
            }
            .into(),
        );
    });
}

/// Who buys its own capacity had none on sale.
#[test]
fn a_miner_that_executes_its_own_task_settled_nothing() {
    on_chain(|| {
        sell_slot(MINER, 0);
        let task = crate::NextTask::<Test>::get();
        assert_ok!(Tasks::post(RuntimeOrigin::signed(MINER), model(), vec![7; SAMPLE], CEILING, 200, None));
        pass(1);
        world(|world| world.verdict = Verdict::Proven { output: vec![] });
        assert_ok!(apply(submission(task, vec![5], MINER)));
        assert!(!is_open(task));
        assert!(world(|world| world.settled.is_empty() && world.leased.is_empty()));
        assert!(worked().is_empty(), "nor does it count for a seat");
    });
}

/// A model that isn't listed may have been made so that a MAC of it costs next to nothing.
#[test]
fn work_on_a_model_that_is_not_listed_proves_no_capacity() {
    on_chain(|| {
        world(|world| world.listed.clear());
        let task = leased();
        world(|world| world.verdict = Verdict::Proven { output: vec![] });
        assert_ok!(apply(submission(task, vec![5], MINER)));
        assert!(!is_open(task), "it is paid all the same");
        assert!(matches!(world(|world| world.settled.clone())[..], [(MINER, 0, Served { work: 0, .. })]));
        assert!(worked().is_empty());
    });
}

#[test]
fn the_price_falls_while_a_trace_is_late() {
    on_chain(|| {
        let task = leased();
        System::set_block_number(lease_of(task).expect("leased").until);
        world(|world| world.verdict = Verdict::Proven { output: vec![] });
        assert_ok!(apply(submission(task, vec![], MINER)));
        let paid = PRICE / 4 - PRICE / 4 / 20;
        assert_eq!(total(MINER), ENDOWMENT + paid);
    });
}

#[test]
fn the_seed_follows_from_the_lease_and_the_trace() {
    on_chain(|| {
        let task = leased();
        let (name, input_hash) = (descriptor(task), record(task).input_hash);
        assert_ok!(apply(submission(task, vec![5], MINER)));
        let trace_hash = H256(blake2_256(&[5]));
        let seed = lease_seed(genesis_hash::<Test>(), name, &MINER, model(), input_hash, 1, trace_hash);
        assert_eq!(world(|world| world.seed), Some(seed));
    });
}

#[test]
fn a_wrong_trace_is_slashed_and_the_task_waits_for_another_miner() {
    on_chain(|| {
        let task = leased();
        let posting_cost = record(task).posting_cost;
        world(|world| world.verdict = Verdict::Forged { why: TraceError::LeftOver { got: 1 } });
        assert_ok!(apply(submission(task, vec![5], MINER)));
        System::assert_last_event(
            Event::LeaseFailed { task, miner: MINER, reason: LeaseFailure::WrongTrace }.into(),
        );
        assert_eq!(
            world(|world| world.slashes.clone()),
            [(MINER, 0, SLASH, REQUESTER, posting_cost)],
            "the posting cost is to be made good"
        );
        assert_eq!(queue(), [task]);
        assert_eq!((record(task).posting_cost, record(task).compensation), (posting_cost, SLASH));
        // The fake sells the same slot again, but never to a task that it failed.
        pass(1);
        assert!(lease_of(task).is_none());
        sell_slot(OTHER_MINER, 0);
        pass(1);
        assert_eq!(lease_of(task).expect("leased again").miner, OTHER_MINER);
        assert_ok!(apply(submission(task, vec![5], OTHER_MINER)));
        assert_eq!(
            world(|world| world.slashes[1].4),
            posting_cost - SLASH,
            "what the first slash couldn't pay"
        );
        assert_eq!(record(task).compensation, posting_cost.min(2 * SLASH));
    });
}

#[test]
fn a_task_that_too_many_miners_fail_is_refunded() {
    on_chain(|| {
        world(|world| world.verdict = Verdict::Forged { why: TraceError::LeftOver { got: 1 } });
        let key = world(|world| world.keys[&MINER].clone());
        let task = post(1);
        for miner in 20..29 {
            world(|world| world.keys.insert(miner, key.clone()));
            sell_slot(miner, 0);
            pass(1);
            assert_eq!(lease_of(task).expect("leased").miner, miner);
            assert_ok!(apply(submission(task, vec![5], miner)));
        }
        assert!(!is_open(task));
        System::assert_last_event(
            Event::TaskRefunded { task, rent: 0, retention: RECORD, why: RefundReason::TooManyFailures }
                .into(),
        );
        assert_eq!(free(REQUESTER), ENDOWMENT - RECORD);
    });
}

#[test]
fn what_the_chain_cant_verify_slashes_nobody() {
    on_chain(|| {
        let task = leased();
        world(|world| world.verdict = Verdict::Unavailable);
        assert_ok!(apply(submission(task, vec![5], MINER)));
        System::assert_has_event(
            Event::LeaseFailed { task, miner: MINER, reason: LeaseFailure::Unverifiable }.into(),
        );
        System::assert_last_event(
            Event::TaskRefunded { task, rent: 0, retention: RECORD, why: RefundReason::Unverifiable }.into(),
        );
        assert!(!is_open(task) && world(|world| world.slashes.is_empty() && world.leased.is_empty()));
        assert_eq!((free(REQUESTER), total(MINER)), (ENDOWMENT - RECORD, ENDOWMENT));
    });
}

#[test]
fn only_the_lessee_sends_only_what_it_signed() {
    on_chain(|| {
        let task = leased();
        assert_eq!(refused(&submission(task, vec![5], OTHER_MINER)), InvalidTransaction::BadProof.into());
        let longest = record(task).trace_bytes as usize + 4;
        assert_ok!(authorize(&submission(task, vec![0; longest], MINER)));
        let longer = submission(task, vec![0; longest + 1], MINER);
        assert_eq!(refused(&longer), InvalidTransaction::ExhaustsResources.into());
        let RuntimeCall::Tasks(crate::Call::submit { descriptor, trace_hash, signature, .. }) =
            submission(task, vec![5], MINER)
        else {
            unreachable!("it is a submission")
        };
        let with = |task, descriptor, trace| {
            let signature = signature.clone();
            RuntimeCall::from(crate::Call::submit { task, descriptor, trace_hash, trace, signature })
        };
        assert_eq!(refused(&with(task, descriptor, vec![6])), InvalidTransaction::BadProof.into());
        assert_eq!(refused(&with(task + 1, descriptor, vec![5])), InvalidTransaction::Stale.into());
        let other = with(task, H256::zero(), vec![5]);
        assert_eq!(refused(&other), InvalidTransaction::Stale.into());
        // Nor does whoever gets past the authorization.
        assert_noop!(other.dispatch(RawOrigin::Authorized.into()), Error::<Test>::NotLeased);
        world(|world| world.keys.remove(&MINER));
        assert_eq!(refused(&with(task, descriptor, vec![5])), InvalidTransaction::BadSigner.into());
    });
}

#[test]
fn a_submission_is_valid_until_the_grace_period_ends() {
    on_chain(|| {
        let task = leased();
        let lease = lease_of(task).expect("leased");
        let valid = authorize(&submission(task, vec![5], MINER)).expect("it may be sent");
        assert_eq!(valid.longevity, u64::from(lease.until + 5 - lease.since));
        assert_eq!((valid.priority, valid.propagate, valid.provides.len()), (7, true, 1));
    });
}
