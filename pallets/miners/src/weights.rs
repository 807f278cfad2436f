//! Weights of `pallet_miners`, measured by `scripts/benchmark.sh`. Generated; don't edit.
//!
//! 2026-11-25, AMD EPYC, 20 steps, 10 repetitions, wasm: Compiled.

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
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1146), added: 3621, mode: `MaxEncodedLen`)
    // Storage: `Miners::MillKeys` (r:1 w:1)
    // Proof: `Miners::MillKeys` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:8 w:0)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3446), added: 5921, mode: `MaxEncodedLen`)
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
        // Proof: measured 1280 bytes. At least 186_800 ns.
        Weight::from_parts(252_543_000, 48358)
            .saturating_add(T::DbWeight::get().reads(21_u64))
            .saturating_add(T::DbWeight::get().writes(14_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1146), added: 3621, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:8 w:0)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3446), added: 5921, mode: `MaxEncodedLen`)
    // Storage: `Miners::Places` (r:16 w:16)
    // Proof: `Miners::Places` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:0)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    fn offer() -> Weight {
        // Proof: measured 3538 bytes. At least 244_619 ns.
        Weight::from_parts(416_290_000, 48358)
            .saturating_add(T::DbWeight::get().reads(27_u64))
            .saturating_add(T::DbWeight::get().writes(18_u64))
    }
    // Storage: `Miners::MillKeys` (r:1 w:2)
    // Proof: `Miners::MillKeys` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1146), added: 3621, mode: `MaxEncodedLen`)
    fn set_mill() -> Weight {
        // Proof: measured 842 bytes. At least 47_329 ns.
        Weight::from_parts(72_235_000, 4611)
            .saturating_add(T::DbWeight::get().reads(2_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1146), added: 3621, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    // Storage: `Miners::Books` (r:8 w:8)
    // Proof: `Miners::Books` (`max_values`: None, `max_size`: Some(16418), added: 18893, mode: `MaxEncodedLen`)
    fn resume() -> Weight {
        // Proof: measured 16845 bytes. At least 451_416 ns.
        Weight::from_parts(541_887_000, 152134)
            .saturating_add(T::DbWeight::get().reads(11_u64))
            .saturating_add(T::DbWeight::get().writes(11_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1146), added: 3621, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    // Storage: `Miners::Places` (r:8 w:8)
    // Proof: `Miners::Places` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `Miners::MillKeys` (r:0 w:1)
    // Proof: `Miners::MillKeys` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    fn withdraw() -> Weight {
        // Proof: measured 917 bytes. At least 150_562 ns.
        Weight::from_parts(235_572_000, 21078)
            .saturating_add(T::DbWeight::get().reads(11_u64))
            .saturating_add(T::DbWeight::get().writes(12_u64))
    }
    // Storage: `Miners::ScheduledBounds` (r:1 w:1)
    // Proof: `Miners::ScheduledBounds` (`max_values`: Some(1), `max_size`: Some(12), added: 507, mode: `MaxEncodedLen`)
    fn apply_none() -> Weight {
        // Proof: measured 0 bytes. At least 1_634 ns.
        Weight::from_parts(2_024_000, 1497)
            .saturating_add(T::DbWeight::get().reads(1_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    // Storage: `Miners::ScheduledBounds` (r:1 w:1)
    // Proof: `Miners::ScheduledBounds` (`max_values`: Some(1), `max_size`: Some(12), added: 507, mode: `MaxEncodedLen`)
    // Storage: `Miners::Scheduled` (r:1 w:1)
    // Proof: `Miners::Scheduled` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1146), added: 3621, mode: `MaxEncodedLen`)
    // Storage: `Miners::Books` (r:16 w:16)
    // Proof: `Miners::Books` (`max_values`: None, `max_size`: Some(16418), added: 18893, mode: `MaxEncodedLen`)
    // Storage: `Miners::Places` (r:8 w:8)
    // Proof: `Miners::Places` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    fn apply_offer() -> Weight {
        // Proof: measured 34587 bytes. At least 546_856 ns.
        Weight::from_parts(639_629_000, 303278)
            .saturating_add(T::DbWeight::get().reads(27_u64))
            .saturating_add(T::DbWeight::get().writes(27_u64))
    }
    // Storage: `Miners::ScheduledBounds` (r:1 w:1)
    // Proof: `Miners::ScheduledBounds` (`max_values`: Some(1), `max_size`: Some(12), added: 507, mode: `MaxEncodedLen`)
    fn on_round() -> Weight {
        // Proof: measured 0 bytes. At least 1_663 ns.
        Weight::from_parts(2_114_000, 1497)
            .saturating_add(T::DbWeight::get().reads(1_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
}
