//! Weights of this pallet, estimated: generously from counted work and storage accesses, to be replaced by
//! measured ones.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};

/// Weights of this pallet.
#[allow(missing_docs, reason = "each is the weight of the call or step that it names")]
pub trait WeightInfo {
    fn register(b: u32) -> Weight;
    fn retire() -> Weight;
    fn remove() -> Weight;
}

/// Weights with the runtime's database costs.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn register(b: u32) -> Weight {
        Weight::from_parts(100_000_000, 10_000)
            .saturating_add(Weight::from_parts(5_000, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads_writes(2, 2))
    }
    fn retire() -> Weight {
        Weight::from_parts(30_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(1, 1))
    }
    fn remove() -> Weight {
        Weight::from_parts(60_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(2, 3))
    }
}
