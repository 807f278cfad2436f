//! The call that ends new uses of a model.

use frame_support::{assert_noop, assert_ok};
use millrace_primitives::{ModelId, ModelRegistry};

use crate::{mock::*, Error, Event};

fn retire(who: u64, model: ModelId) -> sp_runtime::DispatchResult {
    Models::retire(RuntimeOrigin::signed(who), model)
}

#[test]
fn a_retired_model_stays_but_isnt_open() {
    run(|| {
        let model = registered(1);
        assert!(Models::find(model).is_some_and(|info| info.open));
        assert_ok!(retire(OWNER, model));
        System::assert_last_event(Event::ModelRetired { model }.into());
        assert!(Models::find(model).is_some_and(|info| !info.open));
        assert_noop!(retire(OWNER, model), Error::<Test>::Retired);
    });
}

#[test]
fn only_the_owner_may() {
    run(|| {
        assert_noop!(retire(OWNER, ModelId::zero()), Error::<Test>::NotFound);
        let model = registered(1);
        assert_noop!(retire(OTHER, model), Error::<Test>::NotAuthorized);
    });
}

#[test]
fn a_listed_model_cant_be_retired() {
    run(|| {
        let model = registered(1);
        assert_ok!(Models::set_listed(vec![model]));
        assert_noop!(retire(OWNER, model), Error::<Test>::Listed);
        assert_ok!(Models::set_listed(vec![]));
        assert_ok!(retire(OWNER, model));
    });
}
