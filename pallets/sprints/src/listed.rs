//! The batches that sprints run on, one a round in turn. The registry lists the same models, so that their owners can't
//! retire them and miners can't be without them.

use alloc::vec::Vec;

use frame_support::{ensure, pallet_prelude::DispatchResult, traits::Get, BoundedVec};
use millrace_primitives::{ModelId, ModelRegistry, Rounds, Verifier};

use crate::{Config, Error, Event, Listed, Listing, MaxListed, Pallet};

impl<T: Config> Pallet<T> {
    /// The running round's sprint model.
    pub fn sprint_model() -> Option<Listing> {
        let listed = Listed::<T>::get();
        let count = u32::try_from(listed.len()).ok()?;
        let turn = T::Rounds::current().checked_rem(count)?;
        listed.get(usize::try_from(turn).ok()?).cloned()
    }

    pub(crate) fn do_set_listed(listed: Vec<(ModelId, u32)>) -> DispatchResult {
        let listed = listed.into_iter().map(|(model, samples)| Listing { model, samples });
        let listed: BoundedVec<Listing, MaxListed> =
            listed.collect::<Vec<_>>().try_into().map_err(|_| Error::<T>::TooManyModels)?;
        for listing in &listed {
            Self::ensure_small(listing)?;
        }
        let models = listed.iter().map(|listing| listing.model).collect();
        T::Models::set_listed(models).map_err(|_| Error::<T>::UnknownModel)?;
        let count = u32::try_from(listed.len()).unwrap_or(u32::MAX);
        Listed::<T>::put(listed);
        Self::deposit_event(Event::ListedSet { count });
        Ok(())
    }

    /// Any trace of the batch can be submitted, and verified in the weight and memory that there is for it.
    fn ensure_small(listing: &Listing) -> DispatchResult {
        let Listing { model, samples } = *listing;
        let profile = T::Models::find(model).ok_or(Error::<T>::UnknownModel)?.profile;
        let bytes = u64::from(T::MaxSprintTrace::get());
        let fits = profile.max_trace_bytes(samples) <= bytes
            && u64::from(profile.sample_bytes).saturating_mul(samples.into()) <= bytes
            && T::Verifier::weight(&profile.cost(samples)).all_lte(T::MaxVerificationWeight::get());
        ensure!(samples > 0 && fits, Error::<T>::InvalidBatch);
        ensure!(profile.fits_memory(), Error::<T>::VerificationMemory);
        Ok(())
    }
}
