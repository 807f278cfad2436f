//! The pallet's properties, checked against all of its storage.

use alloc::{collections::BTreeMap, vec::Vec};

use frame_support::{ensure, traits::fungible::InspectHold};
use millrace_primitives::ModelId;
use sp_runtime::TryRuntimeError;

use crate::{
    BookEntryOf, Books, Config, HoldReason, MillKeys, Miners, Pallet, Places, Scheduled, ScheduledBounds,
};

impl<T: Config> Pallet<T> {
    /// Recomputes the properties of the pallet's documentation.
    ///
    /// # Errors
    /// The property that doesn't hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let mut places = BTreeMap::<ModelId, u32>::new();
        let mut books = BTreeMap::<ModelId, Vec<BookEntryOf<T>>>::new();
        let mut waiting = 0usize;
        for (miner, record) in Miners::<T>::iter() {
            ensure!(
                T::Currency::balance_on_hold(&HoldReason::Bond.into(), &miner) == record.bond,
                "a miner's hold differs from its bond"
            );
            ensure!(MillKeys::<T>::get(&record.mill) == Some(miner.clone()), "a mill key names another");
            ensure!(record.terms.rates.len() <= record.slots.len(), "an offered slot is missing");
            for terms in core::iter::once(&record.terms).chain(&record.next) {
                for model in &terms.models {
                    let sum = places.entry(*model).or_default();
                    *sum = sum.saturating_add(terms.slots());
                }
            }
            if record.next.is_some() {
                waiting = waiting.saturating_add(1);
                let queued = Scheduled::<T>::iter_values().filter(|other| *other == miner).count();
                ensure!(queued == 1, "a scheduled offer doesn't wait exactly once");
            }
            for (index, slot) in (0..).zip(&record.slots) {
                for model in record.terms.models.iter().filter(|_| slot.is_on_sale()) {
                    books.entry(*model).or_default().push(crate::BookEntry {
                        ask: record.terms.ask,
                        idle_since: slot.idle_since,
                        miner: miner.clone(),
                        slot: index,
                        rate: slot.rate,
                    });
                }
            }
        }
        ensure!(MillKeys::<T>::iter().count() == Miners::<T>::iter().count(), "a mill key has no miner");
        let bounds = ScheduledBounds::<T>::get();
        ensure!(Scheduled::<T>::iter().count() == waiting, "the queue of offers holds a stranger");
        ensure!(bounds.len() as usize == waiting, "the bounds of the queue are wrong");
        ensure!(
            (0..bounds.len()).all(|at| Scheduled::<T>::contains_key(bounds.first.wrapping_add(at))),
            "the queue of offers has a gap"
        );
        ensure!(
            bounds.mark.wrapping_sub(bounds.first) <= bounds.len(),
            "the mark of the queue of offers is outside its bounds"
        );
        for (model, book) in Books::<T>::iter() {
            ensure!(book.is_sorted_by_key(|entry| (entry.ask, entry.idle_since)), "a book is out of order");
            let expected = books.remove(&model).unwrap_or_default();
            ensure!(
                expected.len() == book.len() && expected.iter().all(|entry| book.contains(entry)),
                "a book differs from the slots on sale"
            );
        }
        ensure!(books.is_empty(), "a slot on sale is in no book");
        let mut reserved: BTreeMap<ModelId, u32> = Places::<T>::iter().collect();
        places.retain(|_, count| *count > 0);
        reserved.retain(|_, count| *count > 0);
        ensure!(places == reserved, "places differ from the offers");
        Ok(())
    }
}
