//! All that the mill asks of the chain.

use std::sync::Arc;

use millrace_primitives::{
    mill::MillKey, BlockNumber, MarketApi, MillApi, MinerStatus, ModelId, OpenLease, SprintTerms, TaskId,
    MAX_PAGE,
};
use millrace_runtime::{miner_events, system_events_key, AccountId, MinerEvent};
use sc_client_api::{StorageKey, StorageProvider};
use sp_api::{ApiError, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_core::H256;

use crate::types::{Hash, ParachainClient};

/// How far the chain is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Heads {
    /// Hash of the best block.
    pub best: Hash,
    /// Its number.
    pub best_number: BlockNumber,
    /// Number of the last finalized block.
    pub finalized_number: BlockNumber,
}

/// A chain, asked on top of a block `at`. Each answer fails if the runtime of that block doesn't answer.
pub(super) trait Chain: Send + Sync {
    /// How far it is.
    fn heads(&self) -> Heads;
    /// The open leases of the miners that these keys mill for.
    fn leases(&self, at: Hash, keys: Vec<MillKey>) -> Result<Vec<OpenLease<AccountId>>, ApiError>;
    /// The encoding of a model.
    fn model(&self, at: Hash, model: ModelId) -> Result<Option<Vec<u8>>, ApiError>;
    /// The input of an open task.
    fn input(&self, at: Hash, task: TaskId) -> Result<Option<Vec<u8>>, ApiError>;
    /// What a key may sprint on now; none if its miner may not.
    fn sprint(&self, at: Hash, key: MillKey) -> Result<Option<SprintTerms<AccountId>>, ApiError>;
    /// How the miner of a key stands; none if no miner has registered it.
    fn status(&self, at: Hash, key: MillKey) -> Result<Option<MinerStatus<AccountId>>, ApiError>;
    /// How many rounds have shares that an account didn't claim, as far as a page of them goes.
    fn unclaimed(&self, at: Hash, account: AccountId) -> Result<usize, ApiError>;
    /// Blocks that an anchor may be old.
    fn max_anchor_age(&self, at: Hash) -> Result<BlockNumber, ApiError>;
    /// Hash of the first block, as the chain's transcripts use it.
    fn genesis_hash(&self, at: Hash) -> Result<H256, ApiError>;
    /// What happened to miners in the block of this number; nothing if it is gone.
    fn events(&self, number: BlockNumber) -> Vec<(AccountId, MinerEvent)>;
}

impl Chain for Arc<ParachainClient> {
    fn heads(&self) -> Heads {
        let info = self.chain_info();
        Heads { best: info.best_hash, best_number: info.best_number, finalized_number: info.finalized_number }
    }

    fn leases(&self, at: Hash, keys: Vec<MillKey>) -> Result<Vec<OpenLease<AccountId>>, ApiError> {
        self.runtime_api().leases(at, keys)
    }

    fn model(&self, at: Hash, model: ModelId) -> Result<Option<Vec<u8>>, ApiError> {
        self.runtime_api().model(at, model)
    }

    fn input(&self, at: Hash, task: TaskId) -> Result<Option<Vec<u8>>, ApiError> {
        self.runtime_api().input(at, task)
    }

    fn sprint(&self, at: Hash, key: MillKey) -> Result<Option<SprintTerms<AccountId>>, ApiError> {
        self.runtime_api().sprint(at, key)
    }

    fn status(&self, at: Hash, key: MillKey) -> Result<Option<MinerStatus<AccountId>>, ApiError> {
        self.runtime_api().status(at, key)
    }

    fn unclaimed(&self, at: Hash, account: AccountId) -> Result<usize, ApiError> {
        self.runtime_api().unclaimed(at, account, 0, MAX_PAGE).map(|shares| shares.len())
    }

    fn max_anchor_age(&self, at: Hash) -> Result<BlockNumber, ApiError> {
        self.runtime_api().max_anchor_age(at)
    }

    fn genesis_hash(&self, at: Hash) -> Result<H256, ApiError> {
        self.runtime_api().genesis_hash(at)
    }

    fn events(&self, number: BlockNumber) -> Vec<(AccountId, MinerEvent)> {
        let key = StorageKey(system_events_key());
        let hash = self.hash(number).ok().flatten();
        let events = hash.and_then(|hash| self.storage(hash, &key).ok().flatten());
        events.map(|events| miner_events(&events.0)).unwrap_or_default()
    }
}
