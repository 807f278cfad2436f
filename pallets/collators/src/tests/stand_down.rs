//! The call that ends a candidacy.

use frame_support::{assert_noop, assert_ok};
use millrace_primitives::OnWork;
use sp_runtime::DispatchResult;

use crate::{mock::*, Candidates, Departure, Error, Event};

fn stand_down(who: AccountId) -> DispatchResult {
    Collators::stand_down(RuntimeOrigin::signed(who))
}

#[test]
fn a_candidate_without_a_seat_leaves_at_once() {
    run(|| {
        assert_noop!(stand_down(CANDIDATE), Error::<Test>::NotCandidate);
        stand(CANDIDATE);
        assert_ok!(stand_down(CANDIDATE));
        System::assert_last_event(
            Event::<Test>::CandidateLeft { candidate: CANDIDATE, why: Departure::StoodDown }.into(),
        );
        assert_eq!(deposit_of(CANDIDATE), 0);
        stand(CANDIDATE);
    });
}

#[test]
fn a_seated_candidate_leaves_when_its_seats_ran_out() {
    run(|| {
        stand(CANDIDATE);
        Collators::worked(&CANDIDATE, 1 << 20);
        // It has seats of session 3, which last until the end of session 4.
        pass_to(2);
        assert_ok!(stand_down(CANDIDATE));
        System::assert_last_event(Event::<Test>::CandidateLeaving { candidate: CANDIDATE }.into());
        assert_noop!(stand_down(CANDIDATE), Error::<Test>::AlreadyLeaving);
        assert_noop!(Collators::stand(RuntimeOrigin::signed(CANDIDATE)), Error::<Test>::AlreadyCandidate);
        Collators::worked(&CANDIDATE, 1 << 20);
        for session in [3, 4] {
            pass_to(session);
            assert_eq!(seats_of(CANDIDATE), 2);
            assert_eq!(deposit_of(CANDIDATE), DEPOSIT);
            Collators::do_try_state().expect("the pallet's properties hold");
        }
        pass_to(5);
        assert_eq!(seats_of(CANDIDATE), 0);
        assert_eq!(deposit_of(CANDIDATE), 0);
        assert!(!Candidates::<Test>::contains_key(CANDIDATE));
    });
}
