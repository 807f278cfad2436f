//! The call by which root retires a model.

use frame_support::{
    assert_noop, assert_ok,
    traits::fungible::{Inspect, InspectHold},
};
use millrace_primitives::{ModelId, ModelRegistry};
use sp_runtime::DispatchError;

use crate::{mock::*, Error, Event, HoldReason};

fn force_retire(model: ModelId) -> sp_runtime::DispatchResult {
    Models::force_retire(RuntimeOrigin::root(), model)
}

#[test]
fn root_retires_a_model_and_its_owner_gets_the_deposit() {
    run(|| {
        let model = registered(1);
        let held = || Balances::balance_on_hold(&HoldReason::ModelDeposit.into(), &OWNER);
        let deposit = held();
        assert_ok!(force_retire(model));
        System::assert_last_event(Event::ModelRetired { model }.into());
        assert!(Models::find(model).is_some_and(|info| !info.open));
        assert_eq!(held(), deposit, "root takes and releases nothing");
        assert_noop!(force_retire(model), Error::<Test>::Retired);
        let remove = || Models::remove(RuntimeOrigin::signed(OWNER), model);
        assert_noop!(remove(), Error::<Test>::RetiredOfLate);
        pass_delay();
        assert_noop!(Models::remove(RuntimeOrigin::root(), model), DispatchError::BadOrigin);
        assert_ok!(remove());
        assert_eq!(Balances::balance(&OWNER), FUNDS);
    });
}

#[test]
fn only_root_may_and_only_a_model_that_isnt_listed() {
    run(|| {
        assert_noop!(force_retire(ModelId::zero()), Error::<Test>::NotFound);
        let model = registered(1);
        let own = Models::force_retire(RuntimeOrigin::signed(OWNER), model);
        assert_eq!(own, Err(DispatchError::BadOrigin));
        assert_ok!(Models::set_listed(vec![model]));
        assert_noop!(force_retire(model), Error::<Test>::Listed);
        assert_ok!(Models::set_listed(vec![]));
        assert_ok!(force_retire(model));
    });
}

#[test]
fn open_tasks_on_it_go_on() {
    run(|| {
        let model = registered(1);
        assert_ok!(Models::acquire(model));
        assert_ok!(force_retire(model));
        pass_delay();
        assert_eq!(Models::encoding(model), Some(encoding(1)));
        assert_noop!(Models::remove(RuntimeOrigin::signed(OWNER), model), Error::<Test>::InUse);
        Models::release(model);
        assert_ok!(Models::remove(RuntimeOrigin::signed(OWNER), model));
    });
}
