//! The books: which slots are for sale, in the order in which they are sold, and the places reserved for them. Nothing
//! else touches [`Books`] and [`Places`].

use frame_support::{ensure, pallet_prelude::DispatchResult, traits::Get};
use millrace_primitives::{ModelId, SlotIndex, SlotOffer};

use crate::{BookEntry, Books, Config, Error, MaxBook, MinerRecord, Pallet, Places, Terms};

impl<T: Config> Pallet<T> {
    /// Enters slots into the books of all models that their miner offers.
    pub(crate) fn enter_books(miner: &T::AccountId, record: &MinerRecord, slots: &[SlotIndex]) {
        for model in &record.terms.models {
            Books::<T>::mutate(model, |book| {
                for slot in slots {
                    let Some(state) = position(*slot).and_then(|slot| record.slots.get(slot)) else {
                        continue;
                    };
                    let entry = BookEntry {
                        ask: record.terms.ask,
                        idle_since: state.idle_since,
                        miner: miner.clone(),
                        slot: *slot,
                        rate: state.rate,
                    };
                    let at = book.partition_point(|other| {
                        (other.ask, other.idle_since) <= (entry.ask, entry.idle_since)
                    });
                    if book.try_insert(at, entry).is_err() {
                        frame_support::defensive!("places are reserved for every slot");
                    }
                }
            });
        }
    }

    /// Takes slots out of the books of all models that their miner offers.
    pub(crate) fn leave_books(miner: &T::AccountId, record: &MinerRecord, slots: &[SlotIndex]) {
        for model in &record.terms.models {
            Books::<T>::mutate(model, |book| {
                book.retain(|entry| !slots.contains(&entry.slot) || entry.miner != *miner);
            });
        }
    }

    /// Reserves places for an offer's slots in the books of its models.
    pub(crate) fn reserve_places(terms: &Terms) -> DispatchResult {
        for model in &terms.models {
            let places = Places::<T>::get(model).saturating_add(terms.slots());
            ensure!(places <= MaxBook::get(), Error::<T>::BookFull);
            Places::<T>::insert(model, places);
        }
        Ok(())
    }

    /// Gives back what [`Self::reserve_places`] reserved.
    pub(crate) fn release_places(terms: &Terms) {
        for model in &terms.models {
            let places = Places::<T>::get(model).saturating_sub(terms.slots());
            if places == 0 {
                Places::<T>::remove(model);
            } else {
                Places::<T>::insert(model, places);
            }
        }
    }

    /// The first acceptable slot of a model's book.
    pub(crate) fn find_in_book(
        model: ModelId,
        accept: impl Fn(&SlotOffer<T::AccountId>) -> bool,
    ) -> Option<SlotOffer<T::AccountId>> {
        Books::<T>::get(model)
            .into_iter()
            .map(|entry| SlotOffer {
                miner: entry.miner,
                slot: entry.slot,
                ask: entry.ask,
                rate: entry.rate,
                slash: Self::slash_of_rate(entry.rate),
            })
            .find(|offer| accept(offer))
    }
}

/// A slot's index as a position in a list.
pub(crate) fn position(slot: SlotIndex) -> Option<usize> {
    usize::try_from(slot).ok()
}
