//! Registering: one account, one mill key that agrees, one bond.

use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, Error, Event, MillKeys};

#[test]
fn a_miner_waits_for_the_next_round_with_its_bond_on_hold() {
    on_chain(|| {
        assert_ok!(register(MINER, 5, vec![RATE; 2], vec![model()]));
        assert_eq!((held(MINER), free(MINER)), (2 * BOND, ENDOWMENT - 2 * BOND - DEPOSIT));
        assert_eq!(MillKeys::<Test>::get(key(MINER)), Some(MINER));
        assert!(record(MINER).slots.is_empty() && book().is_empty());
        System::assert_has_event(Event::MinerRegistered { miner: MINER, mill: key(MINER) }.into());
        System::assert_last_event(Event::OfferScheduled { miner: MINER, ask: 5, slots: 2 }.into());
        begin_round();
        assert_eq!(book(), [(MINER, 0), (MINER, 1)]);
        System::assert_last_event(Event::OfferInForce { miner: MINER }.into());
    });
}

#[test]
fn accounts_and_keys_are_registered_once() {
    on_chain(|| {
        assert_ok!(register(MINER, 5, vec![RATE], vec![]));
        assert_noop!(register(MINER, 5, vec![RATE], vec![]), Error::<Test>::AlreadyExists);
        let taken = key(MINER);
        let proof = proof(&taken, OTHER);
        assert_noop!(
            Miners::register(RuntimeOrigin::signed(OTHER), taken, proof, 5, vec![RATE], vec![]),
            Error::<Test>::AlreadyExists
        );
    });
}

#[test]
fn the_key_must_agree_to_sign_for_the_account() {
    on_chain(|| {
        for wrong in [proof(&key(MINER), OTHER), proof(&key(OTHER), MINER)] {
            assert_noop!(
                Miners::register(RuntimeOrigin::signed(MINER), key(MINER), wrong, 5, vec![RATE], vec![]),
                Error::<Test>::InvalidProof
            );
        }
    });
}

#[test]
fn who_cant_pay_the_bond_is_no_miner() {
    on_chain(|| {
        assert!(register(MINER, 5, vec![RATE * 1_000_000_000; 2], vec![model()]).is_err());
        assert!(crate::Miners::<Test>::get(MINER).is_none() && MillKeys::<Test>::get(key(MINER)).is_none());
    });
}

#[test]
fn a_miner_begins_with_a_slot() {
    on_chain(|| {
        assert_noop!(register(MINER, 5, vec![], vec![model()]), Error::<Test>::NoSlots);
    });
}
