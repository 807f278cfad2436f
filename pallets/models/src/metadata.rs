//! What is said of models, for people. Nothing else touches [`Metadata`].

use codec::Encode;
use frame_support::{
    ensure,
    pallet_prelude::DispatchResult,
    traits::{fungible::MutateHold, tokens::Precision},
};
use millrace_inference::Profile;
use millrace_primitives::{ModelId, ModelMetadata};

use crate::{Config, Error, Event, HoldReason, Metadata, Models, Pallet};

impl<T: Config> Pallet<T> {
    /// Says what a model is if `may` says so of its owner, and brings the deposit in line.
    pub(crate) fn describe_for(
        model: ModelId,
        metadata: Option<ModelMetadata>,
        may: impl Fn(&T::AccountId) -> bool,
    ) -> DispatchResult {
        Models::<T>::try_mutate(model, |record| {
            let record = record.as_mut().ok_or(Error::<T>::NotFound)?;
            ensure!(may(&record.owner), Error::<T>::NotAuthorized);
            let bytes = Self::metadata_bytes(metadata.as_ref(), &record.profile)?;
            let encoded = usize::try_from(record.profile.encoded_bytes).unwrap_or(usize::MAX);
            let deposit = Self::deposit(encoded.saturating_add(bytes));
            let reason = HoldReason::ModelDeposit.into();
            let (more, less) =
                (deposit.saturating_sub(record.deposit), record.deposit.saturating_sub(deposit));
            T::Currency::hold(&reason, &record.owner, more)?;
            T::Currency::release(&reason, &record.owner, less, Precision::BestEffort)?;
            record.deposit = deposit;
            Metadata::<T>::set(model, metadata);
            Self::deposit_event(Event::ModelDescribed { model });
            Ok(())
        })
    }

    /// The bytes that metadata of a model with this profile take.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(crate) fn metadata_bytes(
        metadata: Option<&ModelMetadata>,
        profile: &Profile,
    ) -> Result<usize, Error<T>> {
        metadata.map_or(Ok(0), |metadata| {
            metadata.check(profile).map(|()| metadata.encoded_size()).map_err(Into::into)
        })
    }
}
