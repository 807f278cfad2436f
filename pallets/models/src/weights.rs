//! Weights of the calls. Not measured yet: `scripts/benchmark.sh` replaces this file.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};

/// Weights of this pallet.
#[allow(missing_docs)]
pub trait WeightInfo {
    fn register(b: u32) -> Weight;
    fn retire() -> Weight;
    fn remove() -> Weight;
}

/// Weights with the runtime's database costs.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn register(b: u32) -> Weight {
        Weight::from_parts(50_000_000, 10_000)
            .saturating_add(Weight::from_parts(1_000, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    fn retire() -> Weight {
        Weight::from_parts(50_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    fn remove() -> Weight {
        Weight::from_parts(50_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
}
