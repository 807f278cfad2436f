//! Cancelling: only the requester, only while the task waits, and everything comes back but rent and the fee for the record.

use frame_support::{assert_noop, assert_ok};

use codec::Encode;
use millrace_inference::Profile;
use millrace_primitives::{Balance, ModelInfo, TaskEnd};

use crate::{
    mock::*, pricing::FATE_BYTES, Error, Event, Fates, Inputs, NewestFirst, Prunable, RefundReason, Requested,
};

#[test]
fn a_waiting_task_is_refunded_but_for_its_record() {
    on_chain(|| {
        let task = post(1);
        assert!(free(REQUESTER) < ENDOWMENT);
        assert_ok!(Tasks::cancel(RuntimeOrigin::signed(REQUESTER), task));
        assert_eq!(free(REQUESTER), ENDOWMENT - RETENTION);
        assert_eq!((total(REQUESTER), total(COLLATOR)), (ENDOWMENT - RETENTION, ENDOWMENT + RETENTION));
        assert!(queue().is_empty() && !Inputs::<Test>::contains_key(task) && !is_open(task));
        assert_eq!(world(|world| world.references), 0);
        System::assert_last_event(
            Event::TaskRefunded { task, rent: 0, retention: RETENTION, why: RefundReason::Cancelled }.into(),
        );
    });
}

/// A long output's fee is for more than the record, and the rest of it comes back.
#[test]
fn no_more_is_kept_than_the_record_takes() {
    on_chain(|| {
        let long = Profile { output_bytes: 400, ..profile() };
        world(|world| world.models.insert(model(), ModelInfo { profile: long, open: true }));
        let task = post(1);
        let fee = 3 * Balance::from(FATE_BYTES);
        assert_eq!((record(task).retention_fee, fee), (1_200, 960));
        assert_ok!(Tasks::cancel(RuntimeOrigin::signed(REQUESTER), task));
        assert_eq!((free(REQUESTER), total(COLLATOR)), (ENDOWMENT - fee, ENDOWMENT + fee));
        let retention = fee;
        System::assert_last_event(
            Event::TaskRefunded { task, rent: 0, retention, why: RefundReason::Cancelled }.into(),
        );
        assert!(matches!(
            Tasks::fate(task).expect("it is kept").end,
            TaskEnd::Refunded { retention: kept, .. } if kept == retention
        ));
    });
}

/// What the fee is for: a fate's value, and the keys under which it and its places in two lists lie.
#[test]
fn a_record_takes_as_much_as_is_paid_for() {
    on_chain(|| {
        let task = post(1);
        assert_ok!(Tasks::cancel(RuntimeOrigin::signed(REQUESTER), task));
        let fate = Fates::<Test>::hashed_key_for(task).len() + Fates::<Test>::get(task).encoded_size();
        let place = Prunable::<Test>::hashed_key_for(0).len() + Prunable::<Test>::get(0).encoded_size();
        let listed = Requested::<Test>::hashed_key_for(REQUESTER, NewestFirst::from(task)).len();
        // An account has 8 bytes here and 32 on a chain: one in the fate, one in the list. An option adds one to each value.
        let bytes = fate + place + listed + 2 * 24 - 2;
        assert!(bytes <= FATE_BYTES as usize && bytes + 16 > FATE_BYTES as usize, "{bytes}");
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
