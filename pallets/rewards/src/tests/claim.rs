//! The call that pays a share, with and without a sender.

use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};
use millrace_primitives::RoundIndex;
use sp_runtime::{
    transaction_validity::{InvalidTransaction, TransactionSource},
    DispatchError, DispatchResult,
};

use crate::{mock::*, Error, Event, Rounds, Scores};

/// By an account that the share isn't for.
fn claim(round: RoundIndex, miner: AccountId) -> DispatchResult {
    Rewards::claim(RuntimeOrigin::signed(OTHER), round, miner)
}

#[test]
fn a_round_is_shared_by_score() {
    run(|| {
        credit(MINER, 3_000_000);
        credit(OTHER, 1_000_000);
        pass_to(1);
        assert_ok!(claim(0, MINER));
        let amount = EMISSION / 4 * 3;
        System::assert_last_event(Event::Claimed { round: 0, miner: MINER, amount }.into());
        assert_eq!(Balances::balance(&MINER), amount);
        assert_ok!(Rewards::claim(frame_system::RawOrigin::Authorized.into(), 0, OTHER));
        assert_eq!(Balances::balance(&OTHER), EMISSION / 4);
        assert_noop!(Rewards::claim(RuntimeOrigin::none(), 0, OTHER), DispatchError::BadOrigin);
    });
}

#[test]
fn a_running_round_isnt_shared_yet() {
    run(|| {
        credit(MINER, 1);
        assert_noop!(claim(0, MINER), Error::<Test>::RoundOpen);
    });
}

#[test]
fn a_share_is_claimed_once_by_who_mined_and_in_time() {
    run(|| {
        credit(MINER, 1_000);
        pass_to(1);
        assert_noop!(claim(0, OTHER), Error::<Test>::NothingToClaim);
        assert_ok!(claim(0, MINER));
        assert_noop!(claim(0, MINER), Error::<Test>::NothingToClaim);
        credit(MINER, 1_000);
        pass_to(2 + WINDOW);
        assert_noop!(claim(1, MINER), Error::<Test>::NothingToClaim);
    });
}

/// A round in which [`OTHER`], whose account doesn't exist, has a share of so many planck.
fn share_of(planck: u128) {
    credit(MINER, EMISSION - planck);
    credit(OTHER, planck);
    pass_to(1);
    assert_eq!(Rewards::unclaimed(OTHER, 0, 1)[0].amount, planck);
}

#[test]
fn a_share_that_cant_be_paid_is_void_with_its_claim() {
    run(|| {
        share_of(EXISTENTIAL - 1);
        assert_ok!(Rewards::claim(frame_system::RawOrigin::Authorized.into(), 0, OTHER));
        System::assert_last_event(Event::Claimed { round: 0, miner: OTHER, amount: 0 }.into());
        assert_eq!((Balances::balance(&OTHER), Balances::total_issuance()), (0, 0));
        assert!(!Scores::<Test>::contains_key(0, OTHER), "its score is gone");
        assert_noop!(claim(0, OTHER), Error::<Test>::NothingToClaim);
        assert_eq!(Rounds::<Test>::get(0).expect("it is closed").claimed, 0);
        assert_ok!(claim(0, MINER));
        assert_eq!(Balances::total_issuance(), EMISSION - (EXISTENTIAL - 1));
    });
}

#[test]
fn a_share_of_nothing_can_be_claimed() {
    run(|| {
        credit(MINER, 4 * EMISSION);
        credit(OTHER, 1);
        pass_to(1);
        assert_ok!(claim(0, OTHER));
        System::assert_last_event(Event::Claimed { round: 0, miner: OTHER, amount: 0 }.into());
        assert!(!Scores::<Test>::contains_key(0, OTHER));
    });
}

/// As much as an account needs makes one, and one that exists is paid any share.
#[test]
fn a_small_share_is_paid_where_it_can_be() {
    run(|| {
        share_of(EXISTENTIAL);
        assert_ok!(claim(0, OTHER));
        assert_eq!(Balances::balance(&OTHER), EXISTENTIAL);
        credit(MINER, EMISSION - 1);
        credit(OTHER, 1);
        pass_to(2);
        assert_ok!(claim(1, OTHER));
        assert_eq!(Balances::balance(&OTHER), EXISTENTIAL + 1);
    });
}

#[test]
fn a_claim_without_a_sender_is_valid_while_there_is_a_share() {
    run(|| {
        let valid = || Rewards::authorize_claim(TransactionSource::External, &0, &MINER).is_ok();
        credit(MINER, 1_000);
        assert!(!valid(), "the round runs");
        pass_to(1);
        assert!(valid());
        assert_ok!(claim(0, MINER));
        let refused = Rewards::authorize_claim(TransactionSource::External, &0, &MINER);
        assert_eq!(refused.map(|_| ()), Err(InvalidTransaction::Stale.into()));
    });
}
