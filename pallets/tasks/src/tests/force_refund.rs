//! The call by which root ends a task: everything comes back to its requester but the rent and the fee for its record,
//! whatever the task's state.

use frame_support::{assert_noop, assert_ok};
use frame_system::RawOrigin;
use millrace_inference::TraceError;
use millrace_primitives::{TaskEnd, TaskId, Verdict};
use sp_runtime::{traits::Dispatchable, DispatchError, DispatchResult};

use super::submit::{apply, authorize};
use crate::{mock::*, Error, Event, Inputs, LeaseFailure, Leases, RefundReason};

fn force_refund(task: TaskId) -> DispatchResult {
    Tasks::force_refund(RuntimeOrigin::root(), task)
}

/// Nothing is left of a task but its fate, which is paid for, and nobody but its requester has more than before.
fn is_over(task: TaskId, rent: u128) {
    let why = RefundReason::Forced;
    System::assert_last_event(Event::TaskRefunded { task, rent, retention: RECORD, why }.into());
    assert_eq!(free(REQUESTER), ENDOWMENT - rent - RECORD);
    assert_eq!(total(COLLATOR), ENDOWMENT + RECORD);
    for other in [STRANGER, MINER, OTHER_MINER] {
        assert_eq!(total(other), ENDOWMENT);
    }
    assert!(!is_open(task) && !Inputs::<Test>::contains_key(task));
    assert!(queue().is_empty() && Leases::<Test>::get().is_empty());
    assert_eq!(world(|world| (world.references, world.leased.len(), world.suspended.len())), (0, 0, 0));
    let end = Tasks::fate(task).expect("it is kept").end;
    assert!(matches!(end, TaskEnd::Refunded { why: RefundReason::Forced, rent: all, .. } if all == rent));
    assert_noop!(force_refund(task), Error::<Test>::NotFound);
}

#[test]
fn a_waiting_task_pays_its_rent_and_no_more() {
    on_chain(|| {
        let task = post(1);
        pass(2);
        assert_ok!(force_refund(task));
        is_over(task, 2 * RENT);
    });
}

#[test]
fn a_leased_task_frees_its_slot_and_slashes_nobody() {
    on_chain(|| {
        let task = leased();
        let late = submission(task, vec![5], MINER);
        assert_ok!(force_refund(task));
        System::assert_has_event(
            Event::LeaseFailed { task, miner: MINER, reason: LeaseFailure::Forced }.into(),
        );
        is_over(task, 0);
        world(|world| {
            assert!(world.slashes.is_empty() && world.charges.is_empty() && world.settled.is_empty());
            assert_eq!(world.slots.len(), 1, "the slot is on sale again");
        });
        assert!(authorize(&late).is_err());
        assert_noop!(late.dispatch(RawOrigin::Authorized.into()), Error::<Test>::NotLeased);
    });
}

/// The state in which nothing happened that should have: its grace period is over, and no block ended the lease.
#[test]
fn an_overdue_lease_ends_without_a_slash() {
    on_chain(|| {
        let task = leased();
        System::set_block_number(lease_of(task).expect("leased").until + 100);
        assert_ok!(force_refund(task));
        is_over(task, 0);
        assert!(world(|world| world.slashes.is_empty()));
    });
}

#[test]
fn an_overdue_task_in_the_queue_ends() {
    on_chain(|| {
        let task = post_until(1, 10);
        System::set_block_number(100);
        assert_ok!(force_refund(task));
        is_over(task, 0);
    });
}

/// What was burned before stays burned; the miner that failed was slashed before, and nothing is taken of it now.
#[test]
fn a_task_that_came_back_to_the_queue_ends() {
    on_chain(|| {
        let task = leased();
        world(|world| world.verdict = Verdict::Forged { why: TraceError::LeftOver { got: 1 } });
        assert_ok!(apply(submission(task, vec![5], MINER)));
        assert_eq!(record(task).failed.len(), 1);
        pass(1);
        assert!(lease_of(task).is_none(), "its only miner failed it");
        assert_ok!(force_refund(task));
        is_over(task, RENT);
        assert_eq!(world(|world| world.slashes.len()), 1);
    });
}

#[test]
fn a_task_whose_model_is_gone_ends() {
    on_chain(|| {
        let (taken, waiting) = (leased(), post(1));
        world(|world| world.models.clear());
        for task in [waiting, taken] {
            assert_ok!(force_refund(task));
        }
        assert_eq!(total(REQUESTER), free(REQUESTER));
        assert!(queue().is_empty() && Leases::<Test>::get().is_empty());
    });
}

#[test]
fn what_is_over_stays_over() {
    on_chain(|| {
        assert_noop!(force_refund(7), Error::<Test>::NotFound);
        let task = leased();
        world(|world| world.verdict = Verdict::Proven { output: vec![1] });
        assert_ok!(apply(submission(task, vec![5], MINER)));
        let paid = total(MINER);
        assert_noop!(force_refund(task), Error::<Test>::NotFound);
        assert_eq!(total(MINER), paid);
    });
}

#[test]
fn only_root_may() {
    on_chain(|| {
        let task = post(1);
        for origin in [RuntimeOrigin::signed(REQUESTER), RuntimeOrigin::none(), RawOrigin::Authorized.into()]
        {
            assert_noop!(Tasks::force_refund(origin, task), DispatchError::BadOrigin);
        }
    });
}
