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
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1167), added: 3642, mode: `MaxEncodedLen`)
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
        // Proof: measured 26245 bytes. At least 461_157 ns.
        Weight::from_parts(568_232_229, 26063)
            .saturating_add(Weight::from_parts(2_746, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(17_u64))
            .saturating_add(T::DbWeight::get().writes(16_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1167), added: 3642, mode: `MaxEncodedLen`)
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
        // Proof: measured 26429 bytes. At least 241_599 ns.
        Weight::from_parts(328_569_000, 26063)
            .saturating_add(T::DbWeight::get().reads(8_u64))
            .saturating_add(T::DbWeight::get().writes(9_u64))
    }
    // Storage: `Tasks::Tasks` (r:2 w:2)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1167), added: 3642, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1907), added: 4382, mode: `MaxEncodedLen`)
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
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Miners::Book` (r:0 w:120)
    // Proof: `Miners::Book` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(249), added: 2724, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Inputs` (r:0 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `MaxEncodedLen`)
    fn poke() -> Weight {
        // Proof: measured 61514 bytes. At least 1_008_692 ns.
        Weight::from_parts(1_080_349_000, 34255)
            .saturating_add(T::DbWeight::get().reads(26_u64))
            .saturating_add(T::DbWeight::get().writes(143_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1167), added: 3642, mode: `MaxEncodedLen`)
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
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1907), added: 4382, mode: `MaxEncodedLen`)
    // Storage: `Miners::Classes` (r:8 w:8)
    // Proof: `Miners::Classes` (`max_values`: None, `max_size`: Some(160), added: 2635, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Miners::Book` (r:0 w:8)
    // Proof: `Miners::Book` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Outputs` (r:0 w:1)
    // Proof: `Tasks::Outputs` (`max_values`: None, `max_size`: Some(65556), added: 68031, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(249), added: 2724, mode: `MaxEncodedLen`)
    // `o` was measured from 4 to 65536.
    fn submit_right(o: u32) -> Weight {
        // Proof: measured 36722 bytes. At least 404_082 ns.
        Weight::from_parts(447_055_860, 40182)
            .saturating_add(Weight::from_parts(4_189, 0).saturating_mul(o.into()))
            .saturating_add(T::DbWeight::get().reads(23_u64))
            .saturating_add(T::DbWeight::get().writes(28_u64))
    }
    // Storage: `Tasks::Tasks` (r:2 w:2)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1167), added: 3642, mode: `MaxEncodedLen`)
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
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1907), added: 4382, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:2 w:2)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:4 w:3)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Models::Lists` (r:1 w:0)
    // Proof: `Models::Lists` (`max_values`: Some(1), `max_size`: Some(1045), added: 1540, mode: `MaxEncodedLen`)
    // Storage: `Tasks::RentIndex` (r:1 w:0)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `MaxEncodedLen`)
    // Storage: `Parameters::Parameters` (r:3 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(249), added: 2724, mode: `MaxEncodedLen`)
    fn submit_wrong() -> Weight {
        // Proof: measured 61328 bytes. At least 453_716 ns.
        Weight::from_parts(527_676_000, 64793)
            .saturating_add(T::DbWeight::get().reads(22_u64))
            .saturating_add(T::DbWeight::get().writes(15_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:0)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1167), added: 3642, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:0)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1907), added: 4382, mode: `MaxEncodedLen`)
    // `b` was measured from 4 to 3145728.
    fn authorize_submit(b: u32) -> Weight {
        // Proof: measured 2145 bytes. At least 85_828 ns.
        Weight::from_parts(114_997_896, 5372)
            .saturating_add(Weight::from_parts(1_527, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(3_u64))
    }
    // Storage: `Tasks::Tasks` (r:2 w:2)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1167), added: 3642, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `MaxEncodedLen`)
    // Storage: `Rewards::EmissionPerMegaMac` (r:1 w:0)
    // Proof: `Rewards::EmissionPerMegaMac` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1907), added: 4382, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:3 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:2 w:2)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    // Storage: `Parameters::Parameters` (r:6 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `Models::Lists` (r:1 w:0)
    // Proof: `Models::Lists` (`max_values`: Some(1), `max_size`: Some(1045), added: 1540, mode: `MaxEncodedLen`)
    // Storage: `Miners::Classes` (r:8 w:8)
    // Proof: `Miners::Classes` (`max_values`: None, `max_size`: Some(160), added: 2635, mode: `MaxEncodedLen`)
    // Storage: `Tasks::RentIndex` (r:1 w:0)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Miners::Book` (r:0 w:120)
    // Proof: `Miners::Book` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(249), added: 2724, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Inputs` (r:0 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `MaxEncodedLen`)
    fn decline() -> Weight {
        // Proof: measured 61411 bytes. At least 905_619 ns.
        Weight::from_parts(977_446_000, 34255)
            .saturating_add(T::DbWeight::get().reads(29_u64))
            .saturating_add(T::DbWeight::get().writes(142_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:0)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1167), added: 3642, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:0)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1907), added: 4382, mode: `MaxEncodedLen`)
    fn authorize_decline() -> Weight {
        // Proof: measured 2145 bytes. At least 79_889 ns.
        Weight::from_parts(103_074_000, 5372).saturating_add(T::DbWeight::get().reads(3_u64))
    }
    // Storage: `Tasks::Leases` (r:1 w:0)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:0)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `MaxEncodedLen`)
    // Storage: `Tasks::QueueCursor` (r:1 w:1)
    // Proof: `Tasks::QueueCursor` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:0)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::RentIndex` (r:1 w:1)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Parameters::Parameters` (r:2 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    fn service_base() -> Weight {
        // Proof: measured 57330 bytes. At least 42_444 ns.
        Weight::from_parts(44_226_000, 34255)
            .saturating_add(T::DbWeight::get().reads(7_u64))
            .saturating_add(T::DbWeight::get().writes(2_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:0)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1167), added: 3642, mode: `MaxEncodedLen`)
    // Storage: `Tasks::RentIndex` (r:1 w:0)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Parameters::Parameters` (r:5 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `Miners::Classes` (r:16 w:16)
    // Proof: `Miners::Classes` (`max_values`: None, `max_size`: Some(160), added: 2635, mode: `MaxEncodedLen`)
    // Storage: `Miners::Book` (r:280 w:512)
    // Proof: `Miners::Book` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `Ignored`)
    // Storage: `Miners::Miners` (r:2 w:2)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1907), added: 4382, mode: `MaxEncodedLen`)
    // Storage: `Miners::Round` (r:1 w:0)
    // Proof: `Miners::Round` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Models::Lists` (r:1 w:0)
    // Proof: `Models::Lists` (`max_values`: Some(1), `max_size`: Some(1045), added: 1540, mode: `MaxEncodedLen`)
    // Storage: `Miners::Offered` (r:16 w:16)
    // Proof: `Miners::Offered` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // `l` was measured from 0 to 256.
    // `a` was measured from 0 to 2.
    fn search_slot(l: u32, a: u32) -> Weight {
        // Proof: measured 351 + a × 2588 + l × 8 bytes. At least 1_439_564 ns.
        Weight::from_parts(1_469_178_000, 41166)
            .saturating_add(Weight::from_parts(1_749_256, 0).saturating_mul(l.into()))
            .saturating_add(Weight::from_parts(917_041_701, 0).saturating_mul(a.into()))
            .saturating_add(T::DbWeight::get().reads(8_u64))
            .saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(l.into())))
            .saturating_add(T::DbWeight::get().reads((33_u64).saturating_mul(a.into())))
            .saturating_add(T::DbWeight::get().writes((272_u64).saturating_mul(a.into())))
            .saturating_add(Weight::from_parts(0, 19558).saturating_mul(a.into()))
            .saturating_add(Weight::from_parts(0, 34).saturating_mul(l.into()))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1167), added: 3642, mode: `MaxEncodedLen`)
    // Storage: `Tasks::RentIndex` (r:1 w:0)
    // Proof: `Tasks::RentIndex` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
    // Storage: `Parameters::Parameters` (r:4 w:0)
    // Proof: `Parameters::Parameters` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
    // Storage: `Miners::Classes` (r:8 w:8)
    // Proof: `Miners::Classes` (`max_values`: None, `max_size`: Some(160), added: 2635, mode: `MaxEncodedLen`)
    // Storage: `Miners::Book` (r:16 w:8)
    // Proof: `Miners::Book` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1907), added: 4382, mode: `MaxEncodedLen`)
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
        // Proof: measured 62705 bytes. At least 459_825 ns.
        Weight::from_parts(544_090_000, 63695)
            .saturating_add(T::DbWeight::get().reads(37_u64))
            .saturating_add(T::DbWeight::get().writes(22_u64))
    }
    // Storage: `Tasks::Tasks` (r:2 w:2)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1167), added: 3642, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `Ignored`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1907), added: 4382, mode: `MaxEncodedLen`)
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
    // Storage: `Miners::Book` (r:0 w:120)
    // Proof: `Miners::Book` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(249), added: 2724, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Inputs` (r:0 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `MaxEncodedLen`)
    fn end_lease() -> Weight {
        // Proof: measured 61514 bytes. At least 939_880 ns.
        Weight::from_parts(1_020_339_000, 62504)
            .saturating_add(T::DbWeight::get().reads(26_u64))
            .saturating_add(T::DbWeight::get().writes(143_u64))
    }
    // Storage: `Tasks::Leases` (r:1 w:0)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `Ignored`)
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1167), added: 3642, mode: `MaxEncodedLen`)
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
        // Proof: measured 26429 bytes. At least 249_621 ns.
        Weight::from_parts(326_546_000, 27419)
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
        // Proof: measured 366 bytes. At least 27_681 ns.
        Weight::from_parts(38_297_000, 3714)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(5_u64))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1167), added: 3642, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Leases` (r:1 w:1)
    // Proof: `Tasks::Leases` (`max_values`: Some(1), `max_size`: Some(32770), added: 33265, mode: `MaxEncodedLen`)
    // Storage: `Miners::Miners` (r:1 w:1)
    // Proof: `Miners::Miners` (`max_values`: None, `max_size`: Some(1907), added: 4382, mode: `MaxEncodedLen`)
    // Storage: `Models::Lists` (r:1 w:0)
    // Proof: `Models::Lists` (`max_values`: Some(1), `max_size`: Some(1045), added: 1540, mode: `MaxEncodedLen`)
    // Storage: `Miners::Classes` (r:8 w:8)
    // Proof: `Miners::Classes` (`max_values`: None, `max_size`: Some(160), added: 2635, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Queue` (r:1 w:1)
    // Proof: `Tasks::Queue` (`max_values`: Some(1), `max_size`: Some(24578), added: 25073, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(193), added: 2668, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:2 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Models::Models` (r:1 w:1)
    // Proof: `Models::Models` (`max_values`: None, `max_size`: Some(3494), added: 5969, mode: `MaxEncodedLen`)
    // Storage: `Tasks::PrunableBounds` (r:1 w:1)
    // Proof: `Tasks::PrunableBounds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Miners::Book` (r:0 w:8)
    // Proof: `Miners::Book` (`max_values`: None, `max_size`: Some(97), added: 2572, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Prunable` (r:0 w:1)
    // Proof: `Tasks::Prunable` (`max_values`: None, `max_size`: Some(24), added: 2499, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Fates` (r:0 w:1)
    // Proof: `Tasks::Fates` (`max_values`: None, `max_size`: Some(249), added: 2724, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Inputs` (r:0 w:1)
    // Proof: `Tasks::Inputs` (`max_values`: None, `max_size`: Some(524308), added: 526783, mode: `MaxEncodedLen`)
    fn force_refund() -> Weight {
        // Proof: measured 60881 bytes. At least 372_124 ns.
        Weight::from_parts(421_748_000, 34255)
            .saturating_add(T::DbWeight::get().reads(18_u64))
            .saturating_add(T::DbWeight::get().writes(27_u64))
    }
}
