//! Weights of this pallet, estimated: generously from counted work and storage accesses, to be replaced by
//! measured ones.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};

/// Weights of this pallet.
#[allow(missing_docs, reason = "each is the weight of the call or step that it names")]
pub trait WeightInfo {
    fn claim() -> Weight;
    fn close_round() -> Weight;
    fn expire() -> Weight;
}

/// Weights with the runtime's database costs.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn claim() -> Weight {
        Weight::from_parts(80_000_000, 15_000).saturating_add(T::DbWeight::get().reads_writes(4, 3))
    }
    fn close_round() -> Weight {
        Weight::from_parts(60_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(6, 6))
    }
    fn expire() -> Weight {
        Weight::from_parts(60_000_000, 60_000).saturating_add(T::DbWeight::get().reads_writes(20, 20))
    }
}
