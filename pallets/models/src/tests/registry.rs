//! What the registry offers to other pallets.

use frame_support::{assert_noop, assert_ok};
use millrace_inference::CheckedModel;
use millrace_primitives::{ModelId, ModelRegistry};

use crate::{mock::*, Error};

#[test]
fn a_model_is_found_with_its_profile() {
    run(|| {
        let model = registered(3);
        let info = Models::find(model).expect("it is registered");
        let checked = CheckedModel::from_bytes(&encoding(3)).expect("a valid model");
        assert_eq!(&info.profile, checked.profile());
        assert_eq!(Models::encoding(model), Some(encoding(3)));
        assert!(Models::find(ModelId::zero()).is_none());
    });
}

#[test]
fn only_open_models_are_acquired_or_listed() {
    run(|| {
        let (open, retired) = (registered(1), registered(2));
        assert_ok!(Models::retire(RuntimeOrigin::signed(OWNER), retired));
        assert_noop!(Models::acquire(ModelId::zero()), Error::<Test>::NotFound);
        assert_noop!(Models::acquire(retired), Error::<Test>::Retired);
        assert_noop!(Models::set_listed(vec![open, ModelId::zero()]), Error::<Test>::NotFound);
        assert_noop!(Models::set_listed(vec![open, retired]), Error::<Test>::Retired);
        assert_noop!(Models::set_listed(vec![open; 9]), Error::<Test>::TooManyListed);
        assert_ok!(Models::set_listed(vec![open]));
        assert_eq!(Models::listed(), [open]);
    });
}
