//! Weights of this pallet, estimated: generously from counted work and storage accesses, to be replaced by
//! measured ones.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};

/// Weights of this pallet.
#[allow(missing_docs, reason = "each is the weight of the call or step that it names")]
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
        Weight::from_parts(120_000_000, 40_000).saturating_add(T::DbWeight::get().reads_writes(12, 12))
    }
    fn offer() -> Weight {
        Weight::from_parts(120_000_000, 40_000).saturating_add(T::DbWeight::get().reads_writes(20, 20))
    }
    fn set_mill() -> Weight {
        Weight::from_parts(50_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(3, 4))
    }
    fn resume() -> Weight {
        Weight::from_parts(1_500_000_000, 160_000).saturating_add(T::DbWeight::get().reads_writes(12, 12))
    }
    fn withdraw() -> Weight {
        Weight::from_parts(100_000_000, 15_000).saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    fn apply_offer() -> Weight {
        Weight::from_parts(3_000_000_000, 160_000).saturating_add(T::DbWeight::get().reads_writes(24, 24))
    }
}
