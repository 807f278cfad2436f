//! What must hold between two transactions.

use alloc::collections::BTreeMap;

use frame_support::{ensure, traits::fungible::InspectHold};
use millrace_inference::CheckedModel;
use millrace_primitives::{Balance, ModelId};
use sp_io::hashing::blake2_256;
use sp_runtime::TryRuntimeError;

use crate::{Config, Encodings, HoldReason, Lists, Metadata, Models, Pallet, RetiredSince};

impl<T: Config> Pallet<T> {
    /// Recomputes the properties of the pallet's documentation.
    ///
    /// # Errors
    /// The property that doesn't hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let mut deposits = BTreeMap::<T::AccountId, Balance>::new();
        let mut models = 0u32;
        for (model, record) in Models::<T>::iter() {
            models = models.saturating_add(1);
            let encoding = Encodings::<T>::get(model).ok_or("a model has no encoding")?;
            ensure!(ModelId::from(blake2_256(&encoding)) == model, "a model has another's name");
            let checked = CheckedModel::from_bytes(&encoding).map_err(|_| "a registered model is invalid")?;
            ensure!(*checked.profile() == record.profile, "a model has a wrong profile");
            Self::metadata_bytes(Metadata::<T>::get(model).as_ref(), &record.profile)
                .map_err(|_| "a model has another's metadata")?;
            let sum = deposits.entry(record.owner).or_default();
            *sum = sum.saturating_add(record.deposit);
        }
        ensure!(Encodings::<T>::iter_keys().count() == models as usize, "an encoding has no model");
        ensure!(Metadata::<T>::iter_keys().all(Models::<T>::contains_key), "metadata have no model");
        let lists = Lists::<T>::get();
        ensure!(lists.is_sorted_by(|one, next| one.since < next.since), "the lists are out of order");
        ensure!(lists.last().is_none_or(|list| list.since <= Self::now()), "a list is of a block to come");
        for model in Self::in_force() {
            let record = Models::<T>::get(model).ok_or("a listed model is gone")?;
            ensure!(!record.retired, "a listed model is retired");
        }
        for model in RetiredSince::<T>::iter_keys() {
            let record = Models::<T>::get(model).ok_or("a model that is gone was retired")?;
            ensure!(record.retired, "an open model was retired");
        }
        for (owner, deposit) in deposits {
            ensure!(
                T::Currency::balance_on_hold(&HoldReason::ModelDeposit.into(), &owner) == deposit,
                "an owner's hold differs from the deposits of its models"
            );
        }
        Ok(())
    }
}
