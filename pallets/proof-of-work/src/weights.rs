//! Weights of `pallet_proof_of_work`, measured by `scripts/benchmark.sh`. Generated; don't edit.
//!
//! 2026-11-29, AMD EPYC, 20 steps, 10 repetitions, wasm: Compiled.

#![allow(unused_imports, unused_parens, clippy::unnecessary_cast, reason = "generated")]

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
}
