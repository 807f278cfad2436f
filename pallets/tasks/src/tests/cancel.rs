//! Cancelling: only the requester, only while the task waits, and everything comes back but the rent.

use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, Error, Event, Inputs, RefundReason};

#[test]
fn a_waiting_task_is_refunded_in_full() {
    on_chain(|| {
        let task = post(1);
        assert!(free(REQUESTER) < ENDOWMENT);
        assert_ok!(Tasks::cancel(RuntimeOrigin::signed(REQUESTER), task));
        assert_eq!(free(REQUESTER), ENDOWMENT);
        assert!(queue().is_empty() && !Inputs::<Test>::contains_key(task) && !is_open(task));
        assert_eq!(world(|world| world.references), 0);
        System::assert_last_event(Event::TaskRefunded { task, rent: 0, why: RefundReason::Cancelled }.into());
    });
}

#[test]
fn what_cant_be_cancelled() {
    on_chain(|| {
        let cancel = |who, task| Tasks::cancel(RuntimeOrigin::signed(who), task);
        assert_noop!(cancel(REQUESTER, 0), Error::<Test>::NotFound);
        let task = leased();
        assert_noop!(cancel(STRANGER, task), Error::<Test>::NotAuthorized);
        assert_noop!(cancel(REQUESTER, task), Error::<Test>::NotQueued);
    });
}
