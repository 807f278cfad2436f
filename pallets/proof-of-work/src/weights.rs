//! Weights of the calls. Not measured yet: `scripts/benchmark.sh` replaces this file.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};

/// Weights of this pallet.
#[allow(missing_docs)]
pub trait WeightInfo {
    fn verify_base() -> Weight;
    fn verify_multiply_adds(k: u32) -> Weight;
    fn verify_hashes(h: u32) -> Weight;
    fn verify_elements(e: u32) -> Weight;
    fn verify_bytes(b: u32) -> Weight;
    fn sprint_base() -> Weight;
    fn authorize_sprint(b: u32) -> Weight;
    fn set_listed(l: u32) -> Weight;
}

/// Weights with the runtime's database costs.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn verify_base() -> Weight {
        Weight::from_parts(50_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    fn verify_multiply_adds(k: u32) -> Weight {
        Weight::from_parts(50_000_000, 10_000)
            .saturating_add(Weight::from_parts(1_000, 0).saturating_mul(k.into()))
            .saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    fn verify_hashes(h: u32) -> Weight {
        Weight::from_parts(50_000_000, 10_000)
            .saturating_add(Weight::from_parts(1_000, 0).saturating_mul(h.into()))
            .saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    fn verify_elements(e: u32) -> Weight {
        Weight::from_parts(50_000_000, 10_000)
            .saturating_add(Weight::from_parts(1_000, 0).saturating_mul(e.into()))
            .saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    fn verify_bytes(b: u32) -> Weight {
        Weight::from_parts(50_000_000, 10_000)
            .saturating_add(Weight::from_parts(1_000, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    fn sprint_base() -> Weight {
        Weight::from_parts(50_000_000, 10_000).saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    fn authorize_sprint(b: u32) -> Weight {
        Weight::from_parts(50_000_000, 10_000)
            .saturating_add(Weight::from_parts(1_000, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
    fn set_listed(l: u32) -> Weight {
        Weight::from_parts(50_000_000, 10_000)
            .saturating_add(Weight::from_parts(1_000, 0).saturating_mul(l.into()))
            .saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }
}
