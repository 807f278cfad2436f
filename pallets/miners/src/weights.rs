//! Weights of the calls. Not measured yet: `scripts/benchmark.sh` replaces this file.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};

/// Weights of this pallet.
#[allow(missing_docs)]
pub trait WeightInfo {
    fn register() -> Weight;
    fn offer() -> Weight;
    fn set_mill() -> Weight;
    fn resume() -> Weight;
    fn withdraw() -> Weight;
    fn apply_offer() -> Weight;
}

/// Weights with the runtime's database costs.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn register() -> Weight {
        Weight::from_parts(50_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    fn offer() -> Weight {
        Weight::from_parts(50_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    fn set_mill() -> Weight {
        Weight::from_parts(50_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    fn resume() -> Weight {
        Weight::from_parts(50_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    fn withdraw() -> Weight {
        Weight::from_parts(50_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    fn apply_offer() -> Weight {
        Weight::from_parts(50_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
}
