//! Weights of `pallet_miners`, measured by `scripts/benchmark.sh`. Generated; don't edit.
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
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1275), added: 3750, mode: `MaxEncodedLen`)
    // Storage: `Miners::MillKeys` (r:1 w:1)
    // Proof: `Miners::MillKeys` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:8 w:0)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3498), added: 5973, mode: `MaxEncodedLen`)
    // Storage: `Miners::ScheduledBounds` (r:1 w:1)
    // Proof: `Miners::ScheduledBounds` (`max_values`: Some(1), `max_size`: Some(12), added: 507, mode: `MaxEncodedLen`)
    // Storage: `Miners::Places` (r:8 w:8)
    // Proof: `Miners::Places` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    // Storage: `Miners::Scheduled` (r:0 w:1)
    // Proof: `Miners::Scheduled` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn register() -> Weight {
        // Proof: measured 1696 bytes. At least 200_378 ns.
        Weight::from_parts(234_539_000, 48774)
            .saturating_add(T::DbWeight::get().reads(22_u64))
            .saturating_add(T::DbWeight::get().writes(14_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1275), added: 3750, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:8 w:0)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3498), added: 5973, mode: `MaxEncodedLen`)
    // Storage: `Miners::Places` (r:16 w:16)
    // Proof: `Miners::Places` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:0)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    fn offer() -> Weight {
        // Proof: measured 3955 bytes. At least 180_118 ns.
        Weight::from_parts(264_174_000, 48774)
            .saturating_add(T::DbWeight::get().reads(27_u64))
            .saturating_add(T::DbWeight::get().writes(18_u64))
    }
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Miners::MillKeys` (r:1 w:2)
    // Proof: `Miners::MillKeys` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1275), added: 3750, mode: `MaxEncodedLen`)
    fn set_mill() -> Weight {
        // Proof: measured 843 bytes. At least 88_882 ns.
        Weight::from_parts(119_407_000, 4740)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1275), added: 3750, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    // Storage: `Miners::Books` (r:8 w:8)
    // Proof: `Miners::Books` (`max_values`: None, `max_size`: Some(16418), added: 18893, mode: `MaxEncodedLen`)
    fn resume() -> Weight {
        // Proof: measured 16846 bytes. At least 467_517 ns.
        Weight::from_parts(524_331_000, 152134)
            .saturating_add(T::DbWeight::get().reads(11_u64))
            .saturating_add(T::DbWeight::get().writes(11_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1275), added: 3750, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    // Storage: `Miners::Places` (r:8 w:8)
    // Proof: `Miners::Places` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `Miners::MillKeys` (r:0 w:1)
    // Proof: `Miners::MillKeys` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    fn withdraw() -> Weight {
        // Proof: measured 918 bytes. At least 107_620 ns.
        Weight::from_parts(125_407_000, 21078)
            .saturating_add(T::DbWeight::get().reads(11_u64))
            .saturating_add(T::DbWeight::get().writes(12_u64))
    }
    // Storage: `Miners::ScheduledBounds` (r:1 w:1)
    // Proof: `Miners::ScheduledBounds` (`max_values`: Some(1), `max_size`: Some(12), added: 507, mode: `MaxEncodedLen`)
    fn apply_none() -> Weight {
        // Proof: measured 0 bytes. At least 1_102 ns.
        Weight::from_parts(1_302_000, 1497)
            .saturating_add(T::DbWeight::get().reads(1_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    // Storage: `Miners::ScheduledBounds` (r:1 w:1)
    // Proof: `Miners::ScheduledBounds` (`max_values`: Some(1), `max_size`: Some(12), added: 507, mode: `MaxEncodedLen`)
    // Storage: `Miners::Scheduled` (r:1 w:1)
    // Proof: `Miners::Scheduled` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1275), added: 3750, mode: `MaxEncodedLen`)
    // Storage: `Miners::Books` (r:16 w:16)
    // Proof: `Miners::Books` (`max_values`: None, `max_size`: Some(16418), added: 18893, mode: `MaxEncodedLen`)
    // Storage: `Miners::Places` (r:8 w:8)
    // Proof: `Miners::Places` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    fn apply_offer() -> Weight {
        // Proof: measured 34588 bytes. At least 548_206 ns.
        Weight::from_parts(615_156_000, 303278)
            .saturating_add(T::DbWeight::get().reads(27_u64))
            .saturating_add(T::DbWeight::get().writes(27_u64))
    }
    // Storage: `Miners::ScheduledBounds` (r:1 w:1)
    // Proof: `Miners::ScheduledBounds` (`max_values`: Some(1), `max_size`: Some(12), added: 507, mode: `MaxEncodedLen`)
    fn on_round() -> Weight {
        // Proof: measured 0 bytes. At least 1_122 ns.
        Weight::from_parts(1_302_000, 1497)
            .saturating_add(T::DbWeight::get().reads(1_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
}
