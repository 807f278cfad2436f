//! Through these traits, and only these, the pallets know each other.

use alloc::vec::Vec;

use frame_support::weights::Weight;
use millrace_inference::{Cost, Profile, TraceError};
use sp_core::H256;
use sp_runtime::DispatchResult;

use crate::{mill::MillKey, Balance, Mac, ModelId, RoundIndex, SlotIndex};

/// The registry of models, for those who use models.
pub trait ModelRegistry {
    /// Sizes, work and costs of a registered model.
    fn profile(model: ModelId) -> Option<Profile>;
    /// Whether new uses of the model are accepted.
    fn is_open(model: ModelId) -> bool;
    /// The model's encoding.
    fn encoding(model: ModelId) -> Option<Vec<u8>>;
    /// Keeps the model from being removed until [`Self::release`].
    ///
    /// # Errors
    /// If the model is unknown or retired.
    fn acquire(model: ModelId) -> DispatchResult;
    /// Takes one [`Self::acquire`] back.
    fn release(model: ModelId);
    /// As [`Self::acquire`], and keeps the model from being retired until [`Self::unlist`]: miners must be able to offer a
    /// model on which their score depends.
    ///
    /// # Errors
    /// If the model is unknown or retired.
    fn list(model: ModelId) -> DispatchResult;
    /// Takes one [`Self::list`] back.
    fn unlist(model: ModelId);
    /// Registers a model for benchmarks.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_model(encoding: Vec<u8>) -> ModelId;
}

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

/// The capacity on sale, for the one who assigns tasks to it.
pub trait CapacityMarket<AccountId> {
    /// Leases the acceptable free slot with the lowest ask that offers this model, the one idle longest on
    /// ties.
    fn lease(model: ModelId, accept: impl Fn(&SlotOffer<AccountId>) -> bool) -> Option<SlotOffer<AccountId>>;
    /// Ends a slot's lease; the slot is free again unless it was suspended or withdrawn meanwhile.
    fn free(miner: &AccountId, slot: SlotIndex);
    /// Takes `amount` of a miner's bond for a lease that it failed, gives at most `compensation` of it to `victim`,
    /// burns the rest, and suspends the slot. Returns what was taken.
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
    /// Puts a miner on sale for benchmarks, with as many slots and models as it may have, and fills the
    /// books of those models.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_miner(model: ModelId, key: MillKey) -> AccountId;
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

/// Verification of submitted traces.
pub trait VerifySubmission<AccountId> {
    /// Weight of verifying a trace of this cost.
    fn weight(cost: &Cost) -> Weight;
    /// Bytes of memory that the verifications of a block take at most, in one instance of the runtime, one after the other:
    /// with what they read of models, but not of inputs and traces.
    fn memory() -> u64;
    /// What a trace with this hash proves.
    fn verify(
        descriptor: H256,
        miner: &AccountId,
        model: ModelId,
        input: &[u8],
        trace: &[u8],
        trace_hash: H256,
    ) -> Verdict;
}

/// What verifying a submission came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The trace is right.
    Proven {
        /// The output that it proves, as the last node's bytes.
        output: Vec<u8>,
    },
    /// The trace is wrong, whatever else is.
    Forged {
        /// What is wrong with it.
        why: TraceError,
    },
    /// The chain can't tell, which is no fault of the miner.
    Unavailable,
}

/// Credits mined work towards emission.
pub trait CreditWork<AccountId> {
    /// Credits `work` MAC to a miner in the current round.
    fn credit(miner: &AccountId, work: Mac);
}

impl<AccountId> CreditWork<AccountId> for () {
    fn credit(_: &AccountId, _: Mac) {}
}

/// Told when a round begins.
pub trait OnRound {
    /// Round `round` begins with this block. Returns the weight used.
    fn on_round(round: RoundIndex) -> Weight;
}

impl OnRound for () {
    fn on_round(_: RoundIndex) -> Weight {
        Weight::zero()
    }
}

impl<A: OnRound, B: OnRound> OnRound for (A, B) {
    fn on_round(round: RoundIndex) -> Weight {
        A::on_round(round).saturating_add(B::on_round(round))
    }
}

/// The rounds.
pub trait Rounds {
    /// The current round.
    fn current() -> RoundIndex;
    /// Blocks of the current round.
    fn length() -> u32;
}

/// The models that sprints may run on.
pub trait ListedModels {
    /// Their names.
    fn listed() -> Vec<ModelId>;
}
