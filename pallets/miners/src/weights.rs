//! Weights of this pallet, not yet measured.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};

/// Weights of this pallet's calls and hooks.
pub trait WeightInfo {
    /// Of `register`.
    fn register() -> Weight;
    /// Of `offer`.
    fn offer() -> Weight;
    /// Of `set_mill`.
    fn set_mill() -> Weight;
    /// Of `resume`.
    fn resume() -> Weight;
    /// Of `withdraw`.
    fn withdraw() -> Weight;
    /// Of `apply_none`.
    fn apply_none() -> Weight;
    /// Of `apply_offer`.
    fn apply_offer() -> Weight;
    /// Of `on_round`.
    fn on_round() -> Weight;
}

/// Weights with the runtime's database costs.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn register() -> Weight {
        Weight::from_parts(100_000_000, 20_000).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn offer() -> Weight {
        Weight::from_parts(100_000_000, 20_000).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn set_mill() -> Weight {
        Weight::from_parts(100_000_000, 20_000).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn resume() -> Weight {
        Weight::from_parts(100_000_000, 20_000).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn withdraw() -> Weight {
        Weight::from_parts(100_000_000, 20_000).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn apply_none() -> Weight {
        Weight::from_parts(100_000_000, 20_000).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn apply_offer() -> Weight {
        Weight::from_parts(100_000_000, 20_000).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn on_round() -> Weight {
        Weight::from_parts(100_000_000, 20_000).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
}
