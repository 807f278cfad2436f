//! Weights of `pallet_miners`, measured by `scripts/benchmark.sh`. Generated; don't edit.
//!
//! 2026-11-30, AMD EPYC, 20 steps, 10 repetitions, wasm: Compiled.

#![allow(unused_imports, unused_parens, clippy::unnecessary_cast, reason = "generated")]

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
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1587), added: 4062, mode: `MaxEncodedLen`)
    // Storage: `Miners::MillKeys` (r:1 w:1)
    // Proof: `Miners::MillKeys` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `Parameters::Parameters` (r:4 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:8 w:0)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `MaxEncodedLen`)
    // Storage: `Miners::Round` (r:1 w:0)
    // Proof: `Miners::Round` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    fn register() -> Weight {
        // Proof: measured 1664 bytes. At least 266_397 ns.
        Weight::from_parts(456_801_000, 48742)
            .saturating_add(T::DbWeight::get().reads(18_u64))
            .saturating_add(T::DbWeight::get().writes(4_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1587), added: 4062, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:8 w:0)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `MaxEncodedLen`)
    // Storage: `Miners::Round` (r:1 w:0)
    // Proof: `Miners::Round` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Models::Lists` (r:1 w:0)
    // Proof: `Models::Lists` (`max_values`: Some(1), `max_size`: Some(1045), added: 1540, mode: `MaxEncodedLen`)
    // Storage: `Miners::Classes` (r:16 w:16)
    // Proof: `Miners::Classes` (`max_values`: None, `max_size`: Some(160), added: 2635, mode: `MaxEncodedLen`)
    // Storage: `Miners::Offered` (r:16 w:16)
    // Proof: `Miners::Offered` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `Parameters::Parameters` (r:4 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:0)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    // Storage: `Miners::Book` (r:0 w:256)
    // Proof: `Miners::Book` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
    fn offer() -> Weight {
        // Proof: measured 4325 bytes. At least 1_597_557 ns.
        Weight::from_parts(2_588_343_000, 48742)
            .saturating_add(T::DbWeight::get().reads(49_u64))
            .saturating_add(T::DbWeight::get().writes(290_u64))
    }
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Miners::MillKeys` (r:1 w:2)
    // Proof: `Miners::MillKeys` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1587), added: 4062, mode: `MaxEncodedLen`)
    fn set_mill() -> Weight {
        // Proof: measured 858 bytes. At least 107_500 ns.
        Weight::from_parts(189_183_000, 5052)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1587), added: 4062, mode: `MaxEncodedLen`)
    // Storage: `Parameters::Parameters` (r:4 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `Miners::Round` (r:1 w:0)
    // Proof: `Miners::Round` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Models::Lists` (r:1 w:0)
    // Proof: `Models::Lists` (`max_values`: Some(1), `max_size`: Some(1045), added: 1540, mode: `MaxEncodedLen`)
    // Storage: `Miners::Classes` (r:16 w:16)
    // Proof: `Miners::Classes` (`max_values`: None, `max_size`: Some(160), added: 2635, mode: `MaxEncodedLen`)
    // Storage: `Miners::Offered` (r:16 w:16)
    // Proof: `Miners::Offered` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    // Storage: `Miners::Book` (r:0 w:256)
    // Proof: `Miners::Book` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
    fn resume() -> Weight {
        // Proof: measured 2425 bytes. At least 1_562_120 ns.
        Weight::from_parts(2_540_734_000, 43150)
            .saturating_add(T::DbWeight::get().reads(41_u64))
            .saturating_add(T::DbWeight::get().writes(291_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1587), added: 4062, mode: `MaxEncodedLen`)
    // Storage: `Parameters::Parameters` (r:3 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    // Storage: `Miners::MillKeys` (r:0 w:1)
    // Proof: `Miners::MillKeys` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    fn withdraw() -> Weight {
        // Proof: measured 634 bytes. At least 133_268 ns.
        Weight::from_parts(234_888_000, 8523)
            .saturating_add(T::DbWeight::get().reads(6_u64))
            .saturating_add(T::DbWeight::get().writes(4_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1587), added: 4062, mode: `MaxEncodedLen`)
    // Storage: `Miners::Round` (r:1 w:0)
    // Proof: `Miners::Round` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Models::Lists` (r:1 w:0)
    // Proof: `Models::Lists` (`max_values`: Some(1), `max_size`: Some(1045), added: 1540, mode: `MaxEncodedLen`)
    // Storage: `Miners::Classes` (r:16 w:16)
    // Proof: `Miners::Classes` (`max_values`: None, `max_size`: Some(160), added: 2635, mode: `MaxEncodedLen`)
    // Storage: `Miners::Offered` (r:16 w:16)
    // Proof: `Miners::Offered` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `Parameters::Parameters` (r:1 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `Miners::Book` (r:0 w:256)
    // Proof: `Miners::Book` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
    fn apply_offer() -> Weight {
        // Proof: measured 2212 bytes. At least 1_467_665 ns.
        Weight::from_parts(1_666_124_000, 43150)
            .saturating_add(T::DbWeight::get().reads(36_u64))
            .saturating_add(T::DbWeight::get().writes(289_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:0)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1587), added: 4062, mode: `MaxEncodedLen`)
    // Storage: `Miners::Round` (r:1 w:0)
    // Proof: `Miners::Round` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    fn authorize_apply_offer() -> Weight {
        // Proof: measured 1195 bytes. At least 12_183 ns.
        Weight::from_parts(21_059_000, 5052).saturating_add(T::DbWeight::get().reads(2_u64))
    }
    // Storage: `Miners::Round` (r:0 w:1)
    // Proof: `Miners::Round` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    fn on_round() -> Weight {
        // Proof: measured 0 bytes. At least 501 ns.
        Weight::from_parts(932_000, 0).saturating_add(T::DbWeight::get().writes(1_u64))
    }
}
