//! Weights of `pallet_tasks`, measured by `scripts/benchmark.sh`. Generated; don't edit.
//!
//! 2026-11-30, AMD EPYC, 20 steps, 10 repetitions, wasm: Compiled.

#![allow(unused_imports, unused_parens, clippy::unnecessary_cast, reason = "generated")]

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
    fn search_slot(l: u32, a: u32) -> Weight;
    /// Of `give_lease`.
    fn give_lease() -> Weight;
    /// Of `end_lease`.
    fn end_lease() -> Weight;
    /// Of `refund_task`.
    fn refund_task() -> Weight;
    /// Of `prune_output`.
    fn prune_output() -> Weight;
    /// Of `force_refund`.
    fn force_refund() -> Weight;
}

/// Weights with the runtime's database costs.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    // Storage: `Models::Models` (r:2 w:2)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `MaxEncodedLen`)
    // Storage: `Parameters::Parameters` (r:4 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `Miners::Offered` (r:1 w:0)
    // Proof: `Miners::Offered` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `Tasks::RentIndex` (r:1 w:0)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:3 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:2 w:2)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    // Storage: `Tasks::NextTask` (r:1 w:1)
    // Proof: `Tasks::NextTask` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Tasks` (r:1 w:2)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1191), added: 3666, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(249), added: 2724, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Requested` (r:0 w:1)
    // Proof: `Tasks::Requested` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Inputs` (r:0 w:2)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `MaxEncodedLen`)
    // `b` was measured from 64 to 524288.
    fn post(b: u32) -> Weight {
        // Proof: measured 26245 bytes. At least 590_710 ns.
        Weight::from_parts(776_672_004, 26063)
            .saturating_add(Weight::from_parts(3_758, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(17_u64))
            .saturating_add(T::DbWeight::get().writes(16_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1191), added: 3666, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `MaxEncodedLen`)
    // Storage: `Tasks::RentIndex` (r:1 w:0)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:2 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(249), added: 2724, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Inputs` (r:0 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `MaxEncodedLen`)
    fn cancel() -> Weight {
        // Proof: measured 26429 bytes. At least 322_430 ns.
        Weight::from_parts(477_300_000, 26063)
            .saturating_add(T::DbWeight::get().reads(8_u64))
            .saturating_add(T::DbWeight::get().writes(9_u64))
    }
    // Storage: `Tasks::Tasks` (r:2 w:2)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1191), added: 3666, mode: `Measured`)
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `Measured`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1587), added: 4062, mode: `Measured`)
    // Storage: `Balances::Holds` (r:2 w:2)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `Measured`)
    // Storage: `System::Account` (r:4 w:3)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `Measured`)
    // Storage: `Models::Lists` (r:1 w:0)
    // Proof: `Models::Lists` (`max_values`: Some(1), `max_size`: Some(1045), added: 1540, mode: `Measured`)
    // Storage: `Miners::Classes` (r:8 w:8)
    // Proof: `Miners::Classes` (`max_values`: None, `max_size`: Some(160), added: 2635, mode: `Measured`)
    // Storage: `Tasks::RentIndex` (r:1 w:0)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `Measured`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `Measured`)
    // Storage: `Parameters::Parameters` (r:3 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `Measured`)
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `Measured`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `Measured`)
    // Storage: `Miners::Book` (r:0 w:128)
    // Proof: `Miners::Book` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `Measured`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `Measured`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(249), added: 2724, mode: `Measured`)
    // Storage: `Tasks::Inputs` (r:0 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `Measured`)
    fn poke() -> Weight {
        // Proof: measured 61518 bytes. At least 1_301_065 ns.
        Weight::from_parts(1_916_873_000, 82308)
            .saturating_add(T::DbWeight::get().reads(26_u64))
            .saturating_add(T::DbWeight::get().writes(151_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1191), added: 3666, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Inputs` (r:1 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `Measured`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Models::Encodings` (r:1 w:0)
    // Proof: `Models::Encodings` (`max_values`: None, `max_size`: Some(2097188), added: 2099663, mode: `Measured`)
    // Storage: `Parameters::Parameters` (r:1 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:3 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `MaxEncodedLen`)
    // Storage: `Models::Lists` (r:1 w:0)
    // Proof: `Models::Lists` (`max_values`: Some(1), `max_size`: Some(1045), added: 1540, mode: `MaxEncodedLen`)
    // Storage: `Rewards::EmissionPerMegaMac` (r:1 w:0)
    // Proof: `Rewards::EmissionPerMegaMac` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1587), added: 4062, mode: `MaxEncodedLen`)
    // Storage: `Miners::Classes` (r:8 w:8)
    // Proof: `Miners::Classes` (`max_values`: None, `max_size`: Some(160), added: 2635, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Miners::Book` (r:0 w:16)
    // Proof: `Miners::Book` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Outputs` (r:0 w:1)
    // Proof: `Tasks::Outputs` (`max_values`: None, `max_size`: Some(65556), added: 68031, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(249), added: 2724, mode: `MaxEncodedLen`)
    // `o` was measured from 4 to 65536.
    fn submit_right(o: u32) -> Weight {
        // Proof: measured 36726 bytes. At least 550_125 ns.
        Weight::from_parts(718_482_635, 40186)
            .saturating_add(Weight::from_parts(2_534, 0).saturating_mul(o.into()))
            .saturating_add(T::DbWeight::get().reads(23_u64))
            .saturating_add(T::DbWeight::get().writes(36_u64))
    }
    // Storage: `Tasks::Tasks` (r:2 w:2)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1191), added: 3666, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:2 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Inputs` (r:1 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `Measured`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Models::Encodings` (r:1 w:0)
    // Proof: `Models::Encodings` (`max_values`: None, `max_size`: Some(2097188), added: 2099663, mode: `Measured`)
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1587), added: 4062, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:2 w:2)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:4 w:3)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Models::Lists` (r:1 w:0)
    // Proof: `Models::Lists` (`max_values`: Some(1), `max_size`: Some(1045), added: 1540, mode: `MaxEncodedLen`)
    // Storage: `Miners::Classes` (r:8 w:8)
    // Proof: `Miners::Classes` (`max_values`: None, `max_size`: Some(160), added: 2635, mode: `MaxEncodedLen`)
    // Storage: `Tasks::RentIndex` (r:1 w:0)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `MaxEncodedLen`)
    // Storage: `Parameters::Parameters` (r:3 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Miners::Book` (r:0 w:8)
    // Proof: `Miners::Book` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(249), added: 2724, mode: `MaxEncodedLen`)
    fn submit_wrong() -> Weight {
        // Proof: measured 61974 bytes. At least 633_771 ns.
        Weight::from_parts(733_426_000, 65439)
            .saturating_add(T::DbWeight::get().reads(30_u64))
            .saturating_add(T::DbWeight::get().writes(31_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:0)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1191), added: 3666, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:0)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1587), added: 4062, mode: `MaxEncodedLen`)
    // `b` was measured from 4 to 3145728.
    fn authorize_submit(b: u32) -> Weight {
        // Proof: measured 2149 bytes. At least 110_556 ns.
        Weight::from_parts(134_660_825, 5052)
            .saturating_add(Weight::from_parts(1_801, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(3_u64))
    }
    // Storage: `Tasks::Tasks` (r:2 w:2)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1191), added: 3666, mode: `Measured`)
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `Measured`)
    // Storage: `Rewards::EmissionPerMegaMac` (r:1 w:0)
    // Proof: `Rewards::EmissionPerMegaMac` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `Measured`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1587), added: 4062, mode: `Measured`)
    // Storage: `System::Account` (r:3 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `Measured`)
    // Storage: `Balances::Holds` (r:2 w:2)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `Measured`)
    // Storage: `Parameters::Parameters` (r:6 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `Measured`)
    // Storage: `Models::Lists` (r:1 w:0)
    // Proof: `Models::Lists` (`max_values`: Some(1), `max_size`: Some(1045), added: 1540, mode: `Measured`)
    // Storage: `Miners::Classes` (r:8 w:8)
    // Proof: `Miners::Classes` (`max_values`: None, `max_size`: Some(160), added: 2635, mode: `Measured`)
    // Storage: `Tasks::RentIndex` (r:1 w:0)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `Measured`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `Measured`)
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `Measured`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `Measured`)
    // Storage: `Miners::Book` (r:0 w:128)
    // Proof: `Miners::Book` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `Measured`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `Measured`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(249), added: 2724, mode: `Measured`)
    // Storage: `Tasks::Inputs` (r:0 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `Measured`)
    fn decline() -> Weight {
        // Proof: measured 61415 bytes. At least 1_109_467 ns.
        Weight::from_parts(1_185_459_000, 82205)
            .saturating_add(T::DbWeight::get().reads(29_u64))
            .saturating_add(T::DbWeight::get().writes(150_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:0)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1191), added: 3666, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:0)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1587), added: 4062, mode: `MaxEncodedLen`)
    fn authorize_decline() -> Weight {
        // Proof: measured 2149 bytes. At least 94_125 ns.
        Weight::from_parts(110_135_000, 5052).saturating_add(T::DbWeight::get().reads(3_u64))
    }
    // Storage: `Tasks::Leases` (r:1 w:0)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `Measured`)
    // Storage: `Tasks::Queue` (r:1 w:0)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `Measured`)
    // Storage: `Tasks::QueueCursor` (r:1 w:1)
    // Proof: `Tasks::QueueCursor` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `Measured`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:0)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `Measured`)
    // Storage: `Tasks::RentIndex` (r:1 w:1)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `Measured`)
    // Storage: `Parameters::Parameters` (r:2 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `Measured`)
    fn service_base() -> Weight {
        // Proof: measured 57330 bytes. At least 46_016 ns.
        Weight::from_parts(49_513_000, 63270)
            .saturating_add(T::DbWeight::get().reads(7_u64))
            .saturating_add(T::DbWeight::get().writes(2_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:0)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1191), added: 3666, mode: `MaxEncodedLen`)
    // Storage: `Tasks::RentIndex` (r:1 w:0)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Parameters::Parameters` (r:5 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `Rewards::EmissionPerMegaMac` (r:1 w:0)
    // Proof: `Rewards::EmissionPerMegaMac` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Miners::Classes` (r:16 w:16)
    // Proof: `Miners::Classes` (`max_values`: None, `max_size`: Some(160), added: 2635, mode: `MaxEncodedLen`)
    // Storage: `Miners::Book` (r:280 w:512)
    // Proof: `Miners::Book` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `Ignored`)
    // Storage: `Miners::Miners` (r:2 w:2)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1587), added: 4062, mode: `MaxEncodedLen`)
    // Storage: `Miners::Round` (r:1 w:0)
    // Proof: `Miners::Round` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Models::Lists` (r:1 w:0)
    // Proof: `Models::Lists` (`max_values`: Some(1), `max_size`: Some(1045), added: 1540, mode: `MaxEncodedLen`)
    // Storage: `Miners::Offered` (r:16 w:16)
    // Proof: `Miners::Offered` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // `l` was measured from 0 to 256.
    // `a` was measured from 0 to 2.
    fn search_slot(l: u32, a: u32) -> Weight {
        // Proof: measured 351 + a × 2588 + l × 8 bytes. At least 1_689_569 ns.
        Weight::from_parts(1_731_197_000, 41166)
            .saturating_add(Weight::from_parts(2_184_669, 0).saturating_mul(l.into()))
            .saturating_add(Weight::from_parts(1_026_591_116, 0).saturating_mul(a.into()))
            .saturating_add(T::DbWeight::get().reads(8_u64))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(l.into())))
            .saturating_add(T::DbWeight::get().reads((33_u64).saturating_mul(a.into())))
            .saturating_add(T::DbWeight::get().writes((272_u64).saturating_mul(a.into())))
            .saturating_add(Weight::from_parts(0, 19535).saturating_mul(a.into()))
            .saturating_add(Weight::from_parts(0, 35).saturating_mul(l.into()))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1191), added: 3666, mode: `MaxEncodedLen`)
    // Storage: `Tasks::RentIndex` (r:1 w:0)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Parameters::Parameters` (r:4 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `Rewards::EmissionPerMegaMac` (r:1 w:0)
    // Proof: `Rewards::EmissionPerMegaMac` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Miners::Classes` (r:8 w:8)
    // Proof: `Miners::Classes` (`max_values`: None, `max_size`: Some(160), added: 2635, mode: `MaxEncodedLen`)
    // Storage: `Miners::Book` (r:16 w:16)
    // Proof: `Miners::Book` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1587), added: 4062, mode: `MaxEncodedLen`)
    // Storage: `Miners::Round` (r:1 w:0)
    // Proof: `Miners::Round` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Models::Lists` (r:1 w:0)
    // Proof: `Models::Lists` (`max_values`: Some(1), `max_size`: Some(1045), added: 1540, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `Ignored`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `Ignored`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    fn give_lease() -> Weight {
        // Proof: measured 62705 bytes. At least 607_873 ns.
        Weight::from_parts(667_313_000, 63695)
            .saturating_add(T::DbWeight::get().reads(38_u64))
            .saturating_add(T::DbWeight::get().writes(30_u64))
    }
    // Storage: `Tasks::Tasks` (r:2 w:2)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1191), added: 3666, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `Ignored`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1587), added: 4062, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:2 w:2)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:4 w:3)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Models::Lists` (r:1 w:0)
    // Proof: `Models::Lists` (`max_values`: Some(1), `max_size`: Some(1045), added: 1540, mode: `MaxEncodedLen`)
    // Storage: `Miners::Classes` (r:8 w:8)
    // Proof: `Miners::Classes` (`max_values`: None, `max_size`: Some(160), added: 2635, mode: `MaxEncodedLen`)
    // Storage: `Tasks::RentIndex` (r:1 w:0)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `Ignored`)
    // Storage: `Parameters::Parameters` (r:3 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Miners::Book` (r:0 w:128)
    // Proof: `Miners::Book` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(249), added: 2724, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Inputs` (r:0 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `MaxEncodedLen`)
    fn end_lease() -> Weight {
        // Proof: measured 61518 bytes. At least 1_166_915 ns.
        Weight::from_parts(1_237_215_000, 62508)
            .saturating_add(T::DbWeight::get().reads(26_u64))
            .saturating_add(T::DbWeight::get().writes(151_u64))
    }
    // Storage: `Tasks::Leases` (r:1 w:0)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `Ignored`)
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1191), added: 3666, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `Ignored`)
    // Storage: `Tasks::RentIndex` (r:1 w:0)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:2 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(249), added: 2724, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Inputs` (r:0 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `MaxEncodedLen`)
    fn refund_task() -> Weight {
        // Proof: measured 26429 bytes. At least 280_272 ns.
        Weight::from_parts(342_047_000, 27419)
            .saturating_add(T::DbWeight::get().reads(9_u64))
            .saturating_add(T::DbWeight::get().writes(9_u64))
    }
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:1 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Fates` (r:1 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(249), added: 2724, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Outputs` (r:0 w:1)
    // Proof: `Tasks::Outputs` (`max_values`: None, `max_size`: Some(65556), added: 68031, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Requested` (r:0 w:1)
    // Proof: `Tasks::Requested` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
    fn prune_output() -> Weight {
        // Proof: measured 366 bytes. At least 32_180 ns.
        Weight::from_parts(38_872_000, 3714)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(5_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1191), added: 3666, mode: `Measured`)
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `Measured`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1587), added: 4062, mode: `Measured`)
    // Storage: `Models::Lists` (r:1 w:0)
    // Proof: `Models::Lists` (`max_values`: Some(1), `max_size`: Some(1045), added: 1540, mode: `Measured`)
    // Storage: `Miners::Classes` (r:8 w:8)
    // Proof: `Miners::Classes` (`max_values`: None, `max_size`: Some(160), added: 2635, mode: `Measured`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `Measured`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `Measured`)
    // Storage: `System::Account` (r:2 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `Measured`)
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `Measured`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `Measured`)
    // Storage: `Miners::Book` (r:0 w:16)
    // Proof: `Miners::Book` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `Measured`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `Measured`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(249), added: 2724, mode: `Measured`)
    // Storage: `Tasks::Inputs` (r:0 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `Measured`)
    fn force_refund() -> Weight {
        // Proof: measured 60885 bytes. At least 487_488 ns.
        Weight::from_parts(800_762_000, 81675)
            .saturating_add(T::DbWeight::get().reads(18_u64))
            .saturating_add(T::DbWeight::get().writes(35_u64))
    }
}
