//! Weights of `pallet_sprints`, measured by `scripts/benchmark.sh`. Generated; don't edit.
//!
//! 2026-11-30, AMD EPYC, 20 steps, 10 repetitions, wasm: Compiled.

#![allow(unused_imports, unused_parens, clippy::unnecessary_cast, reason = "generated")]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};

/// Weights of this pallet's calls and hooks.
pub trait WeightInfo {
    /// Of `sprint_base`.
    fn sprint_base(i: u32) -> Weight;
    /// Of `authorize_sprint`.
    fn authorize_sprint(b: u32) -> Weight;
    /// Of `set_listed`.
    fn set_listed(l: u32) -> Weight;
    /// Of `begin_block`.
    fn begin_block() -> Weight;
}

/// Weights with the runtime's database costs.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1587), added: 4062, mode: `MaxEncodedLen`)
    // Storage: `Parameters::Parameters` (r:4 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:2 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Sprints::AnchorTerms` (r:1 w:0)
    // Proof: `Sprints::AnchorTerms` (`max_values`: None, `max_size`: Some(60), added: 2535, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:1 w:0)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `MaxEncodedLen`)
    // Storage: `Sprints::Wins` (r:1 w:1)
    // Proof: `Sprints::Wins` (`max_values`: None, `max_size`: Some(8206), added: 10681, mode: `MaxEncodedLen`)
    // Storage: `Sprints::BlockBudget` (r:1 w:1)
    // Proof: `Sprints::BlockBudget` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Models::Encodings` (r:1 w:0)
    // Proof: `Models::Encodings` (`max_values`: None, `max_size`: Some(2097188), added: 2099663, mode: `Measured`)
    // Storage: `Sprints::Listed` (r:1 w:1)
    // Proof: `Sprints::Listed` (`max_values`: Some(1), `max_size`: Some(577), added: 1072, mode: `MaxEncodedLen`)
    // Storage: `Rewards::CurrentRound` (r:1 w:0)
    // Proof: `Rewards::CurrentRound` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Collators::Candidates` (r:1 w:0)
    // Proof: `Collators::Candidates` (`max_values`: None, `max_size`: Some(89), added: 2564, mode: `MaxEncodedLen`)
    // Storage: `Models::Lists` (r:1 w:0)
    // Proof: `Models::Lists` (`max_values`: Some(1), `max_size`: Some(1045), added: 1540, mode: `MaxEncodedLen`)
    // Storage: `Rewards::EmissionPerMegaMac` (r:1 w:0)
    // Proof: `Rewards::EmissionPerMegaMac` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Rewards::Scores` (r:1 w:1)
    // Proof: `Rewards::Scores` (`max_values`: None, `max_size`: Some(92), added: 2567, mode: `MaxEncodedLen`)
    // Storage: `Rewards::Rounds` (r:1 w:1)
    // Proof: `Rewards::Rounds` (`max_values`: None, `max_size`: Some(92), added: 2567, mode: `MaxEncodedLen`)
    // `i` was measured from 1 to 524288.
    fn sprint_base(i: u32) -> Weight {
        // Proof: measured 11108 bytes. At least 188_912 ns.
        Weight::from_parts(212_447_000, 14573)
            .saturating_add(Weight::from_parts(25_942, 0).saturating_mul(i.into()))
            .saturating_add(T::DbWeight::get().reads(19_u64))
            .saturating_add(T::DbWeight::get().writes(6_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:0)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1587), added: 4062, mode: `MaxEncodedLen`)
    // Storage: `Parameters::Parameters` (r:3 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:2 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Sprints::AnchorTerms` (r:1 w:0)
    // Proof: `Sprints::AnchorTerms` (`max_values`: None, `max_size`: Some(60), added: 2535, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:1 w:0)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `MaxEncodedLen`)
    // Storage: `Sprints::BlockBudget` (r:1 w:0)
    // Proof: `Sprints::BlockBudget` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Sprints::Wins` (r:1 w:0)
    // Proof: `Sprints::Wins` (`max_values`: None, `max_size`: Some(8206), added: 10681, mode: `MaxEncodedLen`)
    // `b` was measured from 4 to 523264.
    fn authorize_sprint(b: u32) -> Weight {
        // Proof: measured 9709 bytes. At least 174_786 ns.
        Weight::from_parts(286_374_765, 11671)
            .saturating_add(Weight::from_parts(1_712, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(10_u64))
    }
    // Storage: `Sprints::Listed` (r:1 w:1)
    // Proof: `Sprints::Listed` (`max_values`: Some(1), `max_size`: Some(577), added: 1072, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:8 w:0)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `MaxEncodedLen`)
    // Storage: `Parameters::Parameters` (r:1 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `Models::Lists` (r:1 w:1)
    // Proof: `Models::Lists` (`max_values`: Some(1), `max_size`: Some(1045), added: 1540, mode: `MaxEncodedLen`)
    // `l` was measured from 0 to 8.
    fn set_listed(l: u32) -> Weight {
        // Proof: measured 1084 + l × 193 bytes. At least 24_556 ns.
        Weight::from_parts(35_278_886, 3501)
            .saturating_add(Weight::from_parts(17_615_377, 0).saturating_mul(l.into()))
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(l.into())))
            .saturating_add(T::DbWeight::get().writes(2_u64))
            .saturating_add(Weight::from_parts(0, 5969).saturating_mul(l.into()))
    }
    // Storage: `Sprints::Listed` (r:1 w:1)
    // Proof: `Sprints::Listed` (`max_values`: Some(1), `max_size`: Some(577), added: 1072, mode: `MaxEncodedLen`)
    // Storage: `Rewards::CurrentRound` (r:1 w:0)
    // Proof: `Rewards::CurrentRound` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Sprints::AnchorTerms` (r:0 w:2)
    // Proof: `Sprints::AnchorTerms` (`max_values`: None, `max_size`: Some(60), added: 2535, mode: `MaxEncodedLen`)
    // Storage: `Sprints::Wins` (r:0 w:1)
    // Proof: `Sprints::Wins` (`max_values`: None, `max_size`: Some(8206), added: 10681, mode: `MaxEncodedLen`)
    fn begin_block() -> Weight {
        // Proof: measured 653 bytes. At least 17_923 ns.
        Weight::from_parts(23_113_000, 2062)
            .saturating_add(T::DbWeight::get().reads(2_u64))
            .saturating_add(T::DbWeight::get().writes(4_u64))
    }
}
