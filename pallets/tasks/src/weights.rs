//! Weights of this pallet, estimated: generously from counted work and storage accesses, to be replaced by
//! measured ones.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};

/// Weights of this pallet.
#[allow(missing_docs, reason = "each is the weight of the call or step that it names")]
pub trait WeightInfo {
    fn post(b: u32) -> Weight;
    fn cancel() -> Weight;
    fn poke() -> Weight;
    fn submit_base(o: u32) -> Weight;
    fn authorize_submit(b: u32) -> Weight;
    fn service_base() -> Weight;
    fn service_task() -> Weight;
    fn service_prune() -> Weight;
}

/// Weights with the runtime's database costs.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn post(b: u32) -> Weight {
        Weight::from_parts(150_000_000, 30_000)
            .saturating_add(Weight::from_parts(5_000, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads_writes(8, 8))
    }
    fn cancel() -> Weight {
        Weight::from_parts(100_000_000, 30_000).saturating_add(T::DbWeight::get().reads_writes(6, 7))
    }
    fn poke() -> Weight {
        Weight::from_parts(400_000_000, 200_000).saturating_add(T::DbWeight::get().reads_writes(30, 30))
    }
    fn submit_base(o: u32) -> Weight {
        Weight::from_parts(400_000_000, 200_000)
            .saturating_add(Weight::from_parts(10_000, 0).saturating_mul(o.into()))
            .saturating_add(T::DbWeight::get().reads_writes(30, 30))
    }
    fn authorize_submit(b: u32) -> Weight {
        Weight::from_parts(150_000_000, 20_000)
            .saturating_add(Weight::from_parts(5_000, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads_writes(4, 0))
    }
    fn service_base() -> Weight {
        Weight::from_parts(50_000_000, 60_000).saturating_add(T::DbWeight::get().reads_writes(6, 4))
    }
    fn service_task() -> Weight {
        Weight::from_parts(400_000_000, 60_000).saturating_add(T::DbWeight::get().reads_writes(30, 30))
    }
    fn service_prune() -> Weight {
        Weight::from_parts(30_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(2, 2))
    }
}
