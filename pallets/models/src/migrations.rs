//! How the storage of earlier versions becomes that of [`STORAGE_VERSION`](crate::STORAGE_VERSION).

use frame_support::{
    migrations::VersionedMigration, storage_alias, traits::UncheckedOnRuntimeUpgrade, weights::Weight,
    BoundedVec,
};
use millrace_primitives::ModelId;
use sp_core::Get;

use crate::{Config, List, Lists, MaxListed, Pallet};

/// From 0 to 1: the list in force becomes the only one that is known. It counts for all blocks before, as it did.
pub type ToLists<T> = VersionedMigration<0, 1, KeepList<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// What [`ToLists`] does, whatever the version in storage.
pub struct KeepList<T>(core::marker::PhantomData<T>);

#[storage_alias]
type Listed<T: Config> = StorageValue<Pallet<T>, BoundedVec<ModelId, MaxListed>>;

impl<T: Config> UncheckedOnRuntimeUpgrade for KeepList<T> {
    fn on_runtime_upgrade() -> Weight {
        // None was stored where nothing was listed yet.
        let list = List { since: 0, models: Listed::<T>::take().unwrap_or_default() };
        Lists::<T>::put(BoundedVec::truncate_from(alloc::vec![list]));
        T::DbWeight::get().reads_writes(1, 2)
    }
}
