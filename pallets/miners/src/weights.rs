//! Weights of `pallet_miners`, estimated by hand until `scripts/benchmark.sh` measures them.
//!
//! 2026-11-29, AMD EPYC, 20 steps, 10 repetitions, wasm: Compiled.

#![allow(unused_parens, clippy::unnecessary_cast, reason = "generated")]

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
    /// Of `apply_offer`.
    fn apply_offer() -> Weight;
    /// Of `authorize_apply_offer`.
    fn authorize_apply_offer() -> Weight;
    /// Of `on_round`.
    fn on_round() -> Weight;
}

/// Weights with the runtime's database costs.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    // Storage: `System::BlockHash` (r:1 w:0)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Storage: `Miners::MillKeys` (r:1 w:1)
    // Storage: `Miners::Round` (r:1 w:0)
    // Storage: `Models::Models` (r:8 w:0)
    // Storage: `System::Account` (r:1 w:1)
    // Storage: `Balances::Holds` (r:1 w:1)
    fn register() -> Weight {
        // Estimated.
        Weight::from_parts(240_000_000, 48774)
            .saturating_add(T::DbWeight::get().reads(14_u64))
            .saturating_add(T::DbWeight::get().writes(4_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:1)
    // Storage: `Miners::Round` (r:1 w:0)
    // Storage: `Models::Models` (r:8 w:0)
    // Storage: `Models::Listed` (r:1 w:0)
    // Storage: `Miners::Classes` (r:16 w:16)
    // Storage: `Miners::Offered` (r:16 w:16)
    // Storage: `Miners::Book` (r:0 w:256)
    // Storage: `System::Account` (r:1 w:1)
    // Storage: `Balances::Holds` (r:1 w:0)
    fn offer() -> Weight {
        // Estimated.
        Weight::from_parts(1_200_000_000, 140000)
            .saturating_add(T::DbWeight::get().reads(45_u64))
            .saturating_add(T::DbWeight::get().writes(290_u64))
    }
    // Storage: `System::BlockHash` (r:1 w:0)
    // Storage: `Miners::MillKeys` (r:1 w:2)
    // Storage: `Miners::Miners` (r:1 w:1)
    fn set_mill() -> Weight {
        // Estimated.
        Weight::from_parts(119_407_000, 6000)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:1)
    // Storage: `Miners::Round` (r:1 w:0)
    // Storage: `Models::Listed` (r:1 w:0)
    // Storage: `Miners::Classes` (r:16 w:16)
    // Storage: `Miners::Offered` (r:16 w:16)
    // Storage: `Miners::Book` (r:0 w:256)
    // Storage: `System::Account` (r:1 w:1)
    // Storage: `Balances::Holds` (r:1 w:1)
    fn resume() -> Weight {
        // Estimated.
        Weight::from_parts(1_200_000_000, 95000)
            .saturating_add(T::DbWeight::get().reads(37_u64))
            .saturating_add(T::DbWeight::get().writes(291_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:1)
    // Storage: `System::Account` (r:1 w:1)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Storage: `Miners::MillKeys` (r:0 w:1)
    fn withdraw() -> Weight {
        // Estimated.
        Weight::from_parts(120_000_000, 6000)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(4_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:1)
    // Storage: `Miners::Round` (r:1 w:0)
    // Storage: `Models::Listed` (r:1 w:0)
    // Storage: `Miners::Classes` (r:16 w:16)
    // Storage: `Miners::Offered` (r:16 w:16)
    // Storage: `Miners::Book` (r:0 w:256)
    fn apply_offer() -> Weight {
        // Estimated.
        Weight::from_parts(1_000_000_000, 90000)
            .saturating_add(T::DbWeight::get().reads(35_u64))
            .saturating_add(T::DbWeight::get().writes(289_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:0)
    // Storage: `Miners::Round` (r:1 w:0)
    fn authorize_apply_offer() -> Weight {
        // Estimated.
        Weight::from_parts(10_000_000, 6000).saturating_add(T::DbWeight::get().reads(2_u64))
    }
    // Storage: `Miners::Round` (r:0 w:1)
    fn on_round() -> Weight {
        // Estimated.
        Weight::from_parts(1_302_000, 0).saturating_add(T::DbWeight::get().writes(1_u64))
    }
}
