//! Weights of the calls. Not measured yet: `scripts/benchmark.sh` replaces this file.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};

/// Weights of this pallet.
#[allow(missing_docs)]
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
        Weight::from_parts(50_000_000, 10_000)
            .saturating_add(Weight::from_parts(1_000, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    fn cancel() -> Weight {
        Weight::from_parts(50_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    fn poke() -> Weight {
        Weight::from_parts(50_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    fn submit_base(o: u32) -> Weight {
        Weight::from_parts(50_000_000, 10_000)
            .saturating_add(Weight::from_parts(1_000, 0).saturating_mul(o.into()))
            .saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    fn authorize_submit(b: u32) -> Weight {
        Weight::from_parts(50_000_000, 10_000)
            .saturating_add(Weight::from_parts(1_000, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    fn service_base() -> Weight {
        Weight::from_parts(50_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    fn service_task() -> Weight {
        Weight::from_parts(50_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    fn service_prune() -> Weight {
        Weight::from_parts(50_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
}
