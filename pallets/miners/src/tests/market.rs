//! The market: the cheapest slot goes first, the one idle longest on ties, and a freed slot queues behind.

use frame_support::assert_ok;
use millrace_primitives::{Answer, Looked, SlotMarket, SlotOffer};

use crate::{mock::*, Leased};

#[test]
fn the_lowest_ask_goes_first_and_the_longest_idle_on_ties() {
    on_chain(|| {
        selling(20, 7, 1);
        selling(21, 5, 1);
        selling(22, 5, 1);
        assert_eq!(book(), [(21, 0), (22, 0), (20, 0)]);
        assert_eq!(lease(), Some((21, 0)));
        pass(1);
        Miners::free(&21, 0);
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
        let offer = Miners::lease(model(), RATE, only_21).0.expect("it is on sale");
        assert_eq!((offer.miner, offer.slot, offer.ask, offer.rate, offer.slash), (21, 0, 7, RATE, SLASH));
        let since = System::block_number();
        assert_eq!(record(21).slots[0].leased, Some(Leased { rate: RATE, ask: 7, since, slash: SLASH }));
        assert_eq!(book(), [(20, 0)]);
        assert_eq!(Miners::lease(second_model(), 1, |_| Answer::Take), (None, Looked::default()));
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
        Miners::free(&MINER, 0);
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
        Miners::free(&MINER, 0);
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
