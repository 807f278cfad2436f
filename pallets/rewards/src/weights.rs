//! Weights of `pallet_rewards`, measured by `scripts/benchmark.sh`. Generated; don't edit.
//!
//! 2026-11-30, AMD EPYC, 20 steps, 10 repetitions, wasm: Compiled.

#![allow(unused_imports, unused_parens, clippy::unnecessary_cast, reason = "generated")]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};

/// Weights of this pallet's calls and hooks.
pub trait WeightInfo {
    /// Of `claim`.
    fn claim() -> Weight;
    /// Of `authorize_claim`.
    fn authorize_claim() -> Weight;
    /// Of `stay_in_round`.
    fn stay_in_round() -> Weight;
    /// Of `close_round`.
    fn close_round() -> Weight;
    /// Of `expire`.
    fn expire() -> Weight;
}

/// Weights with the runtime's database costs.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    // Storage: `Rewards::CurrentRound` (r:1 w:0)
    // Proof: `Rewards::CurrentRound` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Rewards::Scores` (r:1 w:1)
    // Proof: `Rewards::Scores` (`max_values`: None, `max_size`: Some(92), added: 2567, mode: `MaxEncodedLen`)
    // Storage: `Rewards::Rounds` (r:1 w:1)
    // Proof: `Rewards::Rounds` (`max_values`: None, `max_size`: Some(92), added: 2567, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    fn claim() -> Weight {
        // Proof: measured 244 bytes. At least 59_260 ns.
        Weight::from_parts(70_943_000, 3593)
            .saturating_add(T::DbWeight::get().reads(4_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    // Storage: `Rewards::CurrentRound` (r:1 w:0)
    // Proof: `Rewards::CurrentRound` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Rewards::Scores` (r:1 w:0)
    // Proof: `Rewards::Scores` (`max_values`: None, `max_size`: Some(92), added: 2567, mode: `MaxEncodedLen`)
    fn authorize_claim() -> Weight {
        // Proof: measured 163 bytes. At least 9_998 ns.
        Weight::from_parts(17_291_000, 3557).saturating_add(T::DbWeight::get().reads(2_u64))
    }
    // Storage: `Rewards::CurrentRound` (r:1 w:0)
    // Proof: `Rewards::CurrentRound` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Rewards::RoundLength` (r:1 w:0)
    // Proof: `Rewards::RoundLength` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    fn stay_in_round() -> Weight {
        // Proof: measured 0 bytes. At least 2_104 ns.
        Weight::from_parts(2_335_000, 1493).saturating_add(T::DbWeight::get().reads(2_u64))
    }
    // Storage: `Rewards::RoundLength` (r:1 w:0)
    // Proof: `Rewards::RoundLength` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Rewards::Rounds` (r:1 w:1)
    // Proof: `Rewards::Rounds` (`max_values`: None, `max_size`: Some(92), added: 2567, mode: `MaxEncodedLen`)
    // Storage: `Rewards::Emitted` (r:1 w:1)
    // Proof: `Rewards::Emitted` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Rewards::EmissionPerMegaMac` (r:1 w:1)
    // Proof: `Rewards::EmissionPerMegaMac` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Rewards::CurrentRound` (r:0 w:1)
    // Proof: `Rewards::CurrentRound` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    fn close_round() -> Weight {
        // Proof: measured 136 bytes. At least 15_650 ns.
        Weight::from_parts(17_343_000, 3557)
            .saturating_add(T::DbWeight::get().reads(4_u64))
            .saturating_add(T::DbWeight::get().writes(4_u64))
    }
    // Storage: `Rewards::OldestRound` (r:1 w:1)
    // Proof: `Rewards::OldestRound` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Rewards::CurrentRound` (r:1 w:0)
    // Proof: `Rewards::CurrentRound` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Rewards::Scores` (r:16 w:16)
    // Proof: `Rewards::Scores` (`max_values`: None, `max_size`: Some(92), added: 2567, mode: `MaxEncodedLen`)
    // Storage: `Rewards::Rounds` (r:1 w:1)
    // Proof: `Rewards::Rounds` (`max_values`: None, `max_size`: Some(92), added: 2567, mode: `MaxEncodedLen`)
    fn expire() -> Weight {
        // Proof: measured 1555 bytes. At least 35_727 ns.
        Weight::from_parts(44_202_000, 42062)
            .saturating_add(T::DbWeight::get().reads(19_u64))
            .saturating_add(T::DbWeight::get().writes(18_u64))
    }
}
