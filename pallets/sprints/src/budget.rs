//! What sprints may take of a block: as much as one win on the largest listed model. They pay no fee and go before paid
//! transactions, so however many win at once, the rest of the block is left to others.

use frame_support::{
    dispatch::DispatchClass, ensure, pallet_prelude::DispatchResult, traits::Get, weights::Weight,
};
use millrace_inference::{Cost, Profile};
use millrace_primitives::Verifier;

use crate::{BlockBudget, Config, Error, Pallet, WeightInfo};

/// Shares are in so many parts.
const PARTS: u128 = 1_000_000_000;

/// The part that `used` is of `limit`, rounded down.
fn part(used: u64, limit: u64) -> u32 {
    let parts = u128::from(used).saturating_mul(PARTS).checked_div(limit.into());
    u32::try_from(parts.unwrap_or(0)).unwrap_or(u32::MAX)
}

impl<T: Config> Pallet<T> {
    /// The part of a block that one win on such a batch takes, with the longest trace: of time, proof or length, whichever
    /// it takes most of. In parts of 10⁹, and never zero.
    pub(crate) fn share_of(profile: &Profile, samples: u32) -> u32 {
        let cost = profile.cost(samples);
        let length = profile.max_trace_bytes(samples);
        let weight = Self::win_weight(&cost, length);
        let limits = T::BlockWeights::get();
        let max = limits.get(DispatchClass::Normal).max_total.unwrap_or(limits.max_block);
        let max_length = *T::BlockLength::get().max.get(DispatchClass::Normal);
        part(weight.ref_time(), max.ref_time())
            .max(part(weight.proof_size().saturating_add(length), max.proof_size()))
            .max(part(length, max_length.into()))
            .max(1)
    }

    /// Weight of a sprint from its check in the pool to its credit.
    fn win_weight(cost: &Cost, length: u64) -> Weight {
        let authorized = T::WeightInfo::authorize_sprint(u32::try_from(length).unwrap_or(u32::MAX));
        T::Verifier::weight(cost)
            .saturating_add(Self::sprint_weight(cost.input_bytes))
            .saturating_add(authorized)
    }

    /// What sprints have used of this block. The pool validates in a block of its own, so it never sees what others used.
    fn used() -> u32 {
        let (block, used) = BlockBudget::<T>::get();
        if block == Self::now() {
            used
        } else {
            0
        }
    }

    /// Whether this block has room for a win that takes `share`. The first has it, whatever it takes: the list may have
    /// changed since its anchor.
    pub(crate) fn has_room(share: u32) -> bool {
        let used = Self::used();
        used == 0 || used.saturating_add(share) <= Self::largest_share()
    }

    /// Takes a win's share of this block.
    pub(crate) fn spend(share: u32) -> DispatchResult {
        ensure!(Self::has_room(share), Error::<T>::BudgetExhausted);
        BlockBudget::<T>::put((Self::now(), Self::used().saturating_add(share)));
        Ok(())
    }
}
