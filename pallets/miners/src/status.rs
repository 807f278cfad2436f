//! How a miner stands, for its node.

use alloc::vec::Vec;

use millrace_primitives::{mill::MillKey, MinerStatus, ModelId};

use crate::{Config, MillKeys, Miners, Pallet};

impl<T: Config> Pallet<T> {
    /// How the miner of a key stands, where sprints run on the models `listed`.
    pub fn status_of(key: &MillKey, listed: Vec<ModelId>) -> Option<MinerStatus<T::AccountId>> {
        let miner = MillKeys::<T>::get(key)?;
        let record = Miners::<T>::get(&miner)?;
        let count = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
        Some(MinerStatus {
            slots: count(record.slots.iter().filter(|slot| !slot.withdrawn).count()),
            scheduled: record.next.is_some(),
            suspended: record.is_suspended(),
            bond_short: Self::missing_to_sprint(&record) > 0,
            listed: count(listed.len()),
            missing: listed.into_iter().filter(|model| !record.terms.models.contains(model)).collect(),
            miner,
        })
    }
}
