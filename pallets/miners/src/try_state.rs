//! The pallet's properties, checked against all of its storage.

use alloc::collections::BTreeMap;

use frame_support::{ensure, traits::fungible::InspectHold};
use millrace_primitives::ModelId;
use sp_runtime::TryRuntimeError;

use crate::{
    book::class_of, Book, ClassCounts, Classes, Config, HoldReason, MillKeys, MinerRecord, Miners, Offered,
    Pallet, Place, PlaceOf, Round,
};

/// What the records say that the storage by model must hold.
struct ByModel<T: Config> {
    book: BTreeMap<(ModelId, u8, PlaceOf<T>), u64>,
    classes: BTreeMap<ModelId, ClassCounts>,
    offered: BTreeMap<ModelId, u32>,
}

impl<T: Config> Pallet<T> {
    /// Recomputes the properties of the pallet's documentation.
    ///
    /// # Errors
    /// The property that doesn't hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let mut expected =
            ByModel::<T> { book: BTreeMap::new(), classes: BTreeMap::new(), offered: BTreeMap::new() };
        for (miner, record) in Miners::<T>::iter() {
            Self::try_record(&miner, &record)?;
            expected.add(&miner, &record);
        }
        ensure!(MillKeys::<T>::iter().count() == Miners::<T>::iter().count(), "a mill key has no miner");
        ensure!(
            Book::<T>::iter().collect::<BTreeMap<_, _>>() == expected.book,
            "a book differs from the slots on sale"
        );
        ensure!(
            Classes::<T>::iter().collect::<BTreeMap<_, _>>() == expected.classes,
            "the counts of a book's classes are wrong"
        );
        ensure!(
            Offered::<T>::iter().collect::<BTreeMap<_, _>>() == expected.offered,
            "the slots offered differ from the offers"
        );
        for (model, counts) in expected.classes {
            for (class, _) in (0u8..).zip(counts) {
                let places = Book::<T>::iter_prefix((model, class))
                    .map(|(place, _)| (place.ask(), place.idle_since()));
                ensure!(places.is_sorted(), "a class of a book is out of order");
            }
        }
        Ok(())
    }

    fn try_record(miner: &T::AccountId, record: &MinerRecord) -> Result<(), TryRuntimeError> {
        ensure!(
            T::Currency::balance_on_hold(&HoldReason::Bond.into(), miner) == record.bond,
            "a miner's hold differs from its bond"
        );
        ensure!(
            T::Currency::balance_on_hold(&HoldReason::Record.into(), miner) == record.deposit,
            "a miner's hold differs from its record's deposit"
        );
        ensure!(MillKeys::<T>::get(&record.mill).as_ref() == Some(miner), "a mill key names another");
        ensure!(record.terms.rates.len() <= record.slots.len(), "an offered slot is missing");
        ensure!(
            !record.rejected || record.on_sale().is_empty(),
            "a miner whose sprint was wrong sells a slot"
        );
        let next = Round::<T>::get().saturating_add(1);
        ensure!(
            record.next.as_ref().is_none_or(|pending| pending.from <= next),
            "an offer waits for too long"
        );
        ensure!(
            record.capacity.unused <= Self::most_capacity(record),
            "a miner has too much capacity in store"
        );
        ensure!(record.capacity.since <= Self::now(), "capacity is counted that isn't there yet");
        ensure!(
            record.slots.iter().flat_map(|slot| &slot.leased).all(|leased| leased.rate > 0),
            "a slot without leases counts as leased"
        );
        Ok(())
    }
}

impl<T: Config> ByModel<T> {
    fn add(&mut self, miner: &T::AccountId, record: &MinerRecord) {
        for model in &record.terms.models {
            if record.terms.slots() > 0 {
                let count = self.offered.entry(*model).or_default();
                *count = count.saturating_add(record.terms.slots());
            }
            for (index, slot) in (0..).zip(&record.slots).filter(|(_, slot)| slot.is_on_sale()) {
                let class = class_of(slot.free_rate());
                let place = Place::new(record.terms.ask, slot.idle_since, miner.clone(), index);
                self.book.insert((*model, class, place), slot.free_rate());
                let counts = self.classes.entry(*model).or_default();
                if let Some(count) = counts.get_mut(usize::from(class)) {
                    *count = count.saturating_add(1);
                }
            }
        }
    }
}
