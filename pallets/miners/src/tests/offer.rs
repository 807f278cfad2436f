//! Offering: what an offer may hold, what it does to the bond, and which one follows.

use frame_support::{assert_noop, assert_ok};
use millrace_primitives::ModelId;

use crate::{mock::*, Error, Pending};

#[test]
fn offers_are_bounded_and_name_open_models_once() {
    on_chain(|| {
        assert_noop!(offer(MINER, 1, vec![], vec![]), Error::<Test>::NotFound);
        assert_ok!(register(MINER, 5, vec![RATE], vec![model()]));
        assert_noop!(offer(MINER, 1, vec![RATE; 17], vec![model()]), Error::<Test>::TooManySlots);
        assert_noop!(offer(MINER, 1, vec![RATE], vec![model(); 9]), Error::<Test>::TooManyModels);
        assert_noop!(offer(MINER, 1, vec![RATE, 0], vec![model()]), Error::<Test>::ZeroRate);
        assert_noop!(offer(MINER, 1, vec![RATE], vec![model(); 2]), Error::<Test>::DuplicateModel);
        assert_noop!(offer(MINER, 1, vec![RATE], vec![ModelId::repeat_byte(9)]), Error::<Test>::UnknownModel);
        set_model(second_model(), false);
        assert_noop!(offer(MINER, 1, vec![RATE], vec![second_model()]), Error::<Test>::UnknownModel);
    });
}

#[test]
fn a_newer_offer_takes_the_place_of_the_one_that_waits() {
    on_chain(|| {
        assert_ok!(register(MINER, 1, vec![RATE], vec![model()]));
        assert_ok!(offer(MINER, 9, vec![RATE; 2], vec![second_model()]));
        begin_round();
        assert_eq!((record(MINER).terms.ask, record(MINER).slots.len()), (9, 2));
        assert!(book().is_empty());
    });
}

#[test]
fn an_offer_that_is_due_comes_into_force_before_the_next_is_scheduled() {
    on_chain(|| {
        assert_ok!(register(MINER, 1, vec![RATE], vec![model()]));
        next_round();
        assert_ok!(offer(MINER, 9, vec![RATE; 2], vec![model()]));
        let record = record(MINER);
        assert_eq!((record.terms.ask, book()), (1, vec![(MINER, 0)]));
        assert_eq!(record.next.map(|Pending { from, terms }| (from, terms.ask)), Some((2, 9)));
    });
}

#[test]
fn the_bond_covers_the_dearer_of_both_offers() {
    on_chain(|| {
        selling(MINER, 5, 2);
        assert_ok!(offer(MINER, 5, vec![RATE], vec![model()]));
        assert_eq!(held(MINER), 2 * BOND, "the slots in force need it");
        assert_ok!(offer(MINER, 5, vec![RATE; 3], vec![model()]));
        assert_eq!(held(MINER), 3 * BOND);
    });
}

#[test]
fn a_bond_that_is_no_balance_is_refused() {
    on_chain(|| {
        BondPerMegaMac::set(u128::MAX);
        assert_noop!(register(MINER, 5, vec![RATE], vec![model()]), Error::<Test>::Overflow);
    });
}
