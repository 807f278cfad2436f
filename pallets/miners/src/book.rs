//! The books: which slots are for sale, in the order in which they are sold. Nothing else touches [`Book`] and
//! [`Classes`].
//!
//! A book has no bound, so nobody can fill it: it lies in storage slot by slot, under keys that storage itself keeps in
//! the order of sale. A search has one, and slots that nobody can use mustn't take it from those that somebody can. So
//! a book is divided into classes by what a slot promises, each a factor of four, and a search
//! - opens no class that lies below the least rate that its task needs: however many such slots there are, they cost it
//!   nothing;
//! - opens no empty class, which the counts of [`Classes`] tell;
//! - takes the cheapest slot of all open classes next, and gives a class up once [`LOOKS`] of its slots were refused.
//!
//! What is left to one who wants to hide another's slot from a task is to offer [`LOOKS`] cheaper slots of the very
//! class of that slot which the task refuses. In a class above the least rate nothing is refused for its rate; in the
//! class of the least rate such slots promise a fourth of it at the least, with bonds to match, and hide nothing of the
//! classes above. Slots that the task accepts hide nothing: they are leased.

use alloc::vec::Vec;

use frame_support::storage::PrefixIterator;
use millrace_primitives::{page_size, ModelId, Offer, OfferPlace, SlotIndex, SlotOffer};

use crate::{Book, Classes, Config, MinerRecord, Pallet, Place, PlaceOf, CLASSES};

/// Slots of one class that a search looks at, if it accepts none.
pub(crate) const LOOKS: u32 = 32;
/// Slots that a search looks at in all classes together.
pub(crate) const LOOKS_IN_ALL: u32 = 256;

/// A class that a search has opened, at its cheapest slot that wasn't refused.
struct Opened<T: Config> {
    place: PlaceOf<T>,
    rate: u64,
    rest: PrefixIterator<(PlaceOf<T>, u64)>,
    refused: u32,
}

impl<T: Config> Pallet<T> {
    /// Enters slots into the books of all models that their miner offers.
    pub(crate) fn enter_books(miner: &T::AccountId, record: &MinerRecord, slots: &[SlotIndex]) {
        Self::change_books(miner, record, slots, |(model, class, place), rate, count| {
            Book::<T>::insert((model, class, place), rate);
            count.saturating_add(1)
        });
    }

    /// Takes slots out of the books of all models that their miner offers. They must stand there as the record says.
    pub(crate) fn leave_books(miner: &T::AccountId, record: &MinerRecord, slots: &[SlotIndex]) {
        Self::change_books(miner, record, slots, |(model, class, place), _, count| {
            Book::<T>::remove((model, class, place));
            count.saturating_sub(1)
        });
    }

    /// Calls `change` with the key and rate of each of these slots in each of its books, and with how many free slots
    /// its class has; `change` answers how many it has then.
    fn change_books(
        miner: &T::AccountId,
        record: &MinerRecord,
        slots: &[SlotIndex],
        change: impl Fn((ModelId, u8, PlaceOf<T>), u64, u32) -> u32,
    ) {
        if slots.is_empty() {
            return;
        }
        for model in &record.terms.models {
            Classes::<T>::mutate_exists(model, |stored| {
                let mut counts = stored.unwrap_or_default();
                for index in slots {
                    let Some(slot) = position(*index).and_then(|at| record.slots.get(at)) else { continue };
                    let class = class_of(slot.rate);
                    let place = Place::new(record.terms.ask, slot.idle_since, miner.clone(), *index);
                    if let Some(count) = counts.get_mut(usize::from(class)) {
                        *count = change((*model, class, place), slot.rate, *count);
                    }
                }
                *stored = counts.iter().any(|count| *count > 0).then_some(counts);
            });
        }
    }

    /// The cheapest acceptable slot of a model's book that promises `least_rate` MAC per block at least, the one idle
    /// longest on ties. Takes what it looks at off `looks`.
    pub(crate) fn find_in_book(
        model: ModelId,
        least_rate: u64,
        looks: &mut u32,
        accept: &impl Fn(&SlotOffer<T::AccountId>) -> bool,
    ) -> Option<SlotOffer<T::AccountId>> {
        let mut opened = Self::open_classes(model, class_of(least_rate), looks);
        loop {
            let (at, class) = opened.iter_mut().enumerate().min_by(|(_, a), (_, b)| a.place.cmp(&b.place))?;
            let offer = SlotOffer {
                miner: class.place.miner().clone(),
                slot: class.place.slot(),
                ask: class.place.ask(),
                rate: class.rate,
                slash: Self::slash_of_rate(class.rate),
            };
            if offer.rate >= least_rate && accept(&offer) {
                return Some(offer);
            }
            class.refused = class.refused.saturating_add(1);
            let given_up = class.refused >= LOOKS || !spend(looks);
            let next = if given_up { None } else { class.rest.next() };
            match next {
                Some((place, rate)) => (class.place, class.rate) = (place, rate),
                None => drop(opened.swap_remove(at)),
            }
        }
    }

    /// The free slots of a model after a place, in the order in which they are sold: a page at most.
    pub(crate) fn offers_in_book(
        model: ModelId,
        after: Option<OfferPlace<T::AccountId>>,
        count: u32,
    ) -> Vec<Offer<T::AccountId>> {
        let after = after.map(|last| Place::new(last.ask, last.idle_since, last.miner, last.slot));
        // As many classes as there are, each at its next slot.
        let mut opened = Vec::new();
        for class in (0u8..).take(CLASSES) {
            let mut rest = match after.clone() {
                // Storage goes on after this key, whether or not a slot of this class stands there.
                Some(last) => {
                    let key = Book::<T>::hashed_key_for((model, class, last));
                    Book::<T>::iter_prefix_from((model, class), key)
                }
                None => Book::<T>::iter_prefix((model, class)),
            };
            if let Some((place, rate)) = rest.next() {
                opened.push(Opened::<T> { place, rate, rest, refused: 0 });
            }
        }
        let mut offers = Vec::new();
        while offers.len() < page_size(count) {
            let next = opened.iter_mut().enumerate().min_by(|(_, a), (_, b)| a.place.cmp(&b.place));
            let Some((at, class)) = next else { break };
            offers.push(Offer {
                miner: class.place.miner().clone(),
                slot: class.place.slot(),
                ask: class.place.ask(),
                rate: class.rate,
                idle_since: class.place.idle_since(),
            });
            match class.rest.next() {
                Some((place, rate)) => (class.place, class.rate) = (place, rate),
                None => drop(opened.swap_remove(at)),
            }
        }
        offers
    }

    /// The classes of a model's book that hold slots, from the class `lowest` on, each at its cheapest slot.
    fn open_classes(model: ModelId, lowest: u8, looks: &mut u32) -> Vec<Opened<T>> {
        let mut opened = Vec::new();
        for (class, count) in (0u8..).zip(Classes::<T>::get(model)) {
            if class < lowest || count == 0 || !spend(looks) {
                continue;
            }
            let mut rest = Book::<T>::iter_prefix((model, class));
            if let Some((place, rate)) = rest.next() {
                opened.push(Opened { place, rate, rest, refused: 0 });
            }
        }
        opened
    }
}

/// Takes one off `looks`, if any is left.
fn spend(looks: &mut u32) -> bool {
    let left = looks.checked_sub(1);
    *looks = left.unwrap_or(0);
    left.is_some()
}

/// The class of a rate in MAC per block: half its binary logarithm.
pub(crate) fn class_of(rate: u64) -> u8 {
    // At most 31.
    u8::try_from(rate.checked_ilog2().unwrap_or(0) >> 1).unwrap_or(u8::MAX)
}

/// A slot's index as a position in a list.
pub(crate) fn position(slot: SlotIndex) -> Option<usize> {
    usize::try_from(slot).ok()
}
