//! Weights of `pallet_tasks`, measured by `scripts/benchmark.sh`. Generated; don't edit.
//!
//! 2026-11-26, AMD EPYC, 20 steps, 10 repetitions, wasm: Compiled.

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
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3446), added: 5921, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    // Storage: `Tasks::NextTask` (r:1 w:1)
    // Proof: `Tasks::NextTask` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(8194), added: 8689, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Inputs` (r:0 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Tasks` (r:0 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(542), added: 3017, mode: `MaxEncodedLen`)
    // `b` was measured from 64 to 524288.
    fn post(b: u32) -> Weight {
        // Proof: measured 8522 bytes. At least 117_245 ns.
        Weight::from_parts(131_841_398, 9679)
            .saturating_add(Weight::from_parts(2_533, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(5_u64))
            .saturating_add(T::DbWeight::get().writes(7_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(542), added: 3017, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(8194), added: 8689, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3446), added: 5921, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Inputs` (r:0 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `MaxEncodedLen`)
    fn cancel() -> Weight {
        // Proof: measured 9140 bytes. At least 102_763 ns.
        Weight::from_parts(109_082_000, 9679)
            .saturating_add(T::DbWeight::get().reads(5_u64))
            .saturating_add(T::DbWeight::get().writes(6_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(542), added: 3017, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1146), added: 3621, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:2 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Miners::Books` (r:8 w:8)
    // Proof: `Miners::Books` (`max_values`: None, `max_size`: Some(16418), added: 18893, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(8194), added: 8689, mode: `MaxEncodedLen`)
    fn poke() -> Weight {
        // Proof: measured 59568 bytes. At least 198_927 ns.
        Weight::from_parts(216_032_000, 152134)
            .saturating_add(T::DbWeight::get().reads(15_u64))
            .saturating_add(T::DbWeight::get().writes(15_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(542), added: 3017, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3446), added: 5921, mode: `MaxEncodedLen`)
    // Storage: `Models::Encodings` (r:1 w:0)
    // Proof: `Models::Encodings` (`max_values`: None, `max_size`: Some(2097188), added: 2099663, mode: `Measured`)
    // Storage: `Tasks::Inputs` (r:1 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `Measured`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:3 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1146), added: 3621, mode: `MaxEncodedLen`)
    // Storage: `Miners::Books` (r:8 w:8)
    // Proof: `Miners::Books` (`max_values`: None, `max_size`: Some(16418), added: 18893, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Outputs` (r:0 w:1)
    // Proof: `Tasks::Outputs` (`max_values`: None, `max_size`: Some(65556), added: 68031, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // `o` was measured from 4 to 65536.
    fn submit_right(o: u32) -> Weight {
        // Proof: measured 52020 bytes. At least 257_514 ns.
        Weight::from_parts(260_992_842, 152134)
            .saturating_add(Weight::from_parts(2_624, 0).saturating_mul(o.into()))
            .saturating_add(T::DbWeight::get().reads(20_u64))
            .saturating_add(T::DbWeight::get().writes(19_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(542), added: 3017, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:1 w:0)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3446), added: 5921, mode: `MaxEncodedLen`)
    // Storage: `Models::Encodings` (r:1 w:0)
    // Proof: `Models::Encodings` (`max_values`: None, `max_size`: Some(2097188), added: 2099663, mode: `Measured`)
    // Storage: `Tasks::Inputs` (r:1 w:0)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `Measured`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1146), added: 3621, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:2 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(8194), added: 8689, mode: `MaxEncodedLen`)
    fn submit_wrong() -> Weight {
        // Proof: measured 43357 bytes. At least 120_850 ns.
        Weight::from_parts(128_031_000, 46822)
            .saturating_add(T::DbWeight::get().reads(11_u64))
            .saturating_add(T::DbWeight::get().writes(7_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:0)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(542), added: 3017, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:0)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1146), added: 3621, mode: `MaxEncodedLen`)
    // `b` was measured from 4 to 3145728.
    fn authorize_submit(b: u32) -> Weight {
        // Proof: measured 1422 bytes. At least 49_143 ns.
        Weight::from_parts(30_938_640, 4611)
            .saturating_add(Weight::from_parts(1_653, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(3_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(542), added: 3017, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1146), added: 3621, mode: `MaxEncodedLen`)
    // Storage: `Miners::Books` (r:8 w:8)
    // Proof: `Miners::Books` (`max_values`: None, `max_size`: Some(16418), added: 18893, mode: `MaxEncodedLen`)
    // Storage: `Miners::Places` (r:1 w:1)
    // Proof: `Miners::Places` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(8194), added: 8689, mode: `MaxEncodedLen`)
    fn decline() -> Weight {
        // Proof: measured 59423 bytes. At least 126_489 ns.
        Weight::from_parts(137_435_000, 152134)
            .saturating_add(T::DbWeight::get().reads(13_u64))
            .saturating_add(T::DbWeight::get().writes(13_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:0)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(542), added: 3017, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:0)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1146), added: 3621, mode: `MaxEncodedLen`)
    fn authorize_decline() -> Weight {
        // Proof: measured 1422 bytes. At least 47_732 ns.
        Weight::from_parts(51_486_000, 4611).saturating_add(T::DbWeight::get().reads(3_u64))
    }
    // Storage: `Tasks::Leases` (r:1 w:0)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:0)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(8194), added: 8689, mode: `MaxEncodedLen`)
    // Storage: `Tasks::QueueCursor` (r:1 w:1)
    // Proof: `Tasks::QueueCursor` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:0)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    fn service_base() -> Weight {
        // Proof: measured 40960 bytes. At least 13_179 ns.
        Weight::from_parts(13_871_000, 34255)
            .saturating_add(T::DbWeight::get().reads(4_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:0)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(542), added: 3017, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Leases` (r:1 w:0)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `Ignored`)
    // Storage: `Miners::Books` (r:1 w:0)
    // Proof: `Miners::Books` (`max_values`: None, `max_size`: Some(16418), added: 18893, mode: `MaxEncodedLen`)
    fn search_slot() -> Weight {
        // Proof: measured 49962 bytes. At least 31_657 ns.
        Weight::from_parts(34_391_000, 50952).saturating_add(T::DbWeight::get().reads(3_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(542), added: 3017, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `Ignored`)
    // Storage: `Miners::Books` (r:8 w:8)
    // Proof: `Miners::Books` (`max_values`: None, `max_size`: Some(16418), added: 18893, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1146), added: 3621, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(8194), added: 8689, mode: `Ignored`)
    fn give_lease() -> Weight {
        // Proof: measured 59173 bytes. At least 140_780 ns.
        Weight::from_parts(152_427_000, 152134)
            .saturating_add(T::DbWeight::get().reads(12_u64))
            .saturating_add(T::DbWeight::get().writes(12_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(542), added: 3017, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `Ignored`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1146), added: 3621, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:2 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Miners::Books` (r:8 w:8)
    // Proof: `Miners::Books` (`max_values`: None, `max_size`: Some(16418), added: 18893, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(8194), added: 8689, mode: `Ignored`)
    fn end_lease() -> Weight {
        // Proof: measured 59568 bytes. At least 182_732 ns.
        Weight::from_parts(194_110_000, 152134)
            .saturating_add(T::DbWeight::get().reads(15_u64))
            .saturating_add(T::DbWeight::get().writes(15_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(542), added: 3017, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(8194), added: 8689, mode: `Ignored`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(157), added: 2632, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3446), added: 5921, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Inputs` (r:0 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `MaxEncodedLen`)
    fn refund_task() -> Weight {
        // Proof: measured 9140 bytes. At least 96_174 ns.
        Weight::from_parts(101_021_000, 10130)
            .saturating_add(T::DbWeight::get().reads(5_u64))
            .saturating_add(T::DbWeight::get().writes(6_u64))
    }
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:1 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(28), added: 2503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Outputs` (r:0 w:1)
    // Proof: `Tasks::Outputs` (`max_values`: None, `max_size`: Some(65556), added: 68031, mode: `MaxEncodedLen`)
    fn prune_output() -> Weight {
        // Proof: measured 106 bytes. At least 6_350 ns.
        Weight::from_parts(6_940_000, 3493)
            .saturating_add(T::DbWeight::get().reads(2_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
}
