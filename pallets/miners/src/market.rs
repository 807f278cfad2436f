//! The slots as tasks find them: a part of the cheapest acceptable one is leased, and free again afterwards. The rest of
//! it stays on sale.

#[cfg(feature = "runtime-benchmarks")]
use millrace_primitives::mill::MillKey;
use millrace_primitives::{Answer, Demand, Looked, ModelId, Part, Served, SlotIndex, SlotMarket, SlotOffer};

use crate::{
    bond::Bonds,
    book::{LOOKS_IN_ALL, PROOF_OF_FIRST, PROOF_OF_NEXT},
    types::position,
    Config, MinerRecord, Miners, Offered, Pallet, Slot, CLASSES,
};

/// Due offers that one search brings into force. Slots whose offers are due beyond that are leased as the book says:
/// what a miner sells at until its offer is in force.
const APPLIED_BY_SEARCH: u32 = 2;
/// Classes that one search opens at most: it begins anew after each offer that it brings into force.
const OPENED_BY_SEARCH: u64 = (APPLIED_BY_SEARCH as u64 + 1) * CLASSES as u64;

impl<T: Config> SlotMarket<T::AccountId> for Pallet<T> {
    const MOST: Looked = Looked {
        entries: LOOKS_IN_ALL,
        proof: OPENED_BY_SEARCH * PROOF_OF_FIRST + (LOOKS_IN_ALL as u64 - OPENED_BY_SEARCH) * PROOF_OF_NEXT,
        applied: APPLIED_BY_SEARCH,
    };

    fn is_offered(model: ModelId) -> bool {
        Offered::<T>::get(model) > 0
    }

    fn lease(
        model: ModelId,
        demand: Demand,
        answer: impl Fn(&SlotOffer<T::AccountId>) -> Answer,
    ) -> (Option<SlotOffer<T::AccountId>>, Looked) {
        let mut looked = Looked::default();
        let bonds = Bonds::of::<T>();
        let leased = Self::find_in_force(model, demand.least_rate, &bonds, &mut looked, answer)
            .and_then(|(offer, record)| Self::begin_lease(offer, record, &demand, &bonds));
        (leased, looked)
    }

    fn free(miner: &T::AccountId, slot: SlotIndex, part: Part) {
        let Some(mut record) = Miners::<T>::get(miner) else { return };
        Self::accrue(&mut record);
        Self::end_lease(miner, record, slot, part);
    }

    fn settle(miner: &T::AccountId, slot: SlotIndex, part: Part, served: Served) {
        let Some(mut record) = Miners::<T>::get(miner) else { return };
        Self::accrue(&mut record);
        Self::accrue_settled(&mut record, part.rate, served);
        Self::end_lease(miner, record, slot, part);
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_miner(model: ModelId, key: MillKey) -> T::AccountId {
        crate::benchmarking::busy_miner::<T>(model, key)
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_search(model: ModelId, entries: u32, applied: u32) {
        crate::benchmarking::long_search::<T>(model, entries, applied);
    }
}

impl<T: Config> Pallet<T> {
    /// The slot that a search comes to, with its miner's record. An offer that is due comes into force before a slot of
    /// its miner is leased; then the search goes on in the book as that left it.
    fn find_in_force(
        model: ModelId,
        least_rate: u64,
        bonds: &Bonds,
        looked: &mut Looked,
        answer: impl Fn(&SlotOffer<T::AccountId>) -> Answer,
    ) -> Option<(SlotOffer<T::AccountId>, MinerRecord)> {
        loop {
            let offer = Self::find_in_book(model, least_rate, bonds, looked, &answer)?;
            let mut record = Miners::<T>::get(&offer.miner)?;
            if looked.applied >= APPLIED_BY_SEARCH || !Self::apply_if_due(&offer.miner, &mut record) {
                return Some((offer, record));
            }
            Miners::<T>::insert(&offer.miner, record);
            looked.applied = looked.applied.saturating_add(1);
        }
    }

    fn begin_lease(
        offer: SlotOffer<T::AccountId>,
        mut record: MinerRecord,
        demand: &Demand,
        bonds: &Bonds,
    ) -> Option<SlotOffer<T::AccountId>> {
        Self::accrue(&mut record);
        let part = bonds.part_of(record.slots.get(position(offer.slot)?)?, demand);
        Self::change_leases(&offer.miner, &mut record, offer.slot, |slot| slot.take(part));
        Miners::<T>::insert(&offer.miner, record);
        Some(SlotOffer { rate: part.rate, slash: part.slash, ..offer })
    }

    fn end_lease(miner: &T::AccountId, mut record: MinerRecord, slot: SlotIndex, part: Part) {
        Self::change_leases(miner, &mut record, slot, |slot| slot.give_back(part));
        record.drop_withdrawn();
        Miners::<T>::insert(miner, record);
    }

    /// Changes what is leased of a slot, and with that what of it stands in the books, behind all others at the same ask.
    fn change_leases(
        miner: &T::AccountId,
        record: &mut MinerRecord,
        index: SlotIndex,
        change: impl FnOnce(&mut Slot),
    ) {
        let Some(at) = position(index) else { return };
        if record.slots.get(at).is_some_and(Slot::is_on_sale) {
            Self::leave_books(miner, record, &[index]);
        }
        let Some(slot) = record.slots.get_mut(at) else { return };
        change(slot);
        slot.idle_since = Self::now();
        if slot.is_on_sale() {
            Self::enter_books(miner, record, &[index]);
        }
    }
}
