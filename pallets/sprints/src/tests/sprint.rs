//! The call that credits a win, or slashes for a wrong one.

use frame_support::{assert_noop, assert_ok, BoundedVec};
use millrace_primitives::{Mac, Win};
use sp_runtime::DispatchError;

use super::*;
use crate::{target, BlockBudget, Error, Event, Listing, MaxWins, Wins};

fn sprint(nonce: u64) -> DispatchResultWithPostInfo {
    sprint_on(ANCHOR, nonce)
}

fn digest(nonce: u64) -> [u8; 32] {
    digest_of(&attempt(nonce))
}

#[test]
fn a_proven_win_is_credited_its_work_times_the_difficulty() {
    run(|| {
        proven();
        let info = sprint(0).expect("it wins");
        assert!(info.actual_weight.is_some(), "what it doesn't use is refunded");
        let work = Mac::from(profile().work(SAMPLES));
        let credit = |work| Credit { miner: MINER, win: Win::in_turn(model(), work), author: None };
        assert_eq!(credited(), [credit(work)]);
        assert!(slashed().is_empty());
        assert_eq!(Wins::<Test>::get(ANCHOR).to_vec(), [digest(0)]);
        let event = Event::SprintWon { miner: MINER, model: model(), credited: work, author: None };
        System::assert_last_event(event.into());

        to_block(3);
        set_anchor_difficulty(2);
        let wins = |nonce: &u64| millrace_primitives::meets_target(&digest(*nonce), 2);
        assert_ok!(sprint((1..).find(wins).expect("one in two wins")));
        assert_eq!(credited(), [credit(work), credit(2 * work)]);
    });
}

/// Whoever puts a win into a block is named with it: the rewards pay it for that.
#[test]
fn the_author_is_passed_on() {
    run(|| {
        proven();
        author(3);
        assert_ok!(sprint(0));
        let work = Mac::from(profile().work(SAMPLES));
        assert_eq!(credited(), [Credit { miner: MINER, win: Win::in_turn(model(), work), author: Some(3) }]);
        let event = Event::SprintWon { miner: MINER, model: model(), credited: work, author: Some(3) };
        System::assert_last_event(event.into());
    });
}

#[test]
fn a_win_makes_the_next_one_harder() {
    run(|| {
        proven();
        change_listing(model(), |listing| listing.difficulty = target::scaled(64));
        assert_ok!(sprint(0));
        let Listing { share, difficulty, .. } = listing(model());
        // It was made when each attempt won, so it takes no more from the next than eight blocks would have given then.
        assert_eq!(difficulty, target::rise(target::scaled(64), target::ONE, share, share / 8));
        assert_eq!(difficulty, target::scaled(64) + target::ONE / 8);
    });
}

#[test]
fn a_forged_one_is_slashed_and_not_credited() {
    run(|| {
        forged();
        assert_ok!(sprint(0));
        assert_eq!(slashed(), [MINER]);
        assert!(credited().is_empty());
        assert_eq!(BlockBudget::<Test>::get().1, 0, "it takes no honest win's place");
        assert_eq!(listing(model()).difficulty, target::ONE, "and is no win");
        System::assert_last_event(Event::SprintRejected { miner: MINER }.into());
    });
}

#[test]
fn what_the_chain_cant_verify_slashes_nobody_and_comes_once() {
    run(|| {
        unavailable();
        assert_ok!(sprint(0));
        assert!(slashed().is_empty() && credited().is_empty());
        System::assert_last_event(Event::SprintUnverifiable { miner: MINER }.into());
        assert_noop!(sprint(0), Error::<Test>::InvalidSprint);
    });
}

#[test]
fn a_win_is_credited_once() {
    run(|| {
        proven();
        assert_ok!(sprint(0));
        assert_noop!(sprint(0), Error::<Test>::InvalidSprint);
        assert_eq!(credited().len(), 1);
    });
}

#[test]
fn nothing_else_is_a_sprint() {
    run(|| {
        proven();
        assert_noop!(sprint_on(ANCHOR + 1, 0), Error::<Test>::InvalidSprint);
        let long = vec![0; 1_000];
        let call =
            Sprints::sprint(RawOrigin::Authorized.into(), MINER, ANCHOR, 0, trace_hash(), long, signature(0));
        assert_eq!(call.map_err(|error| error.error), Err(Error::<Test>::InvalidSprint.into()));
        set_anchor_difficulty(u64::MAX);
        assert_noop!(sprint(0), Error::<Test>::InvalidSprint);
        set_anchor_difficulty(1);
        suspend();
        assert_noop!(sprint(0), Error::<Test>::InvalidSprint);
    });
}

#[test]
fn an_old_anchor_is_none() {
    run(|| {
        proven();
        to_block(ANCHOR + 9);
        assert_noop!(sprint(0), Error::<Test>::InvalidSprint);
    });
}

#[test]
fn an_anchor_has_so_many_wins_and_no_more() {
    run(|| {
        proven();
        let places = <MaxWins as frame_support::traits::Get<u32>>::get();
        let taken: Vec<[u8; 32]> = (0..places).map(|win| blake2_256(&win.to_le_bytes())).collect();
        Wins::<Test>::insert(ANCHOR, BoundedVec::truncate_from(taken));
        assert_noop!(sprint(0), Error::<Test>::TooManyWins);
    });
}

#[test]
fn it_has_no_sender() {
    run(|| {
        let call =
            |origin| Sprints::sprint(origin, MINER, ANCHOR, 0, trace_hash(), TRACE.to_vec(), signature(0));
        assert_noop!(call(RuntimeOrigin::signed(MINER)), DispatchError::BadOrigin);
        assert_noop!(call(RuntimeOrigin::root()), DispatchError::BadOrigin);
    });
}
