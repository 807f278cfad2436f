//! The models that sprints run on. All of them are registered and open: they are listed only if they are, and
//! [`Pallet::do_retire`] refuses a listed one.

use alloc::vec::Vec;

use frame_support::{ensure, pallet_prelude::DispatchResult, BoundedVec};
use millrace_primitives::ModelId;

use crate::{Config, Error, Listed, MaxListed, Models, Pallet};

impl<T: Config> Pallet<T> {
    /// Lists these models and no others.
    pub(crate) fn do_set_listed(models: Vec<ModelId>) -> DispatchResult {
        let listed: BoundedVec<ModelId, MaxListed> =
            models.try_into().map_err(|_| Error::<T>::TooManyListed)?;
        for model in &listed {
            let record = Models::<T>::get(model).ok_or(Error::<T>::NotFound)?;
            ensure!(!record.retired, Error::<T>::Retired);
        }
        Listed::<T>::put(listed);
        Ok(())
    }

    pub(crate) fn is_listed(model: &ModelId) -> bool {
        Listed::<T>::get().contains(model)
    }
}
