//! What people are told of a miner and of what is on sale.

use frame_support::assert_ok;
use millrace_primitives::{IdleReason, MillKeys, MinerBond, MinerView, ModelId, Offer};

use crate::mock::*;

fn view(who: AccountId) -> MinerView<AccountId> {
    Miners::miner(who).expect("a miner")
}

fn idle(who: AccountId) -> Vec<IdleReason> {
    view(who).idle
}

fn names(offers: &[Offer<AccountId>]) -> Vec<(AccountId, u32)> {
    offers.iter().map(|offer| (offer.miner, offer.slot)).collect()
}

#[test]
fn a_miner_that_sells_has_no_reason_to_be_idle() {
    on_chain(|| {
        assert_eq!(Miners::miner(MINER), None);
        selling(MINER, 5, 2);
        let view = view(MINER);
        assert_eq!(
            (view.ask, view.models.clone(), view.bond, view.needed_bond),
            (5, vec![model()], 2 * BOND, 2 * BOND)
        );
        assert_eq!(view.mill, Miners::mill_key(&MINER).expect("a miner"));
        assert!(view.slots.iter().all(|slot| slot.on_sale && slot.rate == RATE) && view.slots.len() == 2);
        assert!(view.may_sprint && view.next.is_none());
        assert!(view.idle.is_empty());
        assert_eq!(view.leases, None, "this pallet doesn't know of any");
    });
}

#[test]
fn an_offer_that_waits_is_a_reason_and_says_from_when() {
    on_chain(|| {
        assert_ok!(register(MINER, 5, vec![RATE], vec![model()]));
        let pending = |due| IdleReason::OfferPending { from: 1, due };
        assert!(idle(MINER).contains(&IdleReason::NoSlots) && idle(MINER).contains(&pending(false)));
        let next = view(MINER).next.expect("it waits");
        assert_eq!((next.from, next.ask, next.rates, next.models), (1, 5, vec![RATE], vec![model()]));
        next_round();
        assert!(idle(MINER).contains(&pending(true)));
        assert_ok!(apply(MINER));
        assert!(idle(MINER).is_empty());
    });
}

#[test]
fn suspension_a_wrong_sprint_and_a_short_bond_are_told() {
    on_chain(|| {
        selling(MINER, 5, 2);
        Miners::slash(&MINER, 1, SLASH, &REQUESTER, 0);
        assert_eq!(idle(MINER), [IdleReason::Suspended { slots: vec![1] }]);
        Miners::slash_miner(&MINER);
        assert_eq!(idle(MINER), [IdleReason::Rejected, IdleReason::Suspended { slots: vec![0, 1] }]);
        assert!(!view(MINER).may_sprint);
        Miners::charge(&MINER, 2 * BOND - 2 * SLASH - 1);
        assert!(idle(MINER).contains(&IdleReason::BondShort { missing: SLASH - 1 }));
    });
}

#[test]
fn models_that_it_lacks_or_that_are_retired_are_named() {
    on_chain(|| {
        selling(MINER, 5, 1);
        list(&[model(), second_model()]);
        assert_eq!(idle(MINER), [IdleReason::NotOffered { models: vec![second_model()] }]);
        list(&[]);
        set_model(model(), false);
        assert_eq!(idle(MINER), [IdleReason::Retired { models: vec![model()] }]);
        set_model(model(), true);
        list(&[model()]);
        assert_ok!(offer(MINER, 5, vec![RATE], vec![]));
        begin_round();
        let not_offered = IdleReason::NotOffered { models: vec![model()] };
        assert_eq!(idle(MINER), [IdleReason::NoModels, not_offered]);
    });
}

#[test]
fn leased_slots_are_counted() {
    on_chain(|| {
        selling(MINER, 5, 3);
        assert!(lease().is_some());
        assert_eq!(idle(MINER), [IdleReason::SlotsLeased { leased: 1, of: 3 }]);
        assert_eq!(view(MINER).slots.iter().filter(|slot| slot.leased_rate > 0 && !slot.on_sale).count(), 1);
    });
}

#[test]
fn a_key_that_signs_for_nobody_is_told() {
    on_chain(|| {
        selling(MINER, 5, 1);
        crate::MillKeys::<Test>::remove(key(MINER));
        assert_eq!(idle(MINER), [IdleReason::KeyUnknown]);
        crate::MillKeys::<Test>::insert(key(MINER), MINER);
    });
}

#[test]
fn offers_come_in_the_order_in_which_they_are_taken() {
    on_chain(|| {
        // Of three classes.
        let sell = |who, ask, rate| {
            assert_ok!(register(who, ask, vec![rate, rate], vec![model()]));
        };
        sell(20, 7, 4);
        sell(21, 5, 1_000);
        sell(22, 6, 1_000_000);
        begin_round();
        let all = Miners::offers(model(), None, 100);
        let expected = [(21, 0), (21, 1), (22, 0), (22, 1), (20, 0), (20, 1)];
        assert_eq!(names(&all), expected);
        assert_eq!((all[0].ask, all[0].rate), (5, 1_000));
        for at in 0..6 {
            let page = Miners::offers(model(), Some(all[at].place()), 2);
            assert_eq!(names(&page), expected[at + 1..].iter().take(2).copied().collect::<Vec<_>>());
        }
        for taken in expected {
            let offer = lease_at(1).expect("it is on sale");
            assert_eq!((offer.miner, offer.slot), taken);
        }
        assert!(Miners::offers(model(), None, 100).is_empty());
        assert!(Miners::offers(ModelId::zero(), None, 100).is_empty());
    });
}

#[test]
fn a_page_has_a_hundred_offers_at_most() {
    on_chain(|| {
        for who in 20..30 {
            assert_ok!(register(who, 5, vec![RATE; 16], vec![model()]));
        }
        begin_round();
        let page = Miners::offers(model(), None, u32::MAX);
        assert_eq!(page.len(), 100);
        assert_eq!(Miners::offers(model(), page.last().map(Offer::place), u32::MAX).len(), 60);
    });
}
