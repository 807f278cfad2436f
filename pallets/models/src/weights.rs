//! Weights of this pallet, not yet measured.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};

/// Weights of this pallet's calls and hooks.
pub trait WeightInfo {
    /// Of `register`.
    fn register(b: u32) -> Weight;
    /// Of `retire`.
    fn retire() -> Weight;
    /// Of `remove`.
    fn remove() -> Weight;
}

/// Weights with the runtime's database costs.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn register(b: u32) -> Weight {
        Weight::from_parts(100_000_000, 20_000)
            .saturating_add(Weight::from_parts(5000, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn retire() -> Weight {
        Weight::from_parts(100_000_000, 20_000).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn remove() -> Weight {
        Weight::from_parts(100_000_000, 20_000).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
}
