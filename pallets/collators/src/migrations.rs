//! How the storage of earlier versions becomes that of [`STORAGE_VERSION`](crate::STORAGE_VERSION).

use frame_support::{
    migrations::VersionedMigration,
    traits::{Get, UncheckedOnRuntimeUpgrade},
    weights::Weight,
    BoundedVec,
};

use crate::{Candidates, Config, Pallet, Weighed};

/// From 0 to 1: the next seats are drawn by the tallies of the upgrade.
pub type ToWeighed<T> = VersionedMigration<0, 1, Weigh<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// Bytes of proof of a candidate's record, with the way to it, at most.
const PROOF_OF_CANDIDATE: u64 = 4 * 1024;

/// What [`ToWeighed`] does, whatever the version in storage.
pub struct Weigh<T>(core::marker::PhantomData<T>);

impl<T: Config> UncheckedOnRuntimeUpgrade for Weigh<T> {
    fn on_runtime_upgrade() -> Weight {
        let tallies = Candidates::<T>::iter().map(|(who, record)| (who, record.tally)).collect();
        Weighed::<T>::put(BoundedVec::truncate_from(tallies));
        let records = u64::from(Candidates::<T>::count());
        T::DbWeight::get()
            .reads_writes(records.saturating_add(2), 1)
            .saturating_add(Weight::from_parts(0, records.saturating_mul(PROOF_OF_CANDIDATE)))
    }
}
