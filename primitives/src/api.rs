//! What a mining node asks the chain, and the records in which it answers.

use alloc::vec::Vec;

use codec::{Decode, Encode};
use scale_info::TypeInfo;
use sp_core::H256;

use crate::{mill::MillKey, BlockNumber, ModelId, TaskId};

/// What a miner's node needs to know of one lease.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct OpenLease<AccountId> {
    /// The task.
    pub task: TaskId,
    /// The lessee.
    pub miner: AccountId,
    /// Name of the lease.
    pub descriptor: H256,
    /// The model to execute.
    pub model: ModelId,
    /// N.
    pub samples: u32,
    /// From this block on the price falls.
    pub due: BlockNumber,
    /// After this block it is slashed.
    pub until: BlockNumber,
    /// The last block in which it can be declined.
    pub declinable_until: BlockNumber,
}

/// What a miner's node needs to know to sprint.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct SprintTerms<AccountId> {
    /// The miner that the key belongs to.
    pub miner: AccountId,
    /// The newest block whose hash may be an anchor.
    pub anchor_number: BlockNumber,
    /// Its hash.
    pub anchor: H256,
    /// The round's sprint model.
    pub model: ModelId,
    /// N.
    pub samples: u32,
    /// One attempt in so many wins.
    pub difficulty: u64,
}

/// How a miner stands: whatever keeps it from earning is in here.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct MinerStatus<AccountId> {
    /// The miner that the key belongs to.
    pub miner: AccountId,
    /// Its slots in force.
    pub slots: u32,
    /// Whether an offer of it waits for the next round.
    pub scheduled: bool,
    /// Whether any of its slots is suspended, or a sprint of it was wrong, since it last resumed.
    pub suspended: bool,
    /// Whether its bond couldn't pay for a wrong sprint.
    pub bond_short: bool,
    /// How many models sprints run on.
    pub listed: u32,
    /// Those of them that it doesn't offer.
    pub missing: Vec<ModelId>,
}

sp_api::decl_runtime_apis! {
    /// What a mining node asks the chain.
    pub trait MillApi<AccountId> where AccountId: codec::Codec {
        /// The open leases of the miners that these keys sign for.
        fn leases(keys: Vec<MillKey>) -> Vec<OpenLease<AccountId>>;
        /// The encoding of a model.
        fn model(model: ModelId) -> Option<Vec<u8>>;
        /// The input of an open task.
        fn input(task: TaskId) -> Option<Vec<u8>>;
        /// What this key may sprint on now; none if its miner may not.
        fn sprint(key: MillKey) -> Option<SprintTerms<AccountId>>;
        /// How the miner of this key stands; none if no miner has registered it.
        fn status(key: MillKey) -> Option<MinerStatus<AccountId>>;
        /// Blocks that an anchor may be old.
        fn max_anchor_age() -> BlockNumber;
        /// Hash of the first block, as the chain's transcripts use it.
        fn genesis_hash() -> H256;
    }
}
