//! Weights of `pallet_collators`. Estimated by hand from the storage that each touches, until they are measured.

#![allow(unused_parens, clippy::unnecessary_cast, reason = "generated")]

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
    // Storage: `Collators::Appointed` (r:0 w:1)
    // `a` from 1 to 20.
    fn set_appointed(a: u32) -> Weight {
        Weight::from_parts(12_000_000, 1641)
            .saturating_add(Weight::from_parts(4_000_000, 2555).saturating_mul(a.into()))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(a.into())))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    // Storage: `Collators::Seats` (r:0 w:1)
    fn set_seats() -> Weight {
        Weight::from_parts(7_000_000, 0).saturating_add(T::DbWeight::get().writes(1_u64))
    }
    // Storage: `Collators::Candidates` (r:1 w:1), its counter (r:1 w:1)
    // Storage: `Session::NextKeys` (r:1 w:0)
    // Storage: `Collators::CurrentSession` (r:1 w:0)
    // Storage: `Balances::Holds` (r:1 w:1), `System::Account` (r:1 w:1)
    fn stand() -> Weight {
        Weight::from_parts(60_000_000, 4000)
            .saturating_add(T::DbWeight::get().reads(6_u64))
            .saturating_add(T::DbWeight::get().writes(4_u64))
    }
    // Storage: `Collators::Candidates` (r:1 w:1), its counter (r:1 w:1)
    // Storage: `Collators::CurrentSession` (r:1 w:0)
    // Storage: `Collators::Drawn` (r:3 w:3)
    // Storage: `Balances::Holds` (r:1 w:1), `System::Account` (r:1 w:1)
    fn stand_down() -> Weight {
        Weight::from_parts(75_000_000, 12000)
            .saturating_add(T::DbWeight::get().reads(8_u64))
            .saturating_add(T::DbWeight::get().writes(7_u64))
    }
    // Storage: `System::Account` (r:2 w:2)
    // Storage: `Collators::Candidates` (r:1 w:1)
    fn note_author() -> Weight {
        Weight::from_parts(50_000_000, 6196)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    // Storage: `Collators::{Appointed, Seats, CurrentSession}` (r:3 w:1), `Candidates`' counter (r:1 w:1)
    // Storage: `Collators::Drawn` (r:4 w:4)
    // Storage: `Collators::Candidates` (r:128 w:128)
    // Storage: `Balances::Holds` (r:128 w:128), `System::Account` (r:128 w:128)
    // `c` from 0 to 128, `r` from 0 to 128. With 16 draws, and with the end of the session before, which may end
    // candidacies of its own.
    fn new_session(c: u32, r: u32) -> Weight {
        Weight::from_parts(400_000_000, 90000)
            .saturating_add(Weight::from_parts(9_000_000, 2582).saturating_mul(c.into()))
            .saturating_add(Weight::from_parts(55_000_000, 5200).saturating_mul(r.into()))
            .saturating_add(T::DbWeight::get().reads(8_u64))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(c.into())))
            .saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(r.into())))
            .saturating_add(T::DbWeight::get().writes(6_u64))
            .saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(c.into())))
            .saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(r.into())))
    }
}
