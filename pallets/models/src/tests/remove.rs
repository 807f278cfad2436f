//! The call that gives the deposit back.

use frame_support::{
    assert_noop, assert_ok,
    traits::fungible::{Inspect, InspectHold},
};
use millrace_primitives::{ModelId, ModelRegistry};

use crate::{mock::*, Encodings, Error, Event, HoldReason, Models as Records, RetiredSince};

fn remove(who: u64, model: ModelId) -> sp_runtime::DispatchResult {
    Models::remove(RuntimeOrigin::signed(who), model)
}

fn retired() -> ModelId {
    let model = registered(1);
    assert_ok!(Models::retire(RuntimeOrigin::signed(OWNER), model));
    model
}

#[test]
fn the_deposit_comes_back() {
    run(|| {
        let model = retired();
        pass_delay();
        assert_ok!(remove(OWNER, model));
        System::assert_last_event(Event::ModelRemoved { model }.into());
        assert_eq!(Balances::balance(&OWNER), FUNDS);
        assert_eq!(Balances::balance_on_hold(&HoldReason::ModelDeposit.into(), &OWNER), 0);
        assert!(!Records::<Test>::contains_key(model) && !Encodings::<Test>::contains_key(model));
        assert!(!RetiredSince::<Test>::contains_key(model));
    });
}

#[test]
fn only_the_owner_may_and_only_once_it_is_retired() {
    run(|| {
        assert_noop!(remove(OWNER, ModelId::zero()), Error::<Test>::NotFound);
        let open = registered(2);
        assert_noop!(remove(OWNER, open), Error::<Test>::NotRetired);
        let retired = retired();
        assert_noop!(remove(OTHER, retired), Error::<Test>::NotAuthorized);
    });
}

#[test]
fn a_model_in_use_stays() {
    run(|| {
        let model = registered(1);
        assert_ok!(Models::acquire(model));
        assert_ok!(Models::acquire(model));
        assert_ok!(Models::retire(RuntimeOrigin::signed(OWNER), model));
        pass_delay();
        assert_noop!(remove(OWNER, model), Error::<Test>::InUse);
        Models::release(model);
        assert_noop!(remove(OWNER, model), Error::<Test>::InUse);
        Models::release(model);
        assert_ok!(remove(OWNER, model));
    });
}

/// An anchor of the block in which it is retired can be won on for as many blocks as the delay has.
#[test]
fn a_model_stays_for_a_delay_after_it_is_retired() {
    run(|| {
        let model = retired();
        let since = System::block_number();
        System::set_block_number(since + DELAY);
        assert_noop!(remove(OWNER, model), Error::<Test>::RetiredOfLate);
        assert!(Models::find(model).is_some() && Models::encoding(model).is_some());
        System::set_block_number(since + DELAY + 1);
        assert_ok!(remove(OWNER, model));
    });
}

#[test]
fn a_model_that_was_retired_before_blocks_were_noted_may_go_at_once() {
    run(|| {
        let model = retired();
        RetiredSince::<Test>::remove(model);
        assert_ok!(remove(OWNER, model));
    });
}

#[test]
fn a_model_that_comes_again_begins_anew() {
    run(|| {
        let model = retired();
        pass_delay();
        assert_ok!(remove(OWNER, model));
        assert_eq!(retired(), model);
        assert_noop!(remove(OWNER, model), Error::<Test>::RetiredOfLate);
    });
}
