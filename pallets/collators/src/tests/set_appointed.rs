//! The call that appoints collators.

use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{mock::*, Appointed, Error, Event};

fn set_appointed(appointed: &[AccountId]) -> DispatchResult {
    Collators::set_appointed(RuntimeOrigin::root(), appointed.to_vec())
}

#[test]
fn the_appointed_author_two_sessions_later() {
    run(|| {
        assert_eq!(Session::validators(), APPOINTED);
        assert_ok!(set_appointed(&[3, 1]));
        System::assert_last_event(Event::<Test>::AppointedSet { appointed: vec![3, 1] }.into());
        pass_to(1);
        assert_eq!(Session::validators(), APPOINTED);
        pass_to(2);
        assert_eq!(Session::validators(), [3, 1]);
    });
}

#[test]
fn only_a_list_that_can_author_is_appointed() {
    run(|| {
        assert_noop!(set_appointed(&[]), Error::<Test>::NoneAppointed);
        assert_noop!(set_appointed(&[1, 2, 1]), Error::<Test>::AppointedTwice);
        assert_noop!(set_appointed(&[1, 2, 3, 4]), Error::<Test>::TooManyAppointed);
        assert_noop!(set_appointed(&[1, KEYLESS]), Error::<Test>::NoSessionKeys);
        assert_noop!(Collators::set_appointed(RuntimeOrigin::signed(1), vec![1]), DispatchError::BadOrigin);
    });
}

#[test]
fn without_appointed_collators_the_set_stays() {
    run(|| {
        Appointed::<Test>::kill();
        pass_to(3);
        assert_eq!(Session::validators(), APPOINTED);
        assert_ok!(set_appointed(&APPOINTED));
    });
}
