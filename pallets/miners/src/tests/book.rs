//! The books: the order of sale, and what a search doesn't let itself be lengthened by.

use frame_support::assert_ok;
use millrace_primitives::{Balance, SlotMarket, SlotOffer};

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

#[test]
fn a_search_is_bounded_in_each_class_and_in_all() {
    on_chain(|| {
        let looked = |first, slots, rate| {
            crowd(first, slots, 1, rate);
            let looks = core::cell::Cell::new(0u32);
            let refuse = |_: &SlotOffer<AccountId>| {
                looks.set(looks.get() + 1);
                false
            };
            assert_eq!(Miners::lease(model(), 1, refuse), None);
            looks.get()
        };
        assert_eq!(looked(12, 5, 1), 5);
        assert_eq!(looked(13, 40, 4), 5 + LOOKS);
        for (first, power) in [(20, 2u32), (23, 3), (26, 4), (29, 5), (32, 6), (35, 7)] {
            looked(first, 40, 1 << (2 * power));
        }
        let all = looked(38, 40, 1 << 16);
        assert!(all <= LOOKS_IN_ALL, "{all}");
        assert!(all > 5 + 7 * LOOKS, "{all}");
    });
}
