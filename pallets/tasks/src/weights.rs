//! Weights of `pallet_tasks`, measured by `scripts/benchmark.sh`. Generated; don't edit.
//!
//! 2026-11-29, AMD EPYC, 20 steps, 10 repetitions, wasm: Compiled.
//!
//! Not measured but estimated by hand, since rent and displacement came: the weights and counts of `post`, `cancel`,
//! `poke`, `submit_wrong`, `decline`, `service_base`, `search_slot`, `give_lease`, `end_lease` and `refund_task`, and the
//! sizes of `Queue`, `RentIndex`, `Tasks` and `Miners::Offered`. What their comments call measured is older than that. The
//! same holds of `submit_right` and `prune_output`, since each ended task leaves a fate and each task stands in its
//! requester's list.

#![allow(unused_parens, clippy::unnecessary_cast, reason = "generated")]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};

/// Weights of this pallet's calls and hooks.
pub trait WeightInfo {
    /// Of `post`.
    fn post(b: u32) -> Weight;
    /// Of `cancel`.
    fn cancel() -> Weight;
    /// Of `poke`.
    fn poke() -> Weight;
    /// Of `submit_right`.
    fn submit_right(o: u32) -> Weight;
    /// Of `submit_wrong`.
    fn submit_wrong() -> Weight;
    /// Of `authorize_submit`.
    fn authorize_submit(b: u32) -> Weight;
    /// Of `decline`.
    fn decline() -> Weight;
    /// Of `authorize_decline`.
    fn authorize_decline() -> Weight;
    /// Of `service_base`.
    fn service_base() -> Weight;
    /// Of `search_slot`.
    fn search_slot() -> Weight;
    /// Of `give_lease`.
    fn give_lease() -> Weight;
    /// Of `end_lease`.
    fn end_lease() -> Weight;
    /// Of `refund_task`.
    fn refund_task() -> Weight;
    /// Of `prune_output`.
    fn prune_output() -> Weight;
}

/// Weights with the runtime's database costs.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    // Storage: `Models::Models` (r:2 w:2)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3498), added: 5973, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:2 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:2 w:2)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    // Storage: `Tasks::NextTask` (r:1 w:1)
    // Proof: `Tasks::NextTask` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Inputs` (r:0 w:2)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Tasks` (r:1 w:2)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1119), added: 3594, mode: `MaxEncodedLen`)
    // Storage: `Tasks::RentIndex` (r:1 w:0)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Miners::Offered` (r:1 w:0)
    // Proof: `Miners::Offered` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Requested` (r:0 w:1)
    // Proof: `Tasks::Requested` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(229), added: 2704, mode: `MaxEncodedLen`)
    // `b` was measured from 64 to 524288.
    fn post(b: u32) -> Weight {
        // Proof: measured 8574 bytes. At least 165_046 ns.
        Weight::from_parts(329_068_482, 26566)
            .saturating_add(Weight::from_parts(2_632, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(12_u64))
            .saturating_add(T::DbWeight::get().writes(16_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1119), added: 3594, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3498), added: 5973, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Inputs` (r:0 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `MaxEncodedLen`)
    // Storage: `Tasks::RentIndex` (r:1 w:0)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(229), added: 2704, mode: `MaxEncodedLen`)
    fn cancel() -> Weight {
        // Proof: measured 9673 bytes. At least 144_425 ns.
        Weight::from_parts(181_457_000, 26566)
            .saturating_add(T::DbWeight::get().reads(7_u64))
            .saturating_add(T::DbWeight::get().writes(9_u64))
    }
    // Storage: `Tasks::Tasks` (r:2 w:2)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1119), added: 3594, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1275), added: 3750, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:2 w:2)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:3 w:3)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Miners::Books` (r:8 w:8)
    // Proof: `Miners::Books` (`max_values`: None, `max_size`: Some(16418), added: 18893, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `MaxEncodedLen`)
    // Storage: `Tasks::RentIndex` (r:1 w:0)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3498), added: 5973, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Inputs` (r:0 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(229), added: 2704, mode: `MaxEncodedLen`)
    fn poke() -> Weight {
        // Proof: measured 60074 bytes. At least 284_483 ns.
        Weight::from_parts(451_446_000, 152637)
            .saturating_add(T::DbWeight::get().reads(21_u64))
            .saturating_add(T::DbWeight::get().writes(23_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1119), added: 3594, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3498), added: 5973, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Inputs` (r:1 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `Measured`)
    // Storage: `Models::Encodings` (r:1 w:0)
    // Proof: `Models::Encodings` (`max_values`: None, `max_size`: Some(2097188), added: 2099663, mode: `Measured`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:3 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1275), added: 3750, mode: `MaxEncodedLen`)
    // Storage: `Miners::Books` (r:8 w:8)
    // Proof: `Miners::Books` (`max_values`: None, `max_size`: Some(16418), added: 18893, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Outputs` (r:0 w:1)
    // Proof: `Tasks::Outputs` (`max_values`: None, `max_size`: Some(65556), added: 68031, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(229), added: 2704, mode: `MaxEncodedLen`)
    // `o` was measured from 4 to 65536.
    fn submit_right(o: u32) -> Weight {
        // Proof: measured 52578 bytes. At least 410_502 ns.
        Weight::from_parts(461_137_105, 152134)
            .saturating_add(Weight::from_parts(4_351, 0).saturating_mul(o.into()))
            .saturating_add(T::DbWeight::get().reads(20_u64))
            .saturating_add(T::DbWeight::get().writes(20_u64))
    }
    // Storage: `Tasks::Tasks` (r:2 w:2)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1119), added: 3594, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:2 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3498), added: 5973, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Inputs` (r:1 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `Measured`)
    // Storage: `Models::Encodings` (r:1 w:0)
    // Proof: `Models::Encodings` (`max_values`: None, `max_size`: Some(2097188), added: 2099663, mode: `Measured`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1275), added: 3750, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:2 w:2)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:3 w:3)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `MaxEncodedLen`)
    // Storage: `Tasks::RentIndex` (r:1 w:0)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(229), added: 2704, mode: `MaxEncodedLen`)
    fn submit_wrong() -> Weight {
        // Proof: measured 43915 bytes. At least 184_765 ns.
        Weight::from_parts(369_112_000, 65503)
            .saturating_add(T::DbWeight::get().reads(17_u64))
            .saturating_add(T::DbWeight::get().writes(15_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:0)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1119), added: 3594, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:0)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1275), added: 3750, mode: `MaxEncodedLen`)
    // `b` was measured from 4 to 3145728.
    fn authorize_submit(b: u32) -> Weight {
        // Proof: measured 1928 bytes. At least 72_287 ns.
        Weight::from_parts(158_916_071, 4740)
            .saturating_add(Weight::from_parts(1_543, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(3_u64))
    }
    // Storage: `Tasks::Tasks` (r:2 w:2)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1119), added: 3594, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1275), added: 3750, mode: `MaxEncodedLen`)
    // Storage: `Miners::Books` (r:8 w:8)
    // Proof: `Miners::Books` (`max_values`: None, `max_size`: Some(16418), added: 18893, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `MaxEncodedLen`)
    // Storage: `Tasks::RentIndex` (r:1 w:0)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:2 w:2)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:2 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3498), added: 5973, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Inputs` (r:0 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(229), added: 2704, mode: `MaxEncodedLen`)
    fn decline() -> Weight {
        // Proof: measured 59701 bytes. At least 198_266 ns.
        Weight::from_parts(396_554_000, 152637)
            .saturating_add(T::DbWeight::get().reads(20_u64))
            .saturating_add(T::DbWeight::get().writes(22_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:0)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1119), added: 3594, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:0)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1275), added: 3750, mode: `MaxEncodedLen`)
    fn authorize_decline() -> Weight {
        // Proof: measured 1928 bytes. At least 63_645 ns.
        Weight::from_parts(72_898_000, 4740).saturating_add(T::DbWeight::get().reads(3_u64))
    }
    // Storage: `Tasks::Leases` (r:1 w:0)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:0)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `MaxEncodedLen`)
    // Storage: `Tasks::QueueCursor` (r:1 w:1)
    // Proof: `Tasks::QueueCursor` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:0)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Tasks::RentIndex` (r:1 w:1)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    fn service_base() -> Weight {
        // Proof: measured 40960 bytes. At least 60_581 ns.
        Weight::from_parts(74_383_000, 34255)
            .saturating_add(T::DbWeight::get().reads(5_u64))
            .saturating_add(T::DbWeight::get().writes(2_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:0)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1119), added: 3594, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Leases` (r:1 w:0)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `Ignored`)
    // Storage: `Miners::Books` (r:1 w:0)
    // Proof: `Miners::Books` (`max_values`: None, `max_size`: Some(16418), added: 18893, mode: `MaxEncodedLen`)
    // Storage: `Tasks::RentIndex` (r:1 w:0)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    fn search_slot() -> Weight {
        // Proof: measured 50443 bytes. At least 52_328 ns.
        Weight::from_parts(63_792_000, 51433).saturating_add(T::DbWeight::get().reads(4_u64))
    }
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `Ignored`)
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1119), added: 3594, mode: `MaxEncodedLen`)
    // Storage: `Miners::Books` (r:8 w:8)
    // Proof: `Miners::Books` (`max_values`: None, `max_size`: Some(16418), added: 18893, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1275), added: 3750, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `Ignored`)
    // Storage: `Tasks::RentIndex` (r:1 w:0)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    fn give_lease() -> Weight {
        // Proof: measured 59655 bytes. At least 283_312 ns.
        Weight::from_parts(368_362_000, 152134)
            .saturating_add(T::DbWeight::get().reads(15_u64))
            .saturating_add(T::DbWeight::get().writes(14_u64))
    }
    // Storage: `Tasks::Tasks` (r:2 w:2)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1119), added: 3594, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `Ignored`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1275), added: 3750, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:2 w:2)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:3 w:3)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Miners::Books` (r:8 w:8)
    // Proof: `Miners::Books` (`max_values`: None, `max_size`: Some(16418), added: 18893, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `Ignored`)
    // Storage: `Tasks::RentIndex` (r:1 w:0)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3498), added: 5973, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Inputs` (r:0 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(229), added: 2704, mode: `MaxEncodedLen`)
    fn end_lease() -> Weight {
        // Proof: measured 60074 bytes. At least 272_626 ns.
        Weight::from_parts(425_527_000, 152637)
            .saturating_add(T::DbWeight::get().reads(21_u64))
            .saturating_add(T::DbWeight::get().writes(23_u64))
    }
    // Storage: `Tasks::Leases` (r:1 w:0)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `Ignored`)
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1119), added: 3594, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `Ignored`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3498), added: 5973, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Inputs` (r:0 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `MaxEncodedLen`)
    // Storage: `Tasks::RentIndex` (r:1 w:0)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(229), added: 2704, mode: `MaxEncodedLen`)
    fn refund_task() -> Weight {
        // Proof: measured 9673 bytes. At least 140_800 ns.
        Weight::from_parts(176_710_000, 27553)
            .saturating_add(T::DbWeight::get().reads(8_u64))
            .saturating_add(T::DbWeight::get().writes(9_u64))
    }
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:1 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Outputs` (r:0 w:1)
    // Proof: `Tasks::Outputs` (`max_values`: None, `max_size`: Some(65556), added: 68031, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Fates` (r:1 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(229), added: 2704, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Requested` (r:0 w:1)
    // Proof: `Tasks::Requested` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
    fn prune_output() -> Weight {
        // Proof: measured 106 bytes. At least 9_123 ns.
        Weight::from_parts(17_205_000, 6197)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(5_u64))
    }
}
