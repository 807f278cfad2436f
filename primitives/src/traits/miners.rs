//! What miners are asked for: their slots, their bonds, their keys, and what they have on sale.

use crate::{mill::MillKey, Balance, BlockNumber, Mac, ModelId, SlotIndex};

/// What a task wants of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// The task's work, MAC.
    pub work: Mac,
    /// The least rate that finishes it in time, MAC per block.
    pub least_rate: u64,
    /// The least that failing it must cost its miner, planck.
    pub least_slash: Balance,
}

/// What is free of a slot on sale, or the part of it that a lease takes, with the terms that the lease fixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotOffer<AccountId> {
    /// The bonded account.
    pub miner: AccountId,
    /// Which of its slots.
    pub slot: SlotIndex,
    /// Planck per mega-MAC.
    pub ask: Balance,
    /// MAC per block: those that are free, or those that the lease takes.
    pub rate: u64,
    /// What failing a lease of so many costs its miner, planck.
    pub slash: Balance,
}

/// What a lease takes of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// MAC per block.
    pub rate: u64,
    /// Planck of its bond that failing the lease costs.
    pub slash: Balance,
}

/// What a task says to a slot that a search shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A part of the slot is leased.
    Take,
    /// The search goes on.
    Refuse,
    /// The search goes on, and no slot of this miner will do. A task refuses few miners.
    RefuseMiner,
    /// The search ends without a slot: slots come in the order of their asks, and from here on all are too dear.
    Stop,
}

/// What a search looked at, so that it can be charged for that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Entries of the books.
    pub entries: u32,
    /// Bytes that these entries add to a block's proof, at most.
    pub proof: u64,
    /// Offers that it brought into force.
    pub applied: u32,
}

/// What a part of a slot did while it was leased to another than its miner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Served {
    /// MAC that prove its capacity.
    pub work: Mac,
    /// Planck per mega-MAC that the miner asked for.
    pub ask: Balance,
    /// The block in which the lease began.
    pub since: BlockNumber,
    /// The block in which the task was due.
    pub due: BlockNumber,
    /// What mining brings, planck per mega-MAC: the least ask at which the rest of the time counts.
    pub mining_pay: Balance,
}

/// The slots on sale, for the one who assigns tasks to them.
pub trait SlotMarket<AccountId> {
    /// What a search looks at, at most.
    const MOST: Looked;
    /// Whether any slot offers this model, be it free or leased: whether waiting for one makes sense.
    fn is_offered(model: ModelId) -> bool;
    /// Leases a part of the slot with the lowest ask that offers this model, has the least rate free, and is answered with
    /// [`Answer::Take`]; on ties of the one whose last lease began or ended first. The part does the work in as few blocks
    /// as all that is free of the slot would. The search is bounded by [`Self::MOST`], and slots with less free don't
    /// lengthen it. Says what it took, and what it looked at whether or not it found a slot.
    fn lease(
        model: ModelId,
        demand: Demand,
        answer: impl Fn(&SlotOffer<AccountId>) -> Answer,
    ) -> (Option<SlotOffer<AccountId>>, Looked);
    /// Ends a lease; its part is free again unless the slot was suspended or withdrawn meanwhile.
    fn free(miner: &AccountId, slot: SlotIndex, part: Part);
    /// As [`Self::free`], after a task of another than the miner was settled: what the part promised for the time counts as
    /// capacity that was on sale.
    fn settle(miner: &AccountId, slot: SlotIndex, part: Part, served: Served);
    /// Puts a miner on sale for benchmarks, with as many slots and models as it may have, and fills the
    /// books of those models.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_miner(model: ModelId, key: MillKey) -> AccountId;
    /// Puts slots on sale for benchmarks so that a search which refuses the account "other" brings `applied` offers into
    /// force, looks at `entries` of the model's book at least, and finds none.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_search(model: ModelId, entries: u32, applied: u32);
}

/// The bonds of miners, for those who judge their work.
pub trait MinerBond<AccountId> {
    /// Takes `amount` of a miner's bond for a lease that it failed, gives at most `compensation` of it to `victim`,
    /// burns the rest, and suspends the slot; all in planck. Returns what the victim got.
    fn slash(
        miner: &AccountId,
        slot: SlotIndex,
        amount: Balance,
        victim: &AccountId,
        compensation: Balance,
    ) -> Balance;
    /// As [`Self::slash`] for a wrong sprint, where nobody was harmed: the part of its largest slot's bond is burned, and
    /// the miner is suspended until it resumes. Returns what was burned.
    fn slash_miner(miner: &AccountId) -> Balance;
    /// Burns up to `amount` planck of a miner's bond for capacity that it kept from others without using it. Suspends the
    /// miner only if the rest couldn't pay for all that leases of its slots may stake. Returns what was burned.
    fn charge(miner: &AccountId, amount: Balance) -> Balance;
    /// Suspends all slots of a miner until it resumes them.
    fn suspend(miner: &AccountId);
    /// Whether the miner's bond can pay for a wrong sprint, and nothing of it is suspended.
    fn may_sprint(miner: &AccountId) -> bool;
}

/// Who signs for whom.
pub trait MillKeys<AccountId> {
    /// The key that signs for a miner.
    fn mill_key(miner: &AccountId) -> Option<MillKey>;
    /// The miner that a key signs for.
    fn miner_of(key: &MillKey) -> Option<AccountId>;
}

/// Capacity that was on sale, and the ask at which it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TakenCapacity {
    /// MAC.
    pub work: Mac,
    /// Planck per mega-MAC, on average over that work.
    pub ask: Balance,
}

/// What a miner had on sale, for those who weigh its work.
pub trait CapacityOnSale<AccountId> {
    /// Takes up to `work` MAC of the capacity that the miner had on sale and hasn't been credited for, for work on one of
    /// the listed models. None at all if the miner doesn't offer that model. The ask is the miner's own where nothing is
    /// taken.
    fn take(miner: &AccountId, model: ModelId, work: Mac) -> TakenCapacity;
}
