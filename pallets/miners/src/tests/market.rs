//! The market: the cheapest slot goes first, the one idle longest on ties; a task takes a part of it, and a slot of which
//! something was leased or freed queues behind.

use frame_support::assert_ok;
use millrace_primitives::{Answer, Demand, Looked, Mac, Part, SlotMarket, SlotOffer};

use crate::{mock::*, Leased};

/// A task that takes all of a slot.
const WHOLE_SLOT: Demand = Demand { work: Mac::MAX, least_rate: RATE, least_slash: 0 };

#[test]
fn the_lowest_ask_goes_first_and_the_longest_idle_on_ties() {
    on_chain(|| {
        selling(20, 7, 1);
        selling(21, 5, 1);
        selling(22, 5, 1);
        assert_eq!(book(), [(21, 0), (22, 0), (20, 0)]);
        assert_eq!(lease(), Some((21, 0)));
        pass(1);
        Miners::free(&21, 0, WHOLE);
        assert_eq!(book(), [(22, 0), (21, 0), (20, 0)]);
        assert_eq!([lease(), lease(), lease(), lease()], [Some((22, 0)), Some((21, 0)), Some((20, 0)), None]);
    });
}

#[test]
fn a_lease_has_the_terms_of_the_slot_and_only_an_acceptable_one() {
    on_chain(|| {
        selling(20, 5, 1);
        selling(21, 7, 1);
        let only_21 = |offer: &SlotOffer<_>| if offer.miner == 21 { Answer::Take } else { Answer::Refuse };
        let offer = Miners::lease(model(), WHOLE_SLOT, only_21).0.expect("it is on sale");
        assert_eq!((offer.miner, offer.slot, offer.ask, offer.rate, offer.slash), (21, 0, 7, RATE, SLASH));
        assert_eq!(record(21).slots[0].leased, Some(Leased { rate: RATE, at_stake: SLASH }));
        assert_eq!(book(), [(20, 0)]);
        assert_eq!(Miners::lease(second_model(), WHOLE_SLOT, |_| Answer::Take), (None, Looked::default()));
    });
}

/// A task takes what does its work in as few blocks as all that is free would, and no more while half of the slot is left.
#[test]
fn a_task_takes_a_part_of_a_slot() {
    on_chain(|| {
        selling(MINER, 5, 1);
        let work = Mac::from(RATE);
        for (work, rate) in [(1, 1), (work / 4, RATE / 4), (work / 4, RATE * 3 / 4 - 1)] {
            assert_eq!(lease_work(work, 1).expect("it is on sale").rate, rate);
        }
        assert_eq!((lease_work(1, 1), book()), (None, vec![]));
    });
}

#[test]
fn a_slot_with_less_free_than_a_task_needs_is_passed_by() {
    on_chain(|| {
        selling(20, 5, 1);
        selling(21, 7, 1);
        assert_eq!(lease_work(Mac::from(RATE) / 2, 1).map(|lease| lease.miner), Some(20));
        assert_eq!(lease_at(RATE / 2 + 1).map(|lease| lease.miner), Some(21));
        assert_eq!(lease_at(RATE / 2).map(|lease| lease.rate), Some(RATE / 2));
    });
}

/// Tasks go round among those that ask the same, whatever they leave of a slot.
#[test]
fn who_took_a_task_stands_behind_who_asks_the_same() {
    on_chain(|| {
        selling(20, 5, 1);
        selling(21, 5, 1);
        let next = || {
            pass(1);
            lease_work(1, 1).map(|lease| lease.miner)
        };
        assert_eq!([next(), next(), next()], [Some(20), Some(21), Some(20)]);
    });
}

/// A new offer changes what a slot promises, and not what its leases take.
#[test]
fn a_smaller_offer_leaves_what_leases_dont_take() {
    on_chain(|| {
        selling(MINER, 5, 1);
        let lease = lease_work(Mac::from(RATE) / 2, 1).expect("it is on sale");
        for (rate, free) in
            [(RATE / 4, vec![]), (RATE - 1, vec![]), (RATE, vec![RATE / 2]), (2 * RATE, vec![RATE * 3 / 2])]
        {
            assert_ok!(offer(MINER, 5, vec![rate], vec![model()]));
            begin_round();
            assert_eq!((free_rates(), record(MINER).slots[0].bonded_rate()), (free, rate.max(RATE / 2)));
        }
        Miners::free(&MINER, 0, Part { rate: lease.rate, slash: lease.slash });
        assert_eq!(free_rates(), [2 * RATE]);
    });
}

#[test]
fn a_leased_slot_that_was_withdrawn_disappears_when_it_is_free() {
    on_chain(|| {
        selling(MINER, 5, 1);
        assert_eq!(lease(), Some((MINER, 0)));
        assert_ok!(offer(MINER, 5, vec![], vec![]));
        begin_round();
        assert!(record(MINER).slots[0].withdrawn);
        Miners::free(&MINER, 0, WHOLE);
        assert!(record(MINER).slots.is_empty() && book().is_empty());
    });
}

#[test]
fn a_lease_keeps_its_bond_whatever_is_offered_next() {
    on_chain(|| {
        selling(MINER, 5, 1);
        assert_eq!(lease(), Some((MINER, 0)));
        assert_ok!(offer(MINER, 5, vec![1], vec![model()]));
        begin_round();
        assert_eq!(record(MINER).slots[0].bonded_rate(), RATE);
        Miners::free(&MINER, 0, WHOLE);
        assert_eq!(record(MINER).slots[0].bonded_rate(), 1);
    });
}

#[test]
fn a_model_is_offered_by_slots_of_any_state_but_withdrawn_ones() {
    on_chain(|| {
        assert_ok!(register(MINER, 5, vec![RATE], vec![model()]));
        assert!(!Miners::is_offered(model()), "the offer isn't in force");
        begin_round();
        assert_eq!(lease(), Some((MINER, 0)));
        assert!(Miners::is_offered(model()) && !Miners::is_offered(second_model()));
        assert_ok!(offer(MINER, 5, vec![RATE], vec![second_model()]));
        begin_round();
        assert!(!Miners::is_offered(model()) && Miners::is_offered(second_model()));
        assert_ok!(offer(MINER, 5, vec![], vec![second_model()]));
        begin_round();
        assert!(!Miners::is_offered(second_model()));
    });
}
