//! Withdrawing: bond above what is needed, after the unbonding period; who has no slots leaves.

use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, Error, Event, MillKeys};

#[test]
fn bond_is_free_after_the_unbonding_period() {
    on_chain(|| {
        let withdraw = || Miners::withdraw(RuntimeOrigin::signed(MINER));
        assert_noop!(withdraw(), Error::<Test>::NotFound);
        selling(MINER, 5, 3);
        assert_ok!(offer(MINER, 5, vec![RATE], vec![model()]));
        begin_round();
        assert_noop!(withdraw(), Error::<Test>::NothingToWithdraw);
        pass(19);
        assert_noop!(withdraw(), Error::<Test>::NothingToWithdraw);
        pass(1);
        assert_ok!(withdraw());
        System::assert_last_event(Event::BondWithdrawn { miner: MINER, amount: 2 * BOND }.into());
        assert_eq!(held(MINER), BOND);
        assert_noop!(withdraw(), Error::<Test>::NothingToWithdraw);
    });
}

#[test]
fn who_offers_nothing_leaves_with_its_whole_bond() {
    on_chain(|| {
        selling(MINER, 5, 2);
        assert_ok!(offer(MINER, 5, vec![], vec![]));
        begin_round();
        pass(20);
        assert_ok!(Miners::withdraw(RuntimeOrigin::signed(MINER)));
        assert_eq!((free(MINER), held(MINER)), (ENDOWMENT, 0));
        assert!(crate::Miners::<Test>::get(MINER).is_none() && MillKeys::<Test>::get(key(MINER)).is_none());
        System::assert_last_event(Event::MinerRemoved { miner: MINER }.into());
    });
}
