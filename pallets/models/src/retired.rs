//! Since when models are retired, and how long they stay. Nothing else touches [`RetiredSince`].

use frame_support::traits::Get;
use millrace_primitives::{BlockNumber, ModelId};
use sp_runtime::SaturatedConversion;

use crate::{Config, Pallet, RetiredSince};

impl<T: Config> Pallet<T> {
    pub(crate) fn now() -> BlockNumber {
        frame_system::Pallet::<T>::block_number().saturated_into()
    }

    /// Notes that a model is retired from this block on.
    pub(crate) fn note_retired(model: ModelId) {
        RetiredSince::<T>::insert(model, Self::now());
    }

    /// Forgets it with the model.
    pub(crate) fn forget_retired(model: ModelId) {
        RetiredSince::<T>::remove(model);
    }

    /// The first block in which a retired model may be removed. The block in which it was retired can be an anchor itself,
    /// and wins on that come as many blocks later as the delay has.
    pub(crate) fn removable_from(model: ModelId) -> BlockNumber {
        RetiredSince::<T>::get(model)
            .map_or(0, |since| since.saturating_add(T::RemovalDelay::get()).saturating_add(1))
    }
}
