//! Weights of `pallet_models`, measured by `scripts/benchmark.sh`. Generated; don't edit.
//!
//! 2026-11-30, AMD EPYC, 20 steps, 10 repetitions, wasm: Compiled.

#![allow(unused_imports, unused_parens, clippy::unnecessary_cast, reason = "generated")]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};

/// Weights of this pallet's calls and hooks.
pub trait WeightInfo {
    /// Of `register`.
    fn register(b: u32, m: u32) -> Weight;
    /// Of `retire`.
    fn retire() -> Weight;
    /// Of `remove`.
    fn remove() -> Weight;
    /// Of `describe`.
    fn describe(m: u32) -> Weight;
    /// Of `force_retire`.
    fn force_retire() -> Weight;
}

/// Weights with the runtime's database costs.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    // Storage: `Models::Encodings` (r:0 w:1)
    // Proof: `Models::Encodings` (`max_values`: None, `max_size`: Some(2097188), added: 2099663, mode: `MaxEncodedLen`)
    // Storage: `Models::Metadata` (r:0 w:1)
    // Proof: `Models::Metadata` (`max_values`: None, `max_size`: Some(32800), added: 35275, mode: `MaxEncodedLen`)
    // `b` was measured from 1024 to 2097152.
    // `m` was measured from 64 to 32768.
    fn register(b: u32, m: u32) -> Weight {
        // Proof: measured 52 bytes. At least 3_446_423 ns.
        Weight::from_parts(3_481_345_000, 6959)
            .saturating_add(Weight::from_parts(2_479, 0).saturating_mul(b.into()))
            .saturating_add(Weight::from_parts(40_727, 0).saturating_mul(m.into()))
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(5_u64))
    }
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `MaxEncodedLen`)
    // Storage: `Models::Lists` (r:1 w:0)
    // Proof: `Models::Lists` (`max_values`: Some(1), `max_size`: Some(1045), added: 1540, mode: `MaxEncodedLen`)
    // Storage: `Models::RetiredSince` (r:0 w:1)
    // Proof: `Models::RetiredSince` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    fn retire() -> Weight {
        // Proof: measured 219 bytes. At least 13_680 ns.
        Weight::from_parts(14_652_000, 6959)
            .saturating_add(T::DbWeight::get().reads(2_u64))
            .saturating_add(T::DbWeight::get().writes(2_u64))
    }
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `MaxEncodedLen`)
    // Storage: `Models::RetiredSince` (r:1 w:1)
    // Proof: `Models::RetiredSince` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    // Storage: `Models::Encodings` (r:0 w:1)
    // Proof: `Models::Encodings` (`max_values`: None, `max_size`: Some(2097188), added: 2099663, mode: `MaxEncodedLen`)
    // Storage: `Models::Metadata` (r:0 w:1)
    // Proof: `Models::Metadata` (`max_values`: None, `max_size`: Some(32800), added: 35275, mode: `MaxEncodedLen`)
    fn remove() -> Weight {
        // Proof: measured 384 bytes. At least 57_987 ns.
        Weight::from_parts(60_260_000, 6959)
            .saturating_add(T::DbWeight::get().reads(4_u64))
            .saturating_add(T::DbWeight::get().writes(6_u64))
    }
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    // Storage: `Models::Metadata` (r:0 w:1)
    // Proof: `Models::Metadata` (`max_values`: None, `max_size`: Some(32800), added: 35275, mode: `MaxEncodedLen`)
    // `m` was measured from 64 to 32768.
    fn describe(m: u32) -> Weight {
        // Proof: measured 327 bytes. At least 89_363 ns.
        Weight::from_parts(89_225_506, 6959)
            .saturating_add(Weight::from_parts(106_317, 0).saturating_mul(m.into()))
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(4_u64))
    }
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `MaxEncodedLen`)
    // Storage: `Models::Lists` (r:1 w:0)
    // Proof: `Models::Lists` (`max_values`: Some(1), `max_size`: Some(1045), added: 1540, mode: `MaxEncodedLen`)
    // Storage: `Models::RetiredSince` (r:0 w:1)
    // Proof: `Models::RetiredSince` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    fn force_retire() -> Weight {
        // Proof: measured 219 bytes. At least 13_660 ns.
        Weight::from_parts(14_671_000, 6959)
            .saturating_add(T::DbWeight::get().reads(2_u64))
            .saturating_add(T::DbWeight::get().writes(2_u64))
    }
}
