//! Weights of this pallet, estimated: generously from counted work and storage accesses, to be replaced by
//! measured ones.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};

/// Weights of this pallet.
#[allow(missing_docs, reason = "each is the weight of the call or step that it names")]
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
        Weight::from_parts(20_000_000, 0)
    }
    fn verify_multiply_adds(k: u32) -> Weight {
        Weight::from_parts(0, 0).saturating_add(Weight::from_parts(1_000_000, 0).saturating_mul(k.into()))
    }
    fn verify_hashes(h: u32) -> Weight {
        Weight::from_parts(0, 0).saturating_add(Weight::from_parts(2_000_000, 0).saturating_mul(h.into()))
    }
    fn verify_elements(e: u32) -> Weight {
        Weight::from_parts(0, 0).saturating_add(Weight::from_parts(20_000_000, 0).saturating_mul(e.into()))
    }
    fn verify_bytes(b: u32) -> Weight {
        Weight::from_parts(0, 0).saturating_add(Weight::from_parts(10_000_000, 0).saturating_mul(b.into()))
    }
    fn sprint_base() -> Weight {
        Weight::from_parts(200_000_000, 60_000).saturating_add(T::DbWeight::get().reads_writes(14, 10))
    }
    fn authorize_sprint(b: u32) -> Weight {
        Weight::from_parts(300_000_000, 60_000)
            .saturating_add(Weight::from_parts(5_000, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads_writes(8, 0))
    }
    fn set_listed(l: u32) -> Weight {
        Weight::from_parts(50_000_000, 10_000)
            .saturating_add(Weight::from_parts(50_000_000, 6_000).saturating_mul(l.into()))
            .saturating_add(T::DbWeight::get().reads_writes(2, 2))
    }
}
