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
fn idle_candidates_keep_nobody_out() {
    run(|| {
        (10..14).for_each(stand);
        Collators::worked(&10, 1_000);
        assert_noop!(try_stand(14), Error::<Test>::TooManyCandidates);
        pass_to(1);
        // Each had a session to work in, but for who came later.
        assert_noop!(try_stand(14), Error::<Test>::TooManyCandidates);
        pass_to(2);
        assert_eq!(Candidates::<Test>::count(), MAX_CANDIDATES - 1, "one made way");
        stand(14);
        assert_eq!(Candidates::<Test>::count(), MAX_CANDIDATES);
        for newcomer in 15..17 {
            assert_ok!(try_stand(newcomer));
            assert_eq!(Candidates::<Test>::count(), MAX_CANDIDATES);
        }
        assert_eq!(tally_of(10), Some(250), "who works stays");
        for newcomer in 14..17 {
            assert!(Candidates::<Test>::contains_key(newcomer), "newcomers have their session");
        }
        let places = (11..14).map(deposit_of).sum::<u128>();
        assert_eq!(places, 0, "who made way has its deposit back");
        // All have worked, or are new.
        assert_noop!(try_stand(17), Error::<Test>::TooManyCandidates);
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
