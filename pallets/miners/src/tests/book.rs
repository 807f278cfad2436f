//! The books: the order of sale, and what a search doesn't let itself be lengthened by.

use core::cell::Cell;

use codec::Encode;
use frame_support::assert_ok;
use millrace_primitives::{Answer, Balance, Demand, Looked, Mac, ModelId, SlotMarket, SlotOffer};

use crate::{
    book::{class_of, LOOKS, LOOKS_IN_ALL},
    mock::*,
    Book, Classes, Place,
};

/// Puts so many slots of one rate on sale, of as many accounts as that takes from `first` on.
fn crowd(first: AccountId, slots: usize, ask: Balance, rate: u64) {
    for (who, left) in (first..).zip((1..=slots).rev().step_by(16)) {
        assert_ok!(register(who, ask, vec![rate; left.min(16)], vec![model()]));
    }
    begin_round();
}

#[test]
fn each_class_is_a_factor_of_four() {
    assert_eq!([1, 3, 4, 15, 16, 63, 64].map(class_of), [0, 0, 1, 1, 2, 2, 3]);
    assert_eq!((class_of(u64::MAX), class_of(0)), (31, 0));
}

#[test]
fn storage_keeps_a_class_in_the_order_of_sale() {
    on_chain(|| {
        let places: [Place<AccountId>; 9] = [
            Place::new(0, 7, 1, 0),
            Place::new(255, 9, 1, 0),
            Place::new(256, 3, 1, 0),
            Place::new(256, 255, 1, 0),
            Place::new(256, 256, 1, 0),
            Place::new(256, 256, 1, 1),
            Place::new(256, 256, 1, 256),
            Place::new(256, 256, 2, 0),
            Place::new(Balance::MAX, 0, 1, 0),
        ];
        assert!(places.is_sorted());
        for place in places.iter().rev() {
            Book::<Test>::insert((second_model(), 3u8, place), RATE);
        }
        Book::<Test>::insert((second_model(), 4u8, Place::<AccountId>::new(0, 0, 1, 0)), RATE);
        let stored: Vec<_> =
            Book::<Test>::iter_prefix((second_model(), 3u8)).map(|(place, _)| place).collect();
        assert_eq!(stored, places);
        assert_eq!((places[5].ask(), *places[5].miner(), places[5].slot()), (256, 1, 1));
        let _ = Book::<Test>::clear(u32::MAX, None);
    });
}

#[test]
fn the_cheapest_slot_of_all_classes_goes_first() {
    on_chain(|| {
        crowd(20, 1, 6, RATE);
        crowd(21, 1, 5, 100 * RATE);
        crowd(22, 1, 7, 10_000 * RATE);
        let miner = || lease().map(|(miner, _)| miner);
        assert_eq!([miner(), miner(), miner(), miner()], [Some(21), Some(20), Some(22), None]);
    });
}

#[test]
fn a_book_has_no_end() {
    on_chain(|| {
        crowd(20, 400, 1, RATE);
        assert_eq!((book().len(), Classes::<Test>::get(model()).iter().sum::<u32>()), (400, 400));
        selling(MINER, 0, 1);
        assert_eq!(lease(), Some((MINER, 0)));
    });
}

#[test]
fn slots_that_promise_too_little_hide_none() {
    on_chain(|| {
        // Far too little, a little too little, and more than enough, but dearer.
        crowd(20, 300, 0, 1);
        crowd(50, 300, 0, RATE - 1);
        crowd(80, 1, 9, 4 * RATE);
        assert_eq!(class_of(RATE - 1), class_of(RATE));
        assert_eq!(lease_at(RATE).map(|offer| offer.miner), Some(80));
        assert_eq!(lease_at(RATE), None);
    });
}

/// A task that takes all of a slot with this rate free at least.
fn demand(least_rate: u64) -> Demand {
    Demand { work: Mac::MAX, least_rate, least_slash: 0 }
}

/// A search that answers each slot so; what it looked at, and at how many slots.
fn search(answer: impl Fn(&SlotOffer<AccountId>) -> Answer) -> (Option<AccountId>, Looked, u32) {
    let shown = Cell::new(0u32);
    let (leased, looked) = Miners::lease(model(), demand(1), |offer| {
        shown.set(shown.get() + 1);
        answer(offer)
    });
    (leased.map(|offer| offer.miner), looked, shown.get())
}

#[test]
fn a_search_is_bounded_in_each_class_and_in_all() {
    on_chain(|| {
        let looked = |first, slots, rate| {
            crowd(first, slots, 1, rate);
            let (leased, looked, shown) = search(|_| Answer::Refuse);
            assert_eq!(leased, None);
            assert!(looked.entries <= Miners::MOST.entries && looked.proof <= Miners::MOST.proof);
            (shown, looked.entries)
        };
        // An end is looked at too: that of the book, but not that of a class which is given up.
        assert_eq!(looked(12, 5, 1), (5, 6));
        assert_eq!(looked(13, 40, 4), (5 + LOOKS, 6 + LOOKS));
        for (first, power) in [(20, 2u32), (23, 3), (26, 4), (29, 5), (32, 6), (35, 7)] {
            looked(first, 40, 1 << (2 * power));
        }
        let (shown, entries) = looked(38, 40, 1 << 16);
        assert_eq!(entries, LOOKS_IN_ALL);
        assert!(shown <= LOOKS_IN_ALL && shown > 5 + 7 * LOOKS, "{shown}");
    });
}

#[test]
fn slots_of_refused_miners_hide_none() {
    on_chain(|| {
        crowd(20, 32, 1, RATE);
        selling(MINER, 9, 1);
        let decliners = |offer: &SlotOffer<AccountId>| [20, 21].contains(&offer.miner);
        let (leased, ..) = search(|offer| if decliners(offer) { Answer::Refuse } else { Answer::Take });
        assert_eq!(leased, None, "refused one by one, they do");
        let (leased, looked, shown) =
            search(|offer| if decliners(offer) { Answer::RefuseMiner } else { Answer::Take });
        assert_eq!((leased, shown), (Some(MINER), 33));
        assert_eq!(looked.entries, 33, "but they count as looks");
    });
}

#[test]
fn a_search_ends_at_the_first_slot_that_is_too_dear() {
    on_chain(|| {
        crowd(20, 3, 1, RATE);
        crowd(30, 100, 2, RATE);
        let affordable =
            |offer: &SlotOffer<AccountId>| if offer.ask > 1 { Answer::Stop } else { Answer::Refuse };
        let (leased, looked, shown) = search(affordable);
        assert_eq!((leased, shown, looked.entries), (None, 4, 4));
    });
}

#[test]
fn refused_miners_lengthen_no_search_beyond_its_bound() {
    on_chain(|| {
        crowd(20, 300, 1, RATE);
        let (leased, looked, _) = search(|_| Answer::RefuseMiner);
        assert_eq!((leased, looked.entries), (None, LOOKS_IN_ALL));
    });
}

/// What a search adds to a block's proof is what it says, or less, in a large book with slots of many asks.
#[test]
fn a_search_says_the_proof_of_what_it_looks_at() {
    let mut chain = new_chain();
    chain.execute_with(|| {
        let fill = |model: ModelId, class: u8| {
            for index in 0..1_000u32 {
                let [ask, idle, miner] = [3u8, 5, 7].map(|salt| {
                    let bytes = sp_io::hashing::blake2_128(&(model, class, index, salt).encode());
                    u128::from_le_bytes(bytes)
                });
                let place = Place::new(ask, idle as u32, miner as u64, index % 16);
                Book::<Test>::insert((model, class, place), 1u64 << (2 * class));
            }
            Classes::<Test>::mutate(model, |counts| counts[usize::from(class)] = 1_000);
        };
        for class in 0..16 {
            fill(model(), class);
            fill(second_model(), class);
        }
    });
    chain.commit_all().expect("nothing is amiss");
    // Many classes, and many slots of one.
    for (answer, least) in [(Answer::Refuse, 1), (Answer::RefuseMiner, 1 << 30)] {
        let (looked, proof) = chain.execute_and_prove(|| Miners::lease(model(), demand(least), |_| answer).1);
        let bytes: usize = proof.iter_nodes().map(Vec::len).sum();
        // The value that counts the classes is charged apart, as any other.
        assert!(bytes as u64 <= looked.proof + 160 + 5 * 15 * 33, "{looked:?} took {bytes}");
        assert!(looked.proof <= Miners::MOST.proof);
    }
}
