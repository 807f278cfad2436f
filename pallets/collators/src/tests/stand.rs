//! The call that makes an account a candidate, and the work that counts for it.

use frame_support::{assert_noop, assert_ok};
use millrace_primitives::OnWork;
use sp_runtime::{DispatchResult, TokenError};

use crate::{mock::*, Candidates, Departure, Error, Event};

fn try_stand(who: AccountId) -> DispatchResult {
    Collators::stand(RuntimeOrigin::signed(who))
}

fn tally_of(who: AccountId) -> Option<u128> {
    Candidates::<Test>::get(who).map(|record| record.tally)
}

#[test]
fn a_candidate_holds_a_deposit() {
    run(|| {
        assert_ok!(try_stand(CANDIDATE));
        System::assert_last_event(
            Event::<Test>::CandidateStood { candidate: CANDIDATE, deposit: DEPOSIT }.into(),
        );
        assert_eq!(deposit_of(CANDIDATE), DEPOSIT);
        assert_eq!(tally_of(CANDIDATE), Some(0));
        assert_noop!(try_stand(CANDIDATE), Error::<Test>::AlreadyCandidate);
    });
}

#[test]
fn it_needs_session_keys_and_funds() {
    run(|| {
        assert_noop!(try_stand(KEYLESS), Error::<Test>::NoSessionKeys);
        assert_noop!(try_stand(POOR), TokenError::FundsUnavailable);
    });
}

#[test]
fn work_counts_for_candidates_only_and_fades() {
    run(|| {
        stand(CANDIDATE);
        Collators::worked(&CANDIDATE, 1_000);
        Collators::worked(&CANDIDATE, 1);
        Collators::worked(&OTHER, 1_000);
        assert_eq!(tally_of(CANDIDATE), Some(1_001));
        assert_eq!(tally_of(OTHER), None);
        pass_to(1);
        assert_eq!(tally_of(CANDIDATE), Some(500));
        Collators::worked(&CANDIDATE, u128::MAX);
        assert_eq!(tally_of(CANDIDATE), Some(u128::MAX));
    });
}

#[test]
fn the_candidate_with_the_least_tally_makes_way() {
    run(|| {
        for (who, work) in [(10, 400), (11, 100), (12, 300), (13, 200)] {
            stand(who);
            Collators::worked(&who, work << 20);
        }
        assert_noop!(try_stand(14), Error::<Test>::TooManyCandidates);
        // Newcomers have a whole session before they are compared.
        pass_to(1);
        assert_noop!(try_stand(14), Error::<Test>::TooManyCandidates);
        pass_to(2);
        System::assert_has_event(
            Event::<Test>::CandidateLeft { candidate: 11, why: Departure::MadeWay }.into(),
        );
        assert_eq!(deposit_of(11), 0);
        assert_eq!(Candidates::<Test>::count(), MAX_CANDIDATES - 1);
        stand(14);
        Collators::worked(&14, 1_000 << 20);
        pass_to(4);
        assert!(Candidates::<Test>::contains_key(14));
        System::assert_has_event(
            Event::<Test>::CandidateLeft { candidate: 13, why: Departure::MadeWay }.into(),
        );
    });
}

#[test]
fn who_works_more_takes_the_place_of_the_least_at_once() {
    run(|| {
        (10..14).for_each(stand);
        mine(10, 1_000);
        mine(12, 20);
        assert_noop!(try_stand(14), Error::<Test>::TooManyCandidates);
        mine(14, 20);
        stand(14);
        // Of those that did nothing, the one that stood last.
        let left = (10..14).filter(|who| !Candidates::<Test>::contains_key(who)).collect::<Vec<_>>();
        assert_eq!((left.len(), deposit_of(left[0]), tally_of(left[0])), (1, 0, None));
        System::assert_has_event(
            Event::<Test>::CandidateLeft { candidate: left[0], why: Departure::MadeWay }.into(),
        );
        assert_eq!(tally_of(14), Some(20), "it brings what it mined");
        mine(15, 20);
        stand(15);
        // Now the least tally is 20, of three.
        mine(16, 20);
        assert_noop!(try_stand(16), Error::<Test>::TooManyCandidates);
        mine(16, 1);
        stand(16);
        assert_eq!((tally_of(10), tally_of(16)), (Some(1_000), Some(21)));
        assert_eq!(Candidates::<Test>::count(), MAX_CANDIDATES);
    });
}

#[test]
fn standing_anew_keeps_no_place() {
    run(|| {
        for session in 1..6 {
            // All of them in one batch, in which no place is free for anyone else.
            for who in 10..14 {
                let _ = Collators::stand_down(RuntimeOrigin::signed(who));
                stand(who);
            }
            assert_noop!(try_stand(14), Error::<Test>::TooManyCandidates);
            pass_to(session);
        }
        mine(14, 1);
        assert_ok!(try_stand(14));
    });
}

#[test]
fn crumbs_keep_no_place() {
    run(|| {
        for who in 10..14 {
            stand(who);
            mine(who, 1 << 18);
        }
        pass_to(4);
        for who in 10..14 {
            let _ = try_stand(who);
        }
        mine(14, 1 << 15);
        assert_ok!(try_stand(14));
        assert_eq!(tally_of(14), Some(1 << 15));
    });
}

#[test]
fn a_candidate_that_is_leaving_keeps_its_place_until_its_seats_ran_out() {
    run(|| {
        stand(CANDIDATE);
        mine(CANDIDATE, 1_000);
        pass_to(2);
        assert!(seats_of(CANDIDATE) > 0 || Collators::has_seat(&CANDIDATE));
        assert_ok!(Collators::stand_down(RuntimeOrigin::signed(CANDIDATE)));
        (11..14).for_each(stand);
        for who in 11..14 {
            mine(who, 5);
        }
        mine(14, 6);
        stand(14);
        assert!(Candidates::<Test>::contains_key(CANDIDATE), "it authors until then");
        assert_eq!(tally_of(CANDIDATE), Some(0));
    });
}

#[test]
fn a_newcomer_that_does_less_makes_way_itself() {
    run(|| {
        for who in 10..14 {
            stand(who);
            Collators::worked(&who, 1 << 20);
        }
        pass_to(2);
        assert_eq!(Candidates::<Test>::count(), MAX_CANDIDATES - 1);
        stand(15);
        pass_to(4);
        System::assert_has_event(
            Event::<Test>::CandidateLeft { candidate: 15, why: Departure::MadeWay }.into(),
        );
        assert_eq!(Candidates::<Test>::count(), MAX_CANDIDATES - 1);
    });
}
