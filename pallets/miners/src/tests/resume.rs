//! Resuming: suspended slots are on sale again once the bond is whole.

use frame_support::{assert_noop, assert_ok};
use millrace_primitives::MinerBond;
use sp_runtime::TokenError;

use crate::{mock::*, Error, Event};

#[test]
fn suspended_slots_come_back_behind_the_idle_ones() {
    on_chain(|| {
        selling(MINER, 5, 2);
        assert_eq!(Miners::slash(&MINER, 0, SLASH, &REQUESTER, SLASH), SLASH);
        assert_eq!((book(), held(MINER)), (vec![(MINER, 1)], 2 * BOND - SLASH));
        pass(1);
        assert_ok!(Miners::resume(RuntimeOrigin::signed(MINER)));
        assert_eq!(held(MINER), 2 * BOND);
        assert_eq!(book(), [(MINER, 1), (MINER, 0)]);
        System::assert_last_event(Event::Resumed { miner: MINER }.into());
    });
}

#[test]
fn only_a_suspended_miner_resumes() {
    on_chain(|| {
        let resume = || Miners::resume(RuntimeOrigin::signed(MINER));
        assert_noop!(resume(), Error::<Test>::NotFound);
        selling(MINER, 5, 1);
        assert_noop!(resume(), Error::<Test>::NotSuspended);
    });
}

#[test]
fn a_bond_that_is_short_is_topped_up_though_nothing_is_suspended() {
    on_chain(|| {
        selling(MINER, 5, 2);
        let resume = || Miners::resume(RuntimeOrigin::signed(MINER));
        // After a charge, and after slots came to need more.
        assert_eq!(Miners::charge(&MINER, 30), 30);
        assert_ok!(resume());
        assert_eq!(held(MINER), 2 * BOND);
        assert_noop!(resume(), Error::<Test>::NotSuspended);
        SlotBond::set(5_000);
        assert_ok!(resume());
        assert_eq!((held(MINER), record(MINER).bond), (2 * 5_010, 2 * 5_010));
        assert_eq!(book().len(), 2);
        SlotBond::set(ENDOWMENT);
        assert_noop!(resume(), TokenError::FundsUnavailable);
    });
}
