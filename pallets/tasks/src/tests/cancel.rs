//! Cancelling: only the requester, only while the task waits, and everything comes back but rent and the fee for the record.

use frame_support::{assert_noop, assert_ok};

use codec::Encode;
use millrace_inference::Profile;
use millrace_primitives::{ModelInfo, TaskEnd, Verdict};

use super::submit::apply;
use crate::{
    mock::*, pricing::RECORD_BYTES, Error, Event, Fates, Inputs, NewestFirst, Prunable, RefundReason,
    Requested,
};

#[test]
fn a_waiting_task_is_refunded_but_for_its_record() {
    on_chain(|| {
        let task = post(1);
        assert!(free(REQUESTER) < ENDOWMENT);
        assert_ok!(Tasks::cancel(RuntimeOrigin::signed(REQUESTER), task));
        assert_eq!(free(REQUESTER), ENDOWMENT - RECORD);
        assert_eq!((total(REQUESTER), total(COLLATOR)), (ENDOWMENT - RECORD, ENDOWMENT + RECORD));
        assert!(queue().is_empty() && !Inputs::<Test>::contains_key(task) && !is_open(task));
        assert_eq!(world(|world| world.references), 0);
        System::assert_last_event(
            Event::TaskRefunded { task, rent: 0, retention: RECORD, why: RefundReason::Cancelled }.into(),
        );
    });
}

/// The fee for a long output comes back with a refund; that for the record doesn't.
#[test]
fn no_more_is_kept_than_the_record_takes() {
    on_chain(|| {
        let long = Profile { output_bytes: 400, ..profile() };
        world(|world| world.models.insert(model(), ModelInfo { profile: long, open: true }));
        let task = post(1);
        assert_eq!(record(task).retention_fee, RECORD + 1_200);
        assert_ok!(Tasks::cancel(RuntimeOrigin::signed(REQUESTER), task));
        assert_eq!((free(REQUESTER), total(COLLATOR)), (ENDOWMENT - RECORD, ENDOWMENT + RECORD));
        let retention = RECORD;
        System::assert_last_event(
            Event::TaskRefunded { task, rent: 0, retention, why: RefundReason::Cancelled }.into(),
        );
        assert!(matches!(
            Tasks::fate(task).expect("it is kept").end,
            TaskEnd::Refunded { retention: kept, .. } if kept == retention
        ));
    });
}

/// What the fee is for: a fate's value, and the keys under which it and its places in two lists lie. That of a settled task is
/// the longest.
#[test]
fn a_record_takes_as_much_as_is_paid_for() {
    on_chain(|| {
        let task = leased();
        world(|world| world.verdict = Verdict::Proven { output: vec![] });
        assert_ok!(apply(submission(task, vec![5], MINER)));
        let fate = Fates::<Test>::hashed_key_for(task).len() + Fates::<Test>::get(task).encoded_size();
        let place = Prunable::<Test>::hashed_key_for(0).len() + Prunable::<Test>::get(0).encoded_size();
        let listed = Requested::<Test>::hashed_key_for(REQUESTER, NewestFirst::from(task)).len();
        // An account has 8 bytes here and 32 on a chain: two in the fate, one in the list. An option adds one to each value.
        assert_eq!(fate + place + listed + 3 * 24 - 2, RECORD_BYTES as usize);
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
