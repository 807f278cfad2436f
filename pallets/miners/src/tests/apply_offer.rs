//! How an offer comes into force: by anyone's call once it is due, or when a search meets its miner.

use frame_support::{assert_noop, assert_ok};
use frame_system::RawOrigin;
use millrace_primitives::MinerBond;
use sp_runtime::{
    transaction_validity::{InvalidTransaction, TransactionSource},
    DispatchError,
};

use crate::{mock::*, Error, Event};

#[test]
fn anyone_brings_an_offer_into_force_once_it_is_due() {
    on_chain(|| {
        assert_noop!(apply(MINER), Error::<Test>::NotFound);
        assert_ok!(register(MINER, 1, vec![RATE], vec![model()]));
        assert_noop!(apply(MINER), Error::<Test>::NotYetInForce);
        next_round();
        assert!(book().is_empty(), "nobody touched it");
        assert_ok!(apply(MINER));
        System::assert_last_event(Event::OfferInForce { miner: MINER }.into());
        assert_eq!(book(), [(MINER, 0)]);
        assert_noop!(apply(MINER), Error::<Test>::NothingScheduled);
    });
}

#[test]
fn without_a_sender_it_is_valid_while_an_offer_is_due() {
    on_chain(|| {
        let valid = || {
            Miners::authorize_apply_offer(TransactionSource::External, &MINER).map(|(validity, _)| validity)
        };
        assert_eq!(valid(), Err(InvalidTransaction::Stale.into()));
        assert_ok!(register(MINER, 1, vec![RATE], vec![model()]));
        assert_eq!(valid(), Err(InvalidTransaction::Stale.into()));
        next_round();
        assert!(valid().is_ok_and(|validity| validity.priority == 0 && validity.provides.len() == 1));
        assert_noop!(Miners::apply_offer(RuntimeOrigin::none(), MINER), DispatchError::BadOrigin);
        assert_ok!(Miners::apply_offer(RawOrigin::Authorized.into(), MINER));
        assert_eq!(valid(), Err(InvalidTransaction::Stale.into()));
    });
}

#[test]
fn offers_of_others_delay_none() {
    on_chain(|| {
        for who in 20..60 {
            assert_ok!(register(who, 1, vec![1], vec![model()]));
        }
        assert_ok!(register(MINER, 1, vec![RATE], vec![model()]));
        next_round();
        assert_ok!(apply(MINER));
        assert_eq!(lease_at(RATE).map(|offer| offer.miner), Some(MINER));
    });
}

#[test]
fn a_search_brings_the_offers_that_it_meets_into_force_first() {
    on_chain(|| {
        for who in 20..24 {
            selling(who, 1, 1);
        }
        selling(MINER, 50, 1);
        for who in 20..23 {
            assert_ok!(offer(who, 90, vec![RATE], vec![model()]));
        }
        // 23 leaves.
        assert_ok!(offer(23, 0, vec![], vec![]));
        next_round();
        // The third that is due sells at what the book says.
        assert_eq!(lease_at(1).map(|offer| (offer.miner, offer.ask)), Some((22, 1)));
        assert_eq!((record(20).terms.ask, record(21).terms.ask, record(22).terms.ask), (90, 90, 1));
        // 23 is met, and gone.
        assert_eq!(lease(), Some((MINER, 0)));
        assert!(record(23).slots.is_empty());
    });
}

#[test]
fn slots_added_during_a_suspension_are_suspended_too() {
    on_chain(|| {
        selling(MINER, 5, 1);
        Miners::slash_miner(&MINER);
        // Registered, and not in force yet.
        assert_ok!(register(OTHER, 5, vec![RATE], vec![model()]));
        Miners::slash_miner(&OTHER);
        assert_ok!(offer(MINER, 5, vec![RATE; 3], vec![model()]));
        begin_round();
        assert!(book().is_empty());
        for (who, slots) in [(MINER, 3), (OTHER, 1)] {
            assert_eq!(record(who).slots.iter().filter(|slot| slot.suspended).count(), slots);
            assert_ok!(Miners::resume(RuntimeOrigin::signed(who)));
        }
        assert_eq!(book(), [(MINER, 0), (MINER, 1), (MINER, 2), (OTHER, 0)]);
    });
}

#[test]
fn the_status_tells_of_an_offer_until_it_is_in_force() {
    on_chain(|| {
        selling(MINER, 5, 3);
        assert_ok!(offer(MINER, 5, vec![RATE], vec![model()]));
        let status = || Miners::status_of(&key(MINER), vec![]).expect("a miner");
        assert!(status().scheduled && status().slots == 3);
        next_round();
        assert!(status().scheduled && status().slots == 3);
        assert_ok!(apply(MINER));
        assert!(!status().scheduled && status().slots == 1);
        assert_eq!(book(), [(MINER, 0)]);
    });
}
