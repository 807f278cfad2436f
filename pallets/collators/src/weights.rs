//! Weights of `pallet_collators`, measured by `scripts/benchmark.sh`. Generated; don't edit.
//!
//! 2026-11-30, AMD EPYC, 20 steps, 10 repetitions, wasm: Compiled.

#![allow(unused_imports, unused_parens, clippy::unnecessary_cast, reason = "generated")]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};

/// Weights of this pallet's calls and hooks.
pub trait WeightInfo {
    /// Of `set_appointed`.
    fn set_appointed(a: u32) -> Weight;
    /// Of `set_seats`.
    fn set_seats() -> Weight;
    /// Of `stand`.
    fn stand() -> Weight;
    /// Of `stand_down`.
    fn stand_down() -> Weight;
    /// Of `note_author`.
    fn note_author() -> Weight;
    /// Of `new_session`.
    fn new_session(c: u32, r: u32) -> Weight;
}

/// Weights with the runtime's database costs.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    // Storage: `Session::NextKeys` (r:20 w:0)
    // Proof: `Session::NextKeys` (`max_values`: None, `max_size`: None, mode: `Measured`)
    // Storage: `Collators::Appointed` (r:0 w:1)
    // Proof: `Collators::Appointed` (`max_values`: Some(1), `max_size`: Some(641), added: 1136, mode: `MaxEncodedLen`)
    // `a` was measured from 1 to 20.
    fn set_appointed(a: u32) -> Weight {
        // Proof: measured 1 + a × 78 bytes. At least 15_279 ns.
        Weight::from_parts(14_618_164, 991)
            .saturating_add(Weight::from_parts(5_899_587, 0).saturating_mul(a.into()))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(a.into())))
            .saturating_add(T::DbWeight::get().writes(1_u64))
            .saturating_add(Weight::from_parts(0, 2554).saturating_mul(a.into()))
    }
    // Storage: `Collators::Seats` (r:0 w:1)
    // Proof: `Collators::Seats` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    fn set_seats() -> Weight {
        // Proof: measured 0 bytes. At least 6_993 ns.
        Weight::from_parts(11_090_000, 0).saturating_add(T::DbWeight::get().writes(1_u64))
    }
    // Storage: `Collators::Candidates` (r:130 w:2)
    // Proof: `Collators::Candidates` (`max_values`: None, `max_size`: Some(89), added: 2564, mode: `MaxEncodedLen`)
    // Storage: `Session::NextKeys` (r:1 w:0)
    // Proof: `Session::NextKeys` (`max_values`: None, `max_size`: None, mode: `Measured`)
    // Storage: `Rewards::CurrentRound` (r:1 w:0)
    // Proof: `Rewards::CurrentRound` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Rewards::Scores` (r:1 w:0)
    // Proof: `Rewards::Scores` (`max_values`: None, `max_size`: Some(92), added: 2567, mode: `MaxEncodedLen`)
    // Storage: `Collators::CounterForCandidates` (r:1 w:1)
    // Proof: `Collators::CounterForCandidates` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:2 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:2 w:2)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    // Storage: `Collators::CurrentSession` (r:1 w:0)
    // Proof: `Collators::CurrentSession` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Collators::Drawn` (r:3 w:3)
    // Proof: `Collators::Drawn` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    // Storage: `Parameters::Parameters` (r:1 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    fn stand() -> Weight {
        // Proof: measured 14166 bytes. At least 827_131 ns.
        Weight::from_parts(1_254_899_000, 334310)
            .saturating_add(T::DbWeight::get().reads(143_u64))
            .saturating_add(T::DbWeight::get().writes(10_u64))
    }
    // Storage: `Collators::Candidates` (r:1 w:1)
    // Proof: `Collators::Candidates` (`max_values`: None, `max_size`: Some(89), added: 2564, mode: `MaxEncodedLen`)
    // Storage: `Collators::CurrentSession` (r:1 w:0)
    // Proof: `Collators::CurrentSession` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Collators::Drawn` (r:3 w:0)
    // Proof: `Collators::Drawn` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    // Storage: `Collators::CounterForCandidates` (r:1 w:1)
    // Proof: `Collators::CounterForCandidates` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    fn stand_down() -> Weight {
        // Proof: measured 1055 bytes. At least 98_434 ns.
        Weight::from_parts(165_488_000, 11526)
            .saturating_add(T::DbWeight::get().reads(8_u64))
            .saturating_add(T::DbWeight::get().writes(4_u64))
    }
    // Storage: `System::Account` (r:2 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Collators::Candidates` (r:1 w:1)
    // Proof: `Collators::Candidates` (`max_values`: None, `max_size`: Some(89), added: 2564, mode: `MaxEncodedLen`)
    fn note_author() -> Weight {
        // Proof: measured 357 bytes. At least 73_396 ns.
        Weight::from_parts(108_802_000, 6196)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    // Storage: `Collators::CurrentSession` (r:1 w:1)
    // Proof: `Collators::CurrentSession` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Collators::Appointed` (r:1 w:0)
    // Proof: `Collators::Appointed` (`max_values`: Some(1), `max_size`: Some(641), added: 1136, mode: `MaxEncodedLen`)
    // Storage: `Collators::Drawn` (r:4 w:1)
    // Proof: `Collators::Drawn` (`max_values`: None, `max_size`: Some(1037), added: 3512, mode: `MaxEncodedLen`)
    // Storage: `Collators::CounterForCandidates` (r:1 w:1)
    // Proof: `Collators::CounterForCandidates` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Collators::Candidates` (r:129 w:128)
    // Proof: `Collators::Candidates` (`max_values`: None, `max_size`: Some(89), added: 2564, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:128 w:128)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:128 w:128)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    // Storage: `Collators::Weighed` (r:1 w:1)
    // Proof: `Collators::Weighed` (`max_values`: Some(1), `max_size`: Some(6146), added: 6641, mode: `MaxEncodedLen`)
    // Storage: UNKNOWN KEY `0x925bd7637d049b4f2508e14eb43b51a151e176b540d4ea616a5d911aad2ccc84` (r:1 w:0)
    // Proof: UNKNOWN KEY `0x925bd7637d049b4f2508e14eb43b51a151e176b540d4ea616a5d911aad2ccc84` (r:1 w:0)
    // Storage: `System::ParentHash` (r:1 w:0)
    // Proof: `System::ParentHash` (`max_values`: Some(1), `max_size`: Some(32), added: 527, mode: `MaxEncodedLen`)
    // Storage: `Collators::Seats` (r:1 w:0)
    // Proof: `Collators::Seats` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // `c` was measured from 0 to 128.
    // `r` was measured from 0 to 128.
    fn new_session(c: u32, r: u32) -> Weight {
        // Proof: measured 0 + c × 290 + r × 112 bytes. At least 37_410 ns.
        Weight::from_parts(38_692_000, 16998)
            .saturating_add(Weight::from_parts(56_736_057, 0).saturating_mul(c.into()))
            .saturating_add(Weight::from_parts(26_237_167, 0).saturating_mul(r.into()))
            .saturating_add(T::DbWeight::get().reads(10_u64))
            .saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(c.into())))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(r.into())))
            .saturating_add(T::DbWeight::get().writes(3_u64))
            .saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(c.into())))
            .saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(r.into())))
            .saturating_add(Weight::from_parts(0, 2564).saturating_mul(c.into()))
            .saturating_add(Weight::from_parts(0, 952).saturating_mul(r.into()))
    }
}
