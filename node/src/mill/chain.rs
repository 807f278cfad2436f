//! What the mill asks of the chain, and the client's answers.

use millrace_primitives::{
    mill::MillKey, BlockNumber, MillApi, MinerStatus, ModelId, OpenLease, SprintTerms, TaskId,
};
use millrace_runtime::{miner_events, system_events_key, AccountId, MinerEvent};
use sc_client_api::{StorageKey, StorageProvider};
use sp_api::{ApiError, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_core::H256;

use crate::types::{Hash, ParachainClient};

/// A lease to execute.
pub type Lease = OpenLease<AccountId>;
/// What a key sprints on.
pub type Terms = SprintTerms<AccountId>;
/// How a key's miner stands; none if no miner has registered the key.
pub type Status = Option<MinerStatus<AccountId>>;

/// The ends of the chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heads {
    /// Hash of the best block, on which everything else is asked.
    pub best: Hash,
    /// Its number.
    pub best_number: BlockNumber,
    /// Number of the last finalized block.
    pub finalized_number: BlockNumber,
}

/// The chain, as far as the mill needs it.
pub trait Chain: Send + Sync + 'static {
    /// Where the chain ends now.
    fn heads(&self) -> Heads;

    /// The open leases of the miners of these keys.
    ///
    /// # Errors
    /// If the runtime doesn't answer; so it is with each question about a block.
    fn leases(&self, at: Hash, keys: &[MillKey]) -> Result<Vec<Lease>, ApiError>;

    /// A model's encoding; none if the chain doesn't have it.
    ///
    /// # Errors
    /// As [`Self::leases`].
    fn model(&self, at: Hash, model: ModelId) -> Result<Option<Vec<u8>>, ApiError>;

    /// A task's input; none if the task isn't open.
    ///
    /// # Errors
    /// As [`Self::leases`].
    fn input(&self, at: Hash, task: TaskId) -> Result<Option<Vec<u8>>, ApiError>;

    /// What a key may sprint on; none if its miner may not.
    ///
    /// # Errors
    /// As [`Self::leases`].
    fn sprint(&self, at: Hash, key: &MillKey) -> Result<Option<Terms>, ApiError>;

    /// How a key's miner stands.
    ///
    /// # Errors
    /// As [`Self::leases`].
    fn status(&self, at: Hash, key: &MillKey) -> Result<Status, ApiError>;

    /// Blocks that an anchor may be old.
    ///
    /// # Errors
    /// As [`Self::leases`].
    fn max_anchor_age(&self, at: Hash) -> Result<BlockNumber, ApiError>;

    /// Hash of the first block.
    ///
    /// # Errors
    /// As [`Self::leases`].
    fn genesis_hash(&self, at: Hash) -> Result<H256, ApiError>;

    /// What happened to miners in a block; nothing if the node doesn't have the block's state.
    fn miner_events(&self, number: BlockNumber) -> Vec<(AccountId, MinerEvent)>;
}

impl Chain for ParachainClient {
    fn heads(&self) -> Heads {
        let info = self.chain_info();
        Heads { best: info.best_hash, best_number: info.best_number, finalized_number: info.finalized_number }
    }

    fn leases(&self, at: Hash, keys: &[MillKey]) -> Result<Vec<Lease>, ApiError> {
        self.runtime_api().leases(at, keys.to_vec())
    }

    fn model(&self, at: Hash, model: ModelId) -> Result<Option<Vec<u8>>, ApiError> {
        self.runtime_api().model(at, model)
    }

    fn input(&self, at: Hash, task: TaskId) -> Result<Option<Vec<u8>>, ApiError> {
        self.runtime_api().input(at, task)
    }

    fn sprint(&self, at: Hash, key: &MillKey) -> Result<Option<Terms>, ApiError> {
        self.runtime_api().sprint(at, key.clone())
    }

    fn status(&self, at: Hash, key: &MillKey) -> Result<Status, ApiError> {
        self.runtime_api().status(at, key.clone())
    }

    fn max_anchor_age(&self, at: Hash) -> Result<BlockNumber, ApiError> {
        self.runtime_api().max_anchor_age(at)
    }

    fn genesis_hash(&self, at: Hash) -> Result<H256, ApiError> {
        self.runtime_api().genesis_hash(at)
    }

    fn miner_events(&self, number: BlockNumber) -> Vec<(AccountId, MinerEvent)> {
        let hash = self.hash(number).ok().flatten();
        let events =
            hash.and_then(|hash| self.storage(hash, &StorageKey(system_events_key())).ok().flatten());
        events.map(|events| miner_events(&events.0)).unwrap_or_default()
    }
}
