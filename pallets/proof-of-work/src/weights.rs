//! Weights of `pallet_proof_of_work`, measured by `scripts/benchmark.sh`. Generated; don't edit.
//!
//! 2026-11-26, AMD EPYC, 20 steps, 10 repetitions, wasm: Compiled.

#![allow(unused_parens, clippy::unnecessary_cast, reason = "generated")]

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
    /// Of `verify_drawn`.
    fn verify_drawn(r: u32) -> Weight;
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
        // Proof: measured 0 bytes. At least 761 ns.
        Weight::from_parts(921_000, 0)
    }
    // `k` was measured from 12 to 1200.
    fn verify_recomputed(k: u32) -> Weight {
        // Proof: measured 0 bytes. At least 9_353 ns.
        Weight::from_parts(9_464_000, 0)
            .saturating_add(Weight::from_parts(874_166, 0).saturating_mul(k.into()))
    }
    // `k` was measured from 200 to 2000.
    fn verify_folded(k: u32) -> Weight {
        // Proof: measured 0 bytes. At least 293_125 ns.
        Weight::from_parts(295_469_000, 0)
            .saturating_add(Weight::from_parts(1_553_424, 0).saturating_mul(k.into()))
    }
    // `r` was measured from 1 to 8192.
    fn verify_drawn(r: u32) -> Weight {
        // Proof: measured 0 bytes. At least 741 ns.
        Weight::from_parts(3_478_720, 0)
            .saturating_add(Weight::from_parts(72_846, 0).saturating_mul(r.into()))
    }
    // `e` was measured from 15 to 3000.
    fn verify_elements(e: u32) -> Weight {
        // Proof: measured 0 bytes. At least 54_400 ns.
        Weight::from_parts(54_731_000, 0)
            .saturating_add(Weight::from_parts(2_167_304, 0).saturating_mul(e.into()))
    }
    // `b` was measured from 1 to 2000.
    fn verify_model(b: u32) -> Weight {
        // Proof: measured 0 bytes. At least 7_941 ns.
        Weight::from_parts(8_192_000, 0)
            .saturating_add(Weight::from_parts(699_349, 0).saturating_mul(b.into()))
    }
    // `a` was measured from 1 to 1000.
    fn verify_accumulators(a: u32) -> Weight {
        // Proof: measured 0 bytes. At least 7_201 ns.
        Weight::from_parts(36_164_899, 0)
            .saturating_add(Weight::from_parts(6_490_585, 0).saturating_mul(a.into()))
    }
    // `b` was measured from 1 to 3500.
    fn verify_claim(b: u32) -> Weight {
        // Proof: measured 0 bytes. At least 1_872 ns.
        Weight::from_parts(1_933_000, 0)
            .saturating_add(Weight::from_parts(1_989_360, 0).saturating_mul(b.into()))
    }
    // Storage: `Miners::Miners` (r:1 w:0)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1146), added: 3621, mode: `MaxEncodedLen`)
    // Storage: `ProofOfWork::Listed` (r:1 w:0)
    // Proof: `ProofOfWork::Listed` (`max_values`: Some(1), `max_size`: Some(289), added: 784, mode: `MaxEncodedLen`)
    // Storage: `Rewards::CurrentRound` (r:1 w:0)
    // Proof: `Rewards::CurrentRound` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:1 w:0)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3446), added: 5921, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:2 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `ProofOfWork::Difficulty` (r:1 w:0)
    // Proof: `ProofOfWork::Difficulty` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `ProofOfWork::Wins` (r:1 w:1)
    // Proof: `ProofOfWork::Wins` (`max_values`: None, `max_size`: Some(32782), added: 35257, mode: `MaxEncodedLen`)
    // Storage: `Models::Encodings` (r:1 w:0)
    // Proof: `Models::Encodings` (`max_values`: None, `max_size`: Some(2097188), added: 2099663, mode: `Measured`)
    // Storage: `Rewards::RoundLength` (r:1 w:0)
    // Proof: `Rewards::RoundLength` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Rewards::Scores` (r:1 w:1)
    // Proof: `Rewards::Scores` (`max_values`: None, `max_size`: Some(92), added: 2567, mode: `MaxEncodedLen`)
    // Storage: `Rewards::EmissionPerMegaMac` (r:1 w:0)
    // Proof: `Rewards::EmissionPerMegaMac` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Rewards::Rounds` (r:1 w:1)
    // Proof: `Rewards::Rounds` (`max_values`: None, `max_size`: Some(92), added: 2567, mode: `MaxEncodedLen`)
    // Storage: `ProofOfWork::Used` (r:1 w:1)
    // Proof: `ProofOfWork::Used` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // `i` was measured from 1 to 524288.
    fn sprint_base(i: u32) -> Weight {
        // Proof: measured 34345 bytes. At least 97_505 ns.
        Weight::from_parts(123_031_609, 37810)
            .saturating_add(Weight::from_parts(19_221, 0).saturating_mul(i.into()))
            .saturating_add(T::DbWeight::get().reads(14_u64))
            .saturating_add(T::DbWeight::get().writes(4_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:0)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1146), added: 3621, mode: `MaxEncodedLen`)
    // Storage: `ProofOfWork::Listed` (r:1 w:0)
    // Proof: `ProofOfWork::Listed` (`max_values`: Some(1), `max_size`: Some(289), added: 784, mode: `MaxEncodedLen`)
    // Storage: `Rewards::CurrentRound` (r:1 w:0)
    // Proof: `Rewards::CurrentRound` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:1 w:0)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3446), added: 5921, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:2 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `ProofOfWork::Difficulty` (r:1 w:0)
    // Proof: `ProofOfWork::Difficulty` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `ProofOfWork::Wins` (r:1 w:0)
    // Proof: `ProofOfWork::Wins` (`max_values`: None, `max_size`: Some(32782), added: 35257, mode: `MaxEncodedLen`)
    // `b` was measured from 4 to 524288.
    // `i` was measured from 1 to 65536.
    fn authorize_sprint(b: u32, i: u32) -> Weight {
        // Proof: measured 34027 bytes. At least 163_202 ns.
        Weight::from_parts(120_239_991, 36247)
            .saturating_add(Weight::from_parts(672, 0).saturating_mul(b.into()))
            .saturating_add(Weight::from_parts(20_077, 0).saturating_mul(i.into()))
            .saturating_add(T::DbWeight::get().reads(8_u64))
    }
    // Storage: `Models::Models` (r:16 w:16)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3446), added: 5921, mode: `MaxEncodedLen`)
    // Storage: `ProofOfWork::Listed` (r:1 w:1)
    // Proof: `ProofOfWork::Listed` (`max_values`: Some(1), `max_size`: Some(289), added: 784, mode: `MaxEncodedLen`)
    // `l` was measured from 0 to 8.
    fn set_listed(l: u32) -> Weight {
        // Proof: measured 1419 + l × 135 bytes. At least 46_218 ns.
        Weight::from_parts(51_868_441, 48358)
            .saturating_add(Weight::from_parts(7_470_209, 0).saturating_mul(l.into()))
            .saturating_add(T::DbWeight::get().reads(9_u64))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(l.into())))
            .saturating_add(T::DbWeight::get().writes(9_u64))
            .saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(l.into())))
            .saturating_add(Weight::from_parts(0, 5921).saturating_mul(l.into()))
    }
    // Storage: `ProofOfWork::Wins` (r:0 w:1)
    // Proof: `ProofOfWork::Wins` (`max_values`: None, `max_size`: Some(32782), added: 35257, mode: `MaxEncodedLen`)
    fn forget_old_wins() -> Weight {
        // Proof: measured 0 bytes. At least 2_093 ns.
        Weight::from_parts(2_564_000, 0).saturating_add(T::DbWeight::get().writes(1_u64))
    }
    // Storage: `Rewards::RoundLength` (r:1 w:0)
    // Proof: `Rewards::RoundLength` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `ProofOfWork::Used` (r:1 w:0)
    // Proof: `ProofOfWork::Used` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `ProofOfWork::Difficulty` (r:1 w:1)
    // Proof: `ProofOfWork::Difficulty` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    fn on_round() -> Weight {
        // Proof: measured 0 bytes. At least 4_236 ns.
        Weight::from_parts(4_617_000, 1493)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
}
