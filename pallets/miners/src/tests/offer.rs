//! Offering: what an offer may hold, and what it does to bond and places.

use frame_support::{assert_noop, assert_ok};
use millrace_primitives::ModelId;

use crate::{mock::*, Error, Places};

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
fn a_book_has_a_place_for_every_slot_or_the_offer_is_refused() {
    on_chain(|| {
        for who in 20..36 {
            assert_ok!(register(who, 1, vec![RATE; 16], vec![model()]));
        }
        assert_eq!(Places::<Test>::get(model()), 256);
        assert_noop!(register(MINER, 1, vec![RATE], vec![model()]), Error::<Test>::BookFull);
        assert_ok!(register(MINER, 1, vec![RATE], vec![second_model()]));
        // A smaller offer takes the place of one that waits, and gives back what that one reserved.
        assert_ok!(offer(20, 1, vec![RATE], vec![model()]));
        assert_eq!(Places::<Test>::get(model()), 241);
        assert_ok!(offer(MINER, 1, vec![RATE], vec![model()]));
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
