//! What the calls do: register, retire and remove models.

use alloc::vec::Vec;

use frame_support::{
    ensure,
    pallet_prelude::DispatchResult,
    traits::{fungible::MutateHold, tokens::Precision, Get},
    BoundedVec,
};
use millrace_inference::CheckedModel;
use millrace_primitives::{Balance, ModelId, ModelMetadata};
use sp_io::hashing::blake2_256;

use crate::{Config, Encodings, Error, Event, HoldReason, Metadata, ModelFault, ModelRecord, Models, Pallet};

impl<T: Config> Pallet<T> {
    /// The deposit for a model whose encoding and metadata have so many bytes, planck.
    pub(crate) fn deposit(bytes: usize) -> Balance {
        let bytes = Balance::try_from(bytes).unwrap_or(Balance::MAX);
        T::DepositBase::get().saturating_add(T::DepositPerByte::get().saturating_mul(bytes))
    }

    pub(crate) fn do_register(
        owner: T::AccountId,
        encoding: Vec<u8>,
        metadata: Option<ModelMetadata>,
    ) -> DispatchResult {
        let encoding: BoundedVec<_, _> = encoding.try_into().map_err(|_| Error::<T>::TooLong)?;
        let model = ModelId::from(blake2_256(&encoding));
        ensure!(!Models::<T>::contains_key(model), Error::<T>::AlreadyExists);
        let profile = CheckedModel::from_bytes(&encoding)
            .map_err(|error| {
                log::debug!(target: "millrace::models", "refused {model:?}: {error}");
                Error::<T>::from(ModelFault::from(error))
            })?
            .profile()
            .clone();
        let described = Self::metadata_bytes(metadata.as_ref(), &profile)?;
        let deposit = Self::deposit(encoding.len().saturating_add(described));
        T::Currency::hold(&HoldReason::ModelDeposit.into(), &owner, deposit)?;
        let work_per_sample = profile.work(1);
        Encodings::<T>::insert(model, encoding);
        Metadata::<T>::set(model, metadata);
        Models::<T>::insert(
            model,
            ModelRecord { owner: owner.clone(), deposit, profile, references: 0, retired: false },
        );
        Self::deposit_event(Event::ModelRegistered { model, owner, work_per_sample });
        Ok(())
    }

    pub(crate) fn do_retire(owner: &T::AccountId, model: ModelId) -> DispatchResult {
        Self::retire_for(model, |actual| actual == owner)
    }

    /// Retires a model if `may` says so of its owner.
    pub(crate) fn retire_for(model: ModelId, may: impl Fn(&T::AccountId) -> bool) -> DispatchResult {
        Models::<T>::try_mutate(model, |record| {
            let record = record.as_mut().ok_or(Error::<T>::NotFound)?;
            ensure!(may(&record.owner), Error::<T>::NotAuthorized);
            ensure!(!record.retired, Error::<T>::Retired);
            ensure!(!Self::is_listed(&model), Error::<T>::Listed);
            record.retired = true;
            Self::note_retired(model);
            Self::deposit_event(Event::ModelRetired { model });
            Ok(())
        })
    }

    pub(crate) fn do_remove(owner: &T::AccountId, model: ModelId) -> DispatchResult {
        let record = Models::<T>::get(model).ok_or(Error::<T>::NotFound)?;
        ensure!(record.owner == *owner, Error::<T>::NotAuthorized);
        ensure!(record.retired, Error::<T>::NotRetired);
        ensure!(record.references == 0, Error::<T>::InUse);
        ensure!(Self::removable_from(model) <= Self::now(), Error::<T>::RetiredOfLate);
        T::Currency::release(&HoldReason::ModelDeposit.into(), owner, record.deposit, Precision::BestEffort)?;
        Models::<T>::remove(model);
        Encodings::<T>::remove(model);
        Metadata::<T>::remove(model);
        Self::forget_retired(model);
        Self::deposit_event(Event::ModelRemoved { model });
        Ok(())
    }
}
