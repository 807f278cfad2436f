//! Resuming: suspended slots are on sale again once the bond is whole.

use frame_support::{assert_noop, assert_ok};
use millrace_primitives::MinerBond;

use crate::{mock::*, Error, Event};

#[test]
fn suspended_slots_come_back_behind_the_idle_ones() {
    on_chain(|| {
        selling(MINER, 5, 2);
        assert_eq!(Miners::slash(&MINER, 0, SLASH, &REQUESTER, 0), SLASH);
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
