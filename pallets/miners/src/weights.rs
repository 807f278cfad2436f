//! Weights of `pallet_miners`, measured by `scripts/benchmark.sh`. Generated; don't edit.
//!
//! 2026-11-29, AMD EPYC, 20 steps, 10 repetitions, wasm: Compiled.

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
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1651), added: 4126, mode: `MaxEncodedLen`)
    // Storage: `Miners::MillKeys` (r:1 w:1)
    // Proof: `Miners::MillKeys` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:8 w:0)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `MaxEncodedLen`)
    // Storage: `Miners::Round` (r:1 w:0)
    // Proof: `Miners::Round` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    fn register() -> Weight {
        // Proof: measured 1664 bytes. At least 211_275 ns.
        Weight::from_parts(235_621_000, 48742)
            .saturating_add(T::DbWeight::get().reads(14_u64))
            .saturating_add(T::DbWeight::get().writes(4_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1651), added: 4126, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:8 w:0)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `MaxEncodedLen`)
    // Storage: `Miners::Round` (r:1 w:0)
    // Proof: `Miners::Round` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Models::Listed` (r:1 w:0)
    // Proof: `Models::Listed` (`max_values`: Some(1), `max_size`: Some(257), added: 752, mode: `MaxEncodedLen`)
    // Storage: `Miners::Classes` (r:16 w:16)
    // Proof: `Miners::Classes` (`max_values`: None, `max_size`: Some(160), added: 2635, mode: `MaxEncodedLen`)
    // Storage: `Miners::Offered` (r:16 w:16)
    // Proof: `Miners::Offered` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:0)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    // Storage: `Miners::Book` (r:0 w:256)
    // Proof: `Miners::Book` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
    fn offer() -> Weight {
        // Proof: measured 4677 bytes. At least 1_312_274 ns.
        Weight::from_parts(1_374_477_000, 48742)
            .saturating_add(T::DbWeight::get().reads(45_u64))
            .saturating_add(T::DbWeight::get().writes(290_u64))
    }
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Miners::MillKeys` (r:1 w:2)
    // Proof: `Miners::MillKeys` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1651), added: 4126, mode: `MaxEncodedLen`)
    fn set_mill() -> Weight {
        // Proof: measured 858 bytes. At least 74_581 ns.
        Weight::from_parts(92_147_000, 5116)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1651), added: 4126, mode: `MaxEncodedLen`)
    // Storage: `Miners::Round` (r:1 w:0)
    // Proof: `Miners::Round` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Models::Listed` (r:1 w:0)
    // Proof: `Models::Listed` (`max_values`: Some(1), `max_size`: Some(257), added: 752, mode: `MaxEncodedLen`)
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
        // Proof: measured 2530 bytes. At least 1_250_000 ns.
        Weight::from_parts(1_330_000_000, 43150)
            .saturating_add(T::DbWeight::get().reads(37_u64))
            .saturating_add(T::DbWeight::get().writes(291_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1651), added: 4126, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    // Storage: `Miners::MillKeys` (r:0 w:1)
    // Proof: `Miners::MillKeys` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    fn withdraw() -> Weight {
        // Proof: measured 634 bytes. At least 99_819 ns.
        Weight::from_parts(111_486_000, 5116)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(4_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1651), added: 4126, mode: `MaxEncodedLen`)
    // Storage: `Miners::Round` (r:1 w:0)
    // Proof: `Miners::Round` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Models::Listed` (r:1 w:0)
    // Proof: `Models::Listed` (`max_values`: Some(1), `max_size`: Some(257), added: 752, mode: `MaxEncodedLen`)
    // Storage: `Miners::Classes` (r:16 w:16)
    // Proof: `Miners::Classes` (`max_values`: None, `max_size`: Some(160), added: 2635, mode: `MaxEncodedLen`)
    // Storage: `Miners::Offered` (r:16 w:16)
    // Proof: `Miners::Offered` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `Miners::Book` (r:0 w:256)
    // Proof: `Miners::Book` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
    fn apply_offer() -> Weight {
        // Proof: measured 2530 bytes. At least 1_216_181 ns.
        Weight::from_parts(1_283_181_000, 43150)
            .saturating_add(T::DbWeight::get().reads(35_u64))
            .saturating_add(T::DbWeight::get().writes(289_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:0)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1651), added: 4126, mode: `MaxEncodedLen`)
    // Storage: `Miners::Round` (r:1 w:0)
    // Proof: `Miners::Round` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    fn authorize_apply_offer() -> Weight {
        // Proof: measured 1195 bytes. At least 8_603 ns.
        Weight::from_parts(10_425_000, 5116).saturating_add(T::DbWeight::get().reads(2_u64))
    }
    // Storage: `Miners::Round` (r:0 w:1)
    // Proof: `Miners::Round` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    fn on_round() -> Weight {
        // Proof: measured 0 bytes. At least 380 ns.
        Weight::from_parts(510_000, 0).saturating_add(T::DbWeight::get().writes(1_u64))
    }
}
