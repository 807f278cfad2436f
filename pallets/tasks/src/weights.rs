//! Weights of this pallet, not yet measured.

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
    fn post(b: u32) -> Weight {
        Weight::from_parts(100_000_000, 20_000)
            .saturating_add(Weight::from_parts(5000, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn cancel() -> Weight {
        Weight::from_parts(100_000_000, 20_000).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn poke() -> Weight {
        Weight::from_parts(100_000_000, 20_000).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn submit_right(o: u32) -> Weight {
        Weight::from_parts(100_000_000, 20_000)
            .saturating_add(Weight::from_parts(10000, 0).saturating_mul(o.into()))
            .saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn submit_wrong() -> Weight {
        Weight::from_parts(100_000_000, 20_000).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn authorize_submit(b: u32) -> Weight {
        Weight::from_parts(100_000_000, 20_000)
            .saturating_add(Weight::from_parts(5000, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn service_base() -> Weight {
        Weight::from_parts(100_000_000, 20_000).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn search_slot() -> Weight {
        Weight::from_parts(100_000_000, 20_000).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn give_lease() -> Weight {
        Weight::from_parts(100_000_000, 20_000).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn end_lease() -> Weight {
        Weight::from_parts(100_000_000, 20_000).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn refund_task() -> Weight {
        Weight::from_parts(100_000_000, 20_000).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
    fn prune_output() -> Weight {
        Weight::from_parts(100_000_000, 20_000).saturating_add(T::DbWeight::get().reads_writes(10, 10))
    }
}
