//! What miners are asked for: their slots, their bonds, their keys, and what they have on sale.

use crate::{mill::MillKey, Balance, ModelId, SlotIndex};

/// A free slot on sale, with the terms that a lease will fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotOffer<AccountId> {
    /// The bonded account.
    pub miner: AccountId,
    /// Which of its slots.
    pub slot: SlotIndex,
    /// Planck per mega-MAC.
    pub ask: Balance,
    /// MAC per block that the slot promises.
    pub rate: u64,
    /// What failing a lease of this slot costs its miner, planck.
    pub slash: Balance,
}

/// The slots on sale, for the one who assigns tasks to them.
pub trait SlotMarket<AccountId> {
    /// Leases the acceptable free slot with the lowest ask that offers this model, the one idle longest on
    /// ties.
    fn lease(model: ModelId, accept: impl Fn(&SlotOffer<AccountId>) -> bool) -> Option<SlotOffer<AccountId>>;
    /// Ends a slot's lease; the slot is free again unless it was suspended or withdrawn meanwhile.
    fn free(miner: &AccountId, slot: SlotIndex);
    /// Puts a miner on sale for benchmarks, with as many slots and models as it may have, and fills the
    /// books of those models.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_miner(model: ModelId, key: MillKey) -> AccountId;
}

/// The bonds of miners, for those who judge their work.
pub trait MinerBond<AccountId> {
    /// Takes `amount` of a miner's bond for a lease that it failed, gives at most `compensation` of it to `victim`,
    /// burns the rest, and suspends the slot; all in planck. Returns what was taken.
    fn slash(
        miner: &AccountId,
        slot: SlotIndex,
        amount: Balance,
        victim: &AccountId,
        compensation: Balance,
    ) -> Balance;
    /// As [`Self::slash`] for a wrong sprint, where nobody was harmed: the part of its largest slot's bond is burned, and
    /// the miner is suspended until it resumes.
    fn slash_miner(miner: &AccountId) -> Balance;
    /// Suspends all slots of a miner until it resumes them.
    fn suspend(miner: &AccountId);
    /// Whether the miner's bond could pay for a wrong sprint, and nothing of it is suspended.
    fn may_sprint(miner: &AccountId) -> bool;
}

/// Who signs for whom.
pub trait MillKeys<AccountId> {
    /// The key that signs for a miner.
    fn mill_key(miner: &AccountId) -> Option<MillKey>;
    /// The miner that a key signs for.
    fn miner_of(key: &MillKey) -> Option<AccountId>;
}

/// What a miner has on sale, for those who weigh its work.
pub trait CapacityOnSale<AccountId> {
    /// MAC per block that the miner's slots promise, zero unless it offers every one of `models` and is
    /// bonded; suspended slots don't count.
    fn rate(miner: &AccountId, models: &[ModelId]) -> u64;
    /// The miner's ask, planck per mega-MAC.
    fn ask(miner: &AccountId) -> Balance;
}
