//! The call that gives the deposit back.

use frame_support::{
    assert_noop, assert_ok,
    traits::fungible::{Inspect, InspectHold},
};
use millrace_primitives::{ModelId, ModelRegistry};

use crate::{mock::*, Encodings, Error, Event, HoldReason, Models as Records};

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
        assert_ok!(remove(OWNER, model));
        System::assert_last_event(Event::ModelRemoved { model }.into());
        assert_eq!(Balances::balance(&OWNER), FUNDS);
        assert_eq!(Balances::balance_on_hold(&HoldReason::ModelDeposit.into(), &OWNER), 0);
        assert!(!Records::<Test>::contains_key(model) && !Encodings::<Test>::contains_key(model));
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
        assert_noop!(remove(OWNER, model), Error::<Test>::InUse);
        Models::release(model);
        assert_noop!(remove(OWNER, model), Error::<Test>::InUse);
        Models::release(model);
        assert_ok!(remove(OWNER, model));
    });
}
