//! The slots as tasks find them: the cheapest acceptable one is leased, and free again afterwards.

#[cfg(feature = "runtime-benchmarks")]
use millrace_primitives::mill::MillKey;
use millrace_primitives::{Mac, ModelId, SlotIndex, SlotMarket, SlotOffer};

use crate::{
    book::{position, LOOKS_IN_ALL},
    Config, Leased, MinerRecord, Miners, Offered, Pallet,
};

/// Due offers that one search brings into force. Slots whose offers are due beyond that are leased as the book says:
/// what a miner sells at until its offer is in force.
const APPLIED_BY_SEARCH: u32 = 2;

impl<T: Config> SlotMarket<T::AccountId> for Pallet<T> {
    fn is_offered(model: ModelId) -> bool {
        Offered::<T>::get(model) > 0
    }

    fn lease(
        model: ModelId,
        least_rate: u64,
        accept: impl Fn(&SlotOffer<T::AccountId>) -> bool,
    ) -> Option<SlotOffer<T::AccountId>> {
        let (offer, mut record) = Self::find_in_force(model, least_rate, accept)?;
        Self::accrue(&mut record);
        Self::leave_books(&offer.miner, &record, &[offer.slot]);
        record.slots.get_mut(position(offer.slot)?)?.leased =
            Some(Leased { rate: offer.rate, ask: offer.ask, since: Self::now() });
        Miners::<T>::insert(&offer.miner, record);
        Some(offer)
    }

    fn free(miner: &T::AccountId, slot: SlotIndex) {
        let Some(mut record) = Miners::<T>::get(miner) else { return };
        Self::accrue(&mut record);
        Self::end_lease(miner, record, slot);
    }

    fn settle(miner: &T::AccountId, slot: SlotIndex, work: Mac) {
        let Some(mut record) = Miners::<T>::get(miner) else { return };
        Self::accrue(&mut record);
        Self::accrue_settled(&mut record, slot, work);
        Self::end_lease(miner, record, slot);
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_miner(model: ModelId, key: MillKey) -> T::AccountId {
        crate::benchmarking::busy_miner::<T>(model, key)
    }
}

impl<T: Config> Pallet<T> {
    /// The slot that a search comes to, with its miner's record. An offer that is due comes into force before a slot of
    /// its miner is leased; then the search goes on in the book as that left it.
    fn find_in_force(
        model: ModelId,
        least_rate: u64,
        accept: impl Fn(&SlotOffer<T::AccountId>) -> bool,
    ) -> Option<(SlotOffer<T::AccountId>, MinerRecord)> {
        let mut looks = LOOKS_IN_ALL;
        let mut applied = 0u32;
        loop {
            let offer = Self::find_in_book(model, least_rate, &mut looks, &accept)?;
            let mut record = Miners::<T>::get(&offer.miner)?;
            if applied >= APPLIED_BY_SEARCH || !Self::apply_if_due(&offer.miner, &mut record) {
                return Some((offer, record));
            }
            Miners::<T>::insert(&offer.miner, record);
            applied = applied.saturating_add(1);
        }
    }

    fn end_lease(miner: &T::AccountId, mut record: MinerRecord, slot: SlotIndex) {
        let Some(state) = position(slot).and_then(|slot| record.slots.get_mut(slot)) else { return };
        state.leased = None;
        state.idle_since = Self::now();
        if state.is_on_sale() {
            Self::enter_books(miner, &record, &[slot]);
        }
        record.drop_withdrawn();
        Miners::<T>::insert(miner, record);
    }
}
