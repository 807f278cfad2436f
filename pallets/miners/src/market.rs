//! The slots as tasks find them: the cheapest acceptable one is leased, and free again afterwards.

#[cfg(feature = "runtime-benchmarks")]
use millrace_primitives::mill::MillKey;
use millrace_primitives::{ModelId, SlotIndex, SlotMarket, SlotOffer};

use crate::{book::position, Config, Miners, Pallet};

impl<T: Config> SlotMarket<T::AccountId> for Pallet<T> {
    fn lease(
        model: ModelId,
        accept: impl Fn(&SlotOffer<T::AccountId>) -> bool,
    ) -> Option<SlotOffer<T::AccountId>> {
        let offer = Self::find_in_book(model, accept)?;
        Miners::<T>::mutate(&offer.miner, |record| {
            let record = record.as_mut()?;
            Self::leave_books(&offer.miner, record, &[offer.slot]);
            record.slots.get_mut(position(offer.slot)?)?.leased = Some(offer.rate);
            Some(())
        })?;
        Some(offer)
    }

    fn free(miner: &T::AccountId, slot: SlotIndex) {
        let Some(mut record) = Miners::<T>::get(miner) else { return };
        let Some(state) = position(slot).and_then(|slot| record.slots.get_mut(slot)) else { return };
        state.leased = None;
        state.idle_since = Self::now();
        if state.is_on_sale() {
            Self::enter_books(miner, &record, &[slot]);
        }
        Self::drop_withdrawn(&mut record);
        Miners::<T>::insert(miner, record);
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_miner(model: ModelId, key: MillKey) -> T::AccountId {
        crate::benchmarking::busy_miner::<T>(model, key)
    }
}
