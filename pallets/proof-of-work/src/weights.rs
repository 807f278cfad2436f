//! Weights of `pallet_proof_of_work`, measured by `scripts/benchmark.sh`. Generated; don't edit.
//!
//! 2026-11-29, AMD EPYC, 20 steps, 10 repetitions, wasm: Compiled.

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
    /// Of `verify_sweeps`.
    fn verify_sweeps(r: u32) -> Weight;
    /// Of `verify_pieces`.
    fn verify_pieces(r: u32) -> Weight;
    /// Of `verify_planes`.
    fn verify_planes(r: u32) -> Weight;
    /// Of `verify_patches`.
    fn verify_patches(p: u32) -> Weight;
    /// Of `verify_quotients`.
    fn verify_quotients(q: u32) -> Weight;
    /// Of `verify_evaluations`.
    fn verify_evaluations(e: u32) -> Weight;
    /// Of `verify_model`.
    fn verify_model(b: u32) -> Weight;
    /// Of `verify_accumulators`.
    fn verify_accumulators(a: u32) -> Weight;
    /// Of `verify_claim`.
    fn verify_claim(b: u32) -> Weight;
    /// Of `sprint_base`.
    fn sprint_base(i: u32) -> Weight;
    /// Of `authorize_sprint`.
    fn authorize_sprint(b: u32) -> Weight;
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
        // Proof: measured 0 bytes. At least 1_583 ns.
        Weight::from_parts(2_844_000, 0)
    }
    // `k` was measured from 12 to 1200.
    fn verify_recomputed(k: u32) -> Weight {
        // Proof: measured 0 bytes. At least 9_865 ns.
        Weight::from_parts(10_486_000, 0)
            .saturating_add(Weight::from_parts(1_235_127, 0).saturating_mul(k.into()))
    }
    // `k` was measured from 200 to 2000.
    fn verify_folded(k: u32) -> Weight {
        // Proof: measured 0 bytes. At least 287_488 ns.
        Weight::from_parts(477_621_000, 0)
            .saturating_add(Weight::from_parts(2_239_919, 0).saturating_mul(k.into()))
    }
    // `r` was measured from 1 to 8192.
    fn verify_drawn(r: u32) -> Weight {
        // Proof: measured 0 bytes. At least 731 ns.
        Weight::from_parts(3_050_274, 0)
            .saturating_add(Weight::from_parts(68_575, 0).saturating_mul(r.into()))
    }
    // `e` was measured from 15 to 3000.
    fn verify_elements(e: u32) -> Weight {
        // Proof: measured 0 bytes. At least 56_474 ns.
        Weight::from_parts(37_182_632, 0)
            .saturating_add(Weight::from_parts(2_210_671, 0).saturating_mul(e.into()))
    }
    // `r` was measured from 8 to 800.
    fn verify_sweeps(r: u32) -> Weight {
        // Proof: measured 0 bytes. At least 81_561 ns.
        Weight::from_parts(81_973_000, 0)
            .saturating_add(Weight::from_parts(11_144_867, 0).saturating_mul(r.into()))
    }
    // `r` was measured from 8 to 800.
    fn verify_pieces(r: u32) -> Weight {
        // Proof: measured 0 bytes. At least 62_824 ns.
        Weight::from_parts(11_178_133, 0)
            .saturating_add(Weight::from_parts(11_740_136, 0).saturating_mul(r.into()))
    }
    // `r` was measured from 8 to 800.
    fn verify_planes(r: u32) -> Weight {
        // Proof: measured 0 bytes. At least 79_929 ns.
        Weight::from_parts(130_234_000, 0)
            .saturating_add(Weight::from_parts(15_023_737, 0).saturating_mul(r.into()))
    }
    // `p` was measured from 1 to 400.
    fn verify_patches(p: u32) -> Weight {
        // Proof: measured 0 bytes. At least 52_117 ns.
        Weight::from_parts(52_478_000, 0)
            .saturating_add(Weight::from_parts(58_258_511, 0).saturating_mul(p.into()))
    }
    // `q` was measured from 1 to 800.
    fn verify_quotients(q: u32) -> Weight {
        // Proof: measured 0 bytes. At least 25_618 ns.
        Weight::from_parts(25_979_000, 0)
            .saturating_add(Weight::from_parts(5_199_910, 0).saturating_mul(q.into()))
    }
    // `e` was measured from 10 to 500.
    fn verify_evaluations(e: u32) -> Weight {
        // Proof: measured 0 bytes. At least 4_226 ns.
        Weight::from_parts(3_872_258, 0)
            .saturating_add(Weight::from_parts(235_367, 0).saturating_mul(e.into()))
    }
    // `b` was measured from 1 to 2000.
    fn verify_model(b: u32) -> Weight {
        // Proof: measured 0 bytes. At least 8_824 ns.
        Weight::from_parts(9_243_000, 0)
            .saturating_add(Weight::from_parts(762_495, 0).saturating_mul(b.into()))
    }
    // `a` was measured from 1 to 1000.
    fn verify_accumulators(a: u32) -> Weight {
        // Proof: measured 0 bytes. At least 7_090 ns.
        Weight::from_parts(7_251_000, 0)
            .saturating_add(Weight::from_parts(6_924_517, 0).saturating_mul(a.into()))
    }
    // `b` was measured from 1 to 3500.
    fn verify_claim(b: u32) -> Weight {
        // Proof: measured 0 bytes. At least 1_893 ns.
        Weight::from_parts(1_963_000, 0)
            .saturating_add(Weight::from_parts(2_363_717, 0).saturating_mul(b.into()))
    }
    // Storage: `Miners::Miners` (r:1 w:0)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1275), added: 3750, mode: `MaxEncodedLen`)
    // Storage: `ProofOfWork::Listed` (r:1 w:0)
    // Proof: `ProofOfWork::Listed` (`max_values`: Some(1), `max_size`: Some(289), added: 784, mode: `MaxEncodedLen`)
    // Storage: `Rewards::CurrentRound` (r:1 w:0)
    // Proof: `Rewards::CurrentRound` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:1 w:0)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3498), added: 5973, mode: `MaxEncodedLen`)
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
        // Proof: measured 34398 bytes. At least 127_540 ns.
        Weight::from_parts(174_410_325, 37863)
            .saturating_add(Weight::from_parts(23_661, 0).saturating_mul(i.into()))
            .saturating_add(T::DbWeight::get().reads(14_u64))
            .saturating_add(T::DbWeight::get().writes(4_u64))
    }
    // Storage: `Miners::Miners` (r:1 w:0)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1275), added: 3750, mode: `MaxEncodedLen`)
    // Storage: `ProofOfWork::Listed` (r:1 w:0)
    // Proof: `ProofOfWork::Listed` (`max_values`: Some(1), `max_size`: Some(289), added: 784, mode: `MaxEncodedLen`)
    // Storage: `Rewards::CurrentRound` (r:1 w:0)
    // Proof: `Rewards::CurrentRound` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:1 w:0)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3498), added: 5973, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:2 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `ProofOfWork::Difficulty` (r:1 w:0)
    // Proof: `ProofOfWork::Difficulty` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `ProofOfWork::Wins` (r:1 w:0)
    // Proof: `ProofOfWork::Wins` (`max_values`: None, `max_size`: Some(32782), added: 35257, mode: `MaxEncodedLen`)
    // `b` was measured from 4 to 523264.
    fn authorize_sprint(b: u32) -> Weight {
        // Proof: measured 34080 bytes. At least 132_196 ns.
        Weight::from_parts(223_447_638, 36247)
            .saturating_add(Weight::from_parts(1_784, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(8_u64))
    }
    // Storage: `Models::Models` (r:16 w:16)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3498), added: 5973, mode: `MaxEncodedLen`)
    // Storage: `ProofOfWork::Listed` (r:1 w:1)
    // Proof: `ProofOfWork::Listed` (`max_values`: Some(1), `max_size`: Some(289), added: 784, mode: `MaxEncodedLen`)
    // `l` was measured from 0 to 8.
    fn set_listed(l: u32) -> Weight {
        // Proof: measured 1835 + l × 187 bytes. At least 64_015 ns.
        Weight::from_parts(107_465_798, 48774)
            .saturating_add(Weight::from_parts(13_398_365, 0).saturating_mul(l.into()))
            .saturating_add(T::DbWeight::get().reads(9_u64))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(l.into())))
            .saturating_add(T::DbWeight::get().writes(9_u64))
            .saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(l.into())))
            .saturating_add(Weight::from_parts(0, 5973).saturating_mul(l.into()))
    }
    // Storage: `ProofOfWork::Wins` (r:0 w:1)
    // Proof: `ProofOfWork::Wins` (`max_values`: None, `max_size`: Some(32782), added: 35257, mode: `MaxEncodedLen`)
    fn forget_old_wins() -> Weight {
        // Proof: measured 0 bytes. At least 2_033 ns.
        Weight::from_parts(2_754_000, 0).saturating_add(T::DbWeight::get().writes(1_u64))
    }
    // Storage: `Rewards::RoundLength` (r:1 w:0)
    // Proof: `Rewards::RoundLength` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `ProofOfWork::Used` (r:1 w:0)
    // Proof: `ProofOfWork::Used` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `ProofOfWork::Difficulty` (r:1 w:1)
    // Proof: `ProofOfWork::Difficulty` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    fn on_round() -> Weight {
        // Proof: measured 0 bytes. At least 4_146 ns.
        Weight::from_parts(5_518_000, 1493)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
}
