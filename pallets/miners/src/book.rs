//! The books: which slots are for sale, and how much of each, in the order in which they are sold. Nothing else touches
//! [`Book`] and [`Classes`].
//!
//! A book has no bound, so nobody can fill it: it lies in storage slot by slot, under keys that storage itself keeps in
//! the order of sale. A search has one, and slots that nobody can use mustn't take it from those that somebody can. So
//! a book is divided into classes by what is free of a slot, each a factor of four, and a search
//! - opens no class that lies below the least rate that its task needs: however many such slots there are, they cost it
//!   nothing;
//! - opens no empty class, which the counts of [`Classes`] tell;
//! - ends at the first slot that is too dear, since all after it are;
//! - takes the cheapest slot of all open classes next, and gives a class up once [`LOOKS`] of its slots were refused.
//!   Slots of a miner that the task refuses aren't counted, or two miners that decline a task would hide a class from it.
//!
//! What is left to one who wants to hide another's slot from a task is to offer [`LOOKS`] cheaper slots of the very
//! class of that slot which the task refuses. In a class above the least rate nothing is refused for its rate; in the
//! class of the least rate such slots promise a fourth of it at the least, with bonds to match, and hide nothing of the
//! classes above. Slots that the task accepts hide nothing: it takes its part of one. Slots of refused miners hide the rest only
//! when they are nearly [`LOOKS_IN_ALL`], and each of these miners has paid for declining or failing this very task.
//!
//! The entries of a class lie side by side in storage. So the proof of a search holds the way to each class once, and
//! of each further entry no more than the entry.

use alloc::vec::Vec;

use frame_support::storage::PrefixIterator;
use millrace_primitives::{page_size, Answer, Looked, ModelId, Offer, OfferPlace, SlotIndex, SlotOffer};

use crate::{
    bond::Bonds, types::position, Book, Classes, Config, MinerRecord, Pallet, Place, PlaceOf, CLASSES,
};

/// Slots of one class that a task may refuse, other than for their miners' sake, before a search gives the class up.
pub(crate) const LOOKS: u32 = 32;
/// Entries that a search looks at in all classes together.
pub(crate) const LOOKS_IN_ALL: u32 = 256;

/// Bytes of proof of the first entry of a class: the entry, and the way to it among a million keys, which is five
/// branches with fifteen hashes each that lead elsewhere.
pub(crate) const PROOF_OF_FIRST: u64 = 5 * 15 * 33 + 97;
/// Bytes of proof of each further entry: twice an entry, because a branch with a part of the key may lead to it.
pub(crate) const PROOF_OF_NEXT: u64 = 2 * 97;

/// A class of a book that is open at one of its slots.
struct Opened<T: Config> {
    place: PlaceOf<T>,
    rate: u64,
    rest: PrefixIterator<(PlaceOf<T>, u64)>,
    refused: u32,
}

impl<T: Config> Opened<T> {
    /// Opens a class at its next slot, if there is any.
    fn new(mut rest: PrefixIterator<(PlaceOf<T>, u64)>) -> Option<Self> {
        let (place, rate) = rest.next()?;
        Some(Self { place, rate, rest, refused: 0 })
    }

    /// Goes on to the next slot; says whether there is any.
    fn advance(&mut self) -> bool {
        let next = self.rest.next();
        let is_open = next.is_some();
        if let Some((place, rate)) = next {
            (self.place, self.rate) = (place, rate);
        }
        is_open
    }
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

    /// Calls `change` with the key and free rate of each of these slots in each of its books, and with how many slots its
    /// class has; `change` answers how many it has then.
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
                    let rate = slot.free_rate();
                    let class = class_of(rate);
                    let place = Place::new(record.terms.ask, slot.idle_since, miner.clone(), *index);
                    if let Some(count) = counts.get_mut(usize::from(class)) {
                        *count = change((*model, class, place), rate, *count);
                    }
                }
                *stored = counts.iter().any(|count| *count > 0).then_some(counts);
            });
        }
    }

    /// The cheapest slot of a model's book that has `least_rate` MAC per block free at least and is answered with
    /// [`Answer::Take`], on ties the one whose last lease began or ended first. Adds what it looks at to `looked`.
    pub(crate) fn find_in_book(
        model: ModelId,
        least_rate: u64,
        bonds: &Bonds,
        looked: &mut Looked,
        answer: &impl Fn(&SlotOffer<T::AccountId>) -> Answer,
    ) -> Option<SlotOffer<T::AccountId>> {
        let mut opened = Self::open_classes(model, class_of(least_rate), looked);
        loop {
            let (at, class) = cheapest(&mut opened)?;
            let offer = SlotOffer {
                miner: class.place.miner().clone(),
                slot: class.place.slot(),
                ask: class.place.ask(),
                rate: class.rate,
                slash: bonds.slash_of_rate(class.rate),
            };
            match if offer.rate < least_rate { Answer::Refuse } else { answer(&offer) } {
                Answer::Take => return Some(offer),
                Answer::Refuse => class.refused = class.refused.saturating_add(1),
                Answer::RefuseMiner => {}
                Answer::Stop => return None,
            }
            let goes_on = class.refused < LOOKS && look(looked, PROOF_OF_NEXT) && class.advance();
            if !goes_on {
                opened.swap_remove(at);
            }
        }
    }

    /// The slots on sale for a model after a place, in the order in which they are sold: a page at most.
    pub(crate) fn offers_in_book(
        model: ModelId,
        after: Option<OfferPlace<T::AccountId>>,
        count: u32,
    ) -> Vec<Offer<T::AccountId>> {
        let after = after.map(|last| Place::new(last.ask, last.idle_since, last.miner, last.slot));
        // As many classes as there are, each at its next slot.
        let mut opened = Vec::new();
        for class in (0u8..).take(CLASSES) {
            let rest = match after.clone() {
                // Storage goes on after this key, whether or not a slot of this class stands there.
                Some(last) => {
                    let key = Book::<T>::hashed_key_for((model, class, last));
                    Book::<T>::iter_prefix_from((model, class), key)
                }
                None => Book::<T>::iter_prefix((model, class)),
            };
            opened.extend(Opened::<T>::new(rest));
        }
        let mut offers = Vec::new();
        while offers.len() < page_size(count) {
            let Some((at, class)) = cheapest(&mut opened) else { break };
            offers.push(Offer {
                miner: class.place.miner().clone(),
                slot: class.place.slot(),
                ask: class.place.ask(),
                rate: class.rate,
                idle_since: class.place.idle_since(),
            });
            if !class.advance() {
                opened.swap_remove(at);
            }
        }
        offers
    }

    /// The classes of a model's book that hold slots, from the class `lowest` on, each at its cheapest slot.
    fn open_classes(model: ModelId, lowest: u8, looked: &mut Looked) -> Vec<Opened<T>> {
        let mut opened = Vec::new();
        for (class, count) in (0u8..).zip(Classes::<T>::get(model)) {
            if class >= lowest && count > 0 && look(looked, PROOF_OF_FIRST) {
                opened.extend(Opened::new(Book::<T>::iter_prefix((model, class))));
            }
        }
        opened
    }
}

/// The open class whose slot is sold next, and its place in the list.
fn cheapest<T: Config>(opened: &mut [Opened<T>]) -> Option<(usize, &mut Opened<T>)> {
    opened.iter_mut().enumerate().min_by(|(_, a), (_, b)| a.place.cmp(&b.place))
}

/// Counts a further entry with so many bytes of proof, if a search may look at any more.
fn look(looked: &mut Looked, proof: u64) -> bool {
    let may = looked.entries < LOOKS_IN_ALL;
    if may {
        looked.entries = looked.entries.saturating_add(1);
        looked.proof = looked.proof.saturating_add(proof);
    }
    may
}

/// The class of a rate in MAC per block: half its binary logarithm.
pub(crate) fn class_of(rate: u64) -> u8 {
    // At most 31.
    u8::try_from(rate.checked_ilog2().unwrap_or(0) >> 1).unwrap_or(u8::MAX)
}
