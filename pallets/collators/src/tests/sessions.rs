//! Who authors a session, and what becomes of those who don't.

use frame_support::traits::{GetStorageVersion, OnRuntimeUpgrade, StorageVersion};
use millrace_primitives::OnWork;

use crate::{migrations::ToWeighed, mock::*, Candidates, Departure, Drawn, Event, Weighed};

#[test]
fn without_work_the_appointed_author_alone() {
    run(|| {
        stand(CANDIDATE);
        pass_to(4);
        assert_eq!(Session::validators(), APPOINTED);
        assert!(Candidates::<Test>::contains_key(CANDIDATE), "who has no seat can't be idle");
    });
}

#[test]
fn an_account_with_several_seats_stands_in_the_list_as_often() {
    run(|| {
        stand(CANDIDATE);
        Collators::worked(&CANDIDATE, 1 << 40);
        // Weighed in the block with which session 1 begins, drawn in that of session 2.
        pass_to(2);
        assert_eq!(seats_of(CANDIDATE), 0);
        pass_to(3);
        System::assert_has_event(
            Event::<Test>::SeatsDrawn { session: 3, holders: vec![CANDIDATE, CANDIDATE] }.into(),
        );
        assert_eq!(Session::validators(), [1, 2, CANDIDATE, CANDIDATE]);
        pass_to(4);
        assert_eq!(Session::validators(), [1, 2, CANDIDATE, CANDIDATE, CANDIDATE, CANDIDATE]);
        let keys: Vec<_> = Session::queued_keys().into_iter().map(|(who, keys)| (who, keys.0)).collect();
        assert_eq!(keys.iter().filter(|pair| **pair == (CANDIDATE, CANDIDATE)).count(), 4);
    });
}

#[test]
fn half_of_the_seats_stay_from_session_to_session() {
    run(|| {
        for who in [CANDIDATE, OTHER] {
            stand(who);
            Collators::worked(&who, 1 << 60);
        }
        pass_to(4);
        for session in 4..12 {
            Seed::set([session as u8; 32]);
            let before = Session::validators();
            pass_to(session + 1);
            let now = Session::validators();
            assert_eq!(now[2..4], before[4..6], "in session {session}");
            assert_eq!(now.len(), 6);
        }
    });
}

#[test]
fn the_draw_follows_the_randomness() {
    let holders = |seed: u8| {
        let mut holders = Vec::new();
        run(|| {
            Seed::set([seed; 32]);
            for who in [CANDIDATE, OTHER] {
                stand(who);
                Collators::worked(&who, 1 << 60);
            }
            for session in 3..9 {
                pass_to(session);
                holders.extend(Drawn::<Test>::get(session));
            }
        });
        holders
    };
    assert_eq!(holders(1), holders(1));
    assert_ne!(holders(1), holders(2));
}

/// Its author knows the randomness of the block of a draw, and which work it counts.
#[test]
fn what_the_block_of_a_draw_counts_changes_nothing_in_that_draw() {
    let holders = |before: fn(), session: u32| {
        let mut holders = Vec::new();
        run(|| {
            for who in [CANDIDATE, OTHER, 12] {
                stand(who);
                Collators::worked(&who, 1 << 40);
            }
            pass_to(session - 2);
            before();
            pass_to(session);
            holders = Drawn::<Test>::get(session).into_inner();
        });
        holders
    };
    let sessions = 3..20;
    let drawn = |before: fn()| sessions.clone().map(|session| holders(before, session)).collect::<Vec<_>>();
    let as_it_was = drawn(|| {});
    assert!(as_it_was.iter().flatten().any(|holder| *holder == 12));
    assert_eq!(drawn(|| Collators::worked(&OTHER, 1 << 50)), as_it_was);
    assert_eq!(drawn(|| stand(13)), as_it_was);
    let mut without = as_it_was;
    without.iter_mut().for_each(|holders| holders.retain(|holder| *holder != 12));
    let stood_down = drawn(|| Collators::stand_down(RuntimeOrigin::signed(12)).expect("it is a candidate"));
    assert_eq!(stood_down, without, "its seats stay empty");
}

/// A chain that drew by the tallies of the moment has kept none.
#[test]
fn after_an_upgrade_seats_are_drawn_by_its_tallies() {
    run(|| {
        stand(CANDIDATE);
        Collators::worked(&CANDIDATE, 1 << 40);
        pass_to(1);
        Weighed::<Test>::kill();
        StorageVersion::new(0).put::<Collators>();
        ToWeighed::<Test>::on_runtime_upgrade();
        assert_eq!(Collators::on_chain_storage_version(), 1);
        pass_to(2);
        assert_eq!(Drawn::<Test>::get(3).into_inner(), [CANDIDATE, CANDIDATE]);
    });
}

#[test]
fn an_idle_candidate_loses_its_candidacy() {
    run(|| {
        for who in [CANDIDATE, OTHER] {
            stand(who);
        }
        Collators::worked(&CANDIDATE, 1 << 40);
        pass_to(3);
        assert_eq!(seats_of(CANDIDATE), 2);
        pass_session(&APPOINTED);
        System::assert_has_event(
            Event::<Test>::CandidateLeft { candidate: CANDIDATE, why: Departure::Idle }.into(),
        );
        assert_eq!(deposit_of(CANDIDATE), 0);
        assert!(Candidates::<Test>::contains_key(OTHER));
        Collators::do_try_state().expect("the pallet's properties hold");
        // The set of the running session was planned before.
        assert_eq!(seats_of(CANDIDATE), 4);
        pass_to(5);
        assert_eq!(Session::validators(), APPOINTED);
    });
}

/// The block with which a session begins is still authored by the set before.
#[test]
fn the_first_block_of_a_session_counts_for_the_session_before() {
    run(|| {
        stand(CANDIDATE);
        Collators::worked(&CANDIDATE, 1 << 40);
        pass_to(2);
        System::set_block_number(3 * LENGTH);
        note_author(CANDIDATE);
        Session::rotate_session();
        pass_session(&APPOINTED);
        assert!(!Candidates::<Test>::contains_key(CANDIDATE));
    });
}

#[test]
fn a_session_too_short_for_two_turns_dismisses_nobody() {
    run(|| {
        stand(CANDIDATE);
        Collators::worked(&CANDIDATE, 1 << 40);
        pass_to(3);
        // Four seats, seven blocks.
        System::set_block_number(System::block_number() + 7);
        Session::rotate_session();
        assert!(Candidates::<Test>::contains_key(CANDIDATE));
    });
}
