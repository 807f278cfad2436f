//! Weights of this pallet, not yet measured.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};

/// Weights of this pallet's calls and hooks.
pub trait WeightInfo {
    /// Of `verify_base`.
    fn verify_base() -> Weight;
    /// Of `verify_recomputed`.
    fn verify_recomputed(k: u32) -> Weight;
    /// Of `verify_folded`.
    fn verify_folded(k: u32) -> Weight;
    /// Of `verify_hashes`.
    fn verify_hashes(h: u32) -> Weight;
    /// Of `verify_elements`.
    fn verify_elements(e: u32) -> Weight;
    /// Of `verify_model`.
    fn verify_model(b: u32) -> Weight;
    /// Of `verify_accumulators`.
    fn verify_accumulators(a: u32) -> Weight;
    /// Of `verify_claim`.
    fn verify_claim(b: u32) -> Weight;
    /// Of `sprint_base`.
    fn sprint_base(i: u32) -> Weight;
    /// Of `authorize_sprint`.
    fn authorize_sprint(b: u32, i: u32) -> Weight;
    /// Of `set_listed`.
    fn set_listed(l: u32) -> Weight;
    /// Of `forget_old_wins`.
    fn forget_old_wins() -> Weight;
    /// Of `on_round`.
    fn on_round() -> Weight;
}

/// Weights with the runtime's database costs.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn verify_base() -> Weight {
        Weight::from_parts(100_000_000, 20_000).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn verify_recomputed(k: u32) -> Weight {
        Weight::from_parts(100_000_000, 20_000)
            .saturating_add(Weight::from_parts(1000000, 0).saturating_mul(k.into()))
            .saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn verify_folded(k: u32) -> Weight {
        Weight::from_parts(100_000_000, 20_000)
            .saturating_add(Weight::from_parts(1000000, 0).saturating_mul(k.into()))
            .saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn verify_hashes(h: u32) -> Weight {
        Weight::from_parts(100_000_000, 20_000)
            .saturating_add(Weight::from_parts(2000000, 0).saturating_mul(h.into()))
            .saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn verify_elements(e: u32) -> Weight {
        Weight::from_parts(100_000_000, 20_000)
            .saturating_add(Weight::from_parts(20000000, 0).saturating_mul(e.into()))
            .saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn verify_model(b: u32) -> Weight {
        Weight::from_parts(100_000_000, 20_000)
            .saturating_add(Weight::from_parts(10000000, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn verify_accumulators(a: u32) -> Weight {
        Weight::from_parts(100_000_000, 20_000)
            .saturating_add(Weight::from_parts(0, 0).saturating_mul(a.into()))
            .saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn verify_claim(b: u32) -> Weight {
        Weight::from_parts(100_000_000, 20_000)
            .saturating_add(Weight::from_parts(5000000, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn sprint_base(i: u32) -> Weight {
        Weight::from_parts(100_000_000, 20_000)
            .saturating_add(Weight::from_parts(50000, 0).saturating_mul(i.into()))
            .saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn authorize_sprint(b: u32, i: u32) -> Weight {
        Weight::from_parts(100_000_000, 20_000)
            .saturating_add(Weight::from_parts(5000, 0).saturating_mul(b.into()))
            .saturating_add(Weight::from_parts(5000, 0).saturating_mul(i.into()))
            .saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn set_listed(l: u32) -> Weight {
        Weight::from_parts(100_000_000, 20_000)
            .saturating_add(Weight::from_parts(50000000, 0).saturating_mul(l.into()))
            .saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn forget_old_wins() -> Weight {
        Weight::from_parts(100_000_000, 20_000).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn on_round() -> Weight {
        Weight::from_parts(100_000_000, 20_000).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
}
