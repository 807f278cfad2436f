//! How the storage of earlier versions becomes that of [`STORAGE_VERSION`](crate::STORAGE_VERSION).

use alloc::vec::Vec;

use codec::{Decode, DecodeAll, Encode};
use frame_support::{
    migrations::VersionedMigration, storage::unhashed, traits::UncheckedOnRuntimeUpgrade, weights::Weight,
    BoundedVec,
};
use millrace_primitives::{ModelId, ModelRegistry};
use sp_core::Get;

use crate::{target, Config, Listed, Listing, Pace, Pallet};

/// Bytes of proof of a model's record, with the way to it, at most.
const PROOF_OF_MODEL: u64 = 64 * 1024;

/// From 0 to 1: each listing has a pace, which begins with what its difficulty says.
pub type ToPaces<T> =
    VersionedMigration<0, 1, GivePaces<T>, Pallet<T>, <T as frame_system::Config>::DbWeight>;

/// What [`ToPaces`] does, whatever the version in storage.
pub struct GivePaces<T>(core::marker::PhantomData<T>);

/// A listing of version 0.
#[derive(Encode, Decode)]
struct OldListing {
    model: ModelId,
    samples: u32,
    share: u32,
    difficulty: u64,
}

impl<T: Config> GivePaces<T> {
    fn listing(old: OldListing) -> Listing {
        let OldListing { model, samples, share, difficulty } = old;
        let pace = T::Models::find(model).map_or_else(Pace::default, |info| {
            let work = info.profile.work(samples).into();
            Pace::expected(target::attempts(difficulty), work, share, Pallet::<T>::wanted(share))
        });
        Listing { model, samples, share, difficulty, pace }
    }
}

impl<T: Config> UncheckedOnRuntimeUpgrade for GivePaces<T> {
    fn on_runtime_upgrade() -> Weight {
        // None was stored where nothing was listed yet.
        let bytes = unhashed::get_raw(&Listed::<T>::hashed_key())
            .unwrap_or_else(|| Vec::<OldListing>::new().encode());
        let Ok(old) = Vec::<OldListing>::decode_all(&mut &bytes[..]) else {
            log::error!(target: "millrace::sprint", "the list of sprint models isn't what version 0 stores, and stays");
            return T::DbWeight::get().reads(1);
        };
        let listed: Vec<_> = old.into_iter().map(Self::listing).collect();
        let models = u64::try_from(listed.len()).unwrap_or(u64::MAX);
        Listed::<T>::put(BoundedVec::truncate_from(listed));
        T::DbWeight::get()
            .reads_writes(models.saturating_add(1), 1)
            .saturating_add(Weight::from_parts(0, models.saturating_mul(PROOF_OF_MODEL)))
    }
}
