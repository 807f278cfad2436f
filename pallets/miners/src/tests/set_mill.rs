//! Another mill key: it acts at once, and the old one signs for nobody.

use frame_support::{assert_noop, assert_ok};
use millrace_primitives::MillKeys;

use crate::{mock::*, Error, Event};

#[test]
fn the_new_key_signs_at_once() {
    on_chain(|| {
        selling(MINER, 5, 1);
        let next = key(77);
        assert_ok!(Miners::set_mill(RuntimeOrigin::signed(MINER), next.clone(), proof(&next, MINER)));
        assert_eq!(Miners::mill_key(&MINER), Some(next.clone()));
        assert_eq!(Miners::miner_of(&next), Some(MINER));
        assert_eq!(Miners::miner_of(&key(MINER)), None);
        System::assert_last_event(Event::MillKeySet { miner: MINER, mill: next }.into());
    });
}

#[test]
fn the_key_must_be_free_and_agree_and_the_account_a_miner() {
    on_chain(|| {
        let set = |who, mill: u64, signer: u64| {
            Miners::set_mill(RuntimeOrigin::signed(who), key(mill), proof(&key(signer), who))
        };
        assert_noop!(set(MINER, 77, 77), Error::<Test>::NotFound);
        selling(MINER, 5, 1);
        selling(OTHER, 5, 1);
        assert_noop!(set(MINER, 77, 78), Error::<Test>::InvalidProof);
        assert_noop!(set(MINER, OTHER, OTHER), Error::<Test>::AlreadyExists);
    });
}
