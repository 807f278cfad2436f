//! What a miner has on sale, for those who weigh its work.

use millrace_primitives::{Balance, CapacityOnSale, ModelId};

use crate::{Config, Miners, Pallet};

impl<T: Config> CapacityOnSale<T::AccountId> for Pallet<T> {
    fn rate(miner: &T::AccountId, models: &[ModelId]) -> u64 {
        Miners::<T>::get(miner)
            .filter(|record| models.iter().all(|model| record.terms.models.contains(model)))
            .map_or(0, |record| {
                record
                    .slots
                    .iter()
                    .filter(|slot| !slot.suspended && !slot.withdrawn)
                    .fold(0u64, |sum, slot| sum.saturating_add(slot.rate))
            })
    }

    fn ask(miner: &T::AccountId) -> Balance {
        Miners::<T>::get(miner).map_or(Balance::MAX, |record| record.terms.ask)
    }
}
