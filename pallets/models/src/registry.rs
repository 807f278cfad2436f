//! What this pallet offers to others: the registry.

use alloc::vec::Vec;
use core::ops::Range;

use frame_support::{ensure, pallet_prelude::DispatchResult};
use millrace_primitives::{BlockNumber, ListedFor, ModelId, ModelInfo, ModelRegistry};

use crate::{Config, Encodings, Error, Models, Pallet};

impl<T: Config> ModelRegistry for Pallet<T> {
    fn find(model: ModelId) -> Option<ModelInfo> {
        Models::<T>::get(model).map(|record| ModelInfo { profile: record.profile, open: !record.retired })
    }

    fn encoding(model: ModelId) -> Option<Vec<u8>> {
        Encodings::<T>::get(model).map(Into::into)
    }

    fn acquire(model: ModelId) -> DispatchResult {
        Models::<T>::try_mutate(model, |record| {
            let record = record.as_mut().ok_or(Error::<T>::NotFound)?;
            ensure!(!record.retired, Error::<T>::Retired);
            record.references = record.references.saturating_add(1);
            Ok(())
        })
    }

    fn release(model: ModelId) {
        Models::<T>::mutate(model, |record| {
            if let Some(record) = record {
                record.references = record.references.saturating_sub(1);
            }
        });
    }

    fn set_listed(models: Vec<ModelId>) -> DispatchResult {
        Self::do_set_listed(models)
    }

    fn listed() -> Vec<ModelId> {
        Self::in_force().into_inner()
    }

    fn listed_over(blocks: Range<BlockNumber>) -> Vec<ListedFor> {
        Self::lists_over(blocks)
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_model(encoding: Vec<u8>) -> ModelId {
        use frame_support::traits::fungible::Mutate;
        let model = ModelId::from(sp_io::hashing::blake2_256(&encoding));
        if !Models::<T>::contains_key(model) {
            let owner: T::AccountId = frame_benchmarking::account("owner", 0, 0);
            let funds = Self::deposit(encoding.len()).saturating_mul(2).saturating_add(1 << 60);
            T::Currency::mint_into(&owner, funds).expect("the owner is new; qed");
            Self::do_register(owner, encoding, None).expect("benchmarks register valid models; qed");
        }
        model
    }
}
