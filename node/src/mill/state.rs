//! What the mill has and remembers.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use codec::{Decode, Encode};
use millrace_engine::{Engine, PreparedModel};
use millrace_primitives::{mill::MillKey, BlockNumber, ModelId, SprintTerms};
use millrace_runtime::AccountId;
use sp_core::{
    offchain::{OffchainStorage, STORAGE_PREFIX},
    H256,
};
use sp_keystore::KeystorePtr;

use super::{
    chain::Chain,
    error::MillError,
    failures::Failures,
    keys::Keys,
    metrics::Metrics,
    status::{Reason, Said},
};
use crate::types::Hash;

/// The descriptors of finished leases whose answers the database still holds.
pub(super) const DONE_KEY: &[u8] = b"millrace/done";
/// Bytes of prepared parameters that are kept for models to come again.
const MODEL_BYTES_KEPT: usize = 512 << 20;

/// What the mill knows of sprints.
#[derive(Default)]
pub(super) struct Sprints {
    /// What each key may sprint on, asked on top of this block.
    pub terms: HashMap<MillKey, (Hash, Option<SprintTerms<AccountId>>)>,
    pub genesis: Option<H256>,
    /// Attempts that should fit the next series.
    pub attempts: u64,
    /// A model that this engine can't execute.
    pub declined: Option<ModelId>,
    pub max_anchor_age: Option<BlockNumber>,
}

/// The part of a node that executes: for the chain `C`, with its finished work in `S`.
pub(super) struct Mill<C, S> {
    pub engine: Engine,
    pub metrics: Metrics,
    pub chain: C,
    /// Where the mill and the runtime's off-chain worker leave each other what they have.
    pub database: S,
    pub keystore: KeystorePtr,
    /// The only miner that is worked for, if the node was told so.
    pub only: Option<AccountId>,
    pub keys: Keys,
    /// What was said last of each key, and whether it was said that there is none.
    pub said: Said,
    pub warned: bool,
    /// The block on which each key's standing was asked last, and why it earns nothing or less.
    pub standing: HashMap<MillKey, (Hash, BTreeSet<Reason>)>,
    pub models: HashMap<ModelId, Arc<PreparedModel>>,
    /// Leases whose traces are in the database, each with the best block's number when it was first seen to
    /// have ended. Kept in the database too, so that a restart can clean up.
    pub done: HashMap<H256, Option<BlockNumber>>,
    pub failures: Failures,
    /// Whose turn it is to sprint.
    pub turn: usize,
    pub nonce: u64,
    pub sprints: Sprints,
    /// The miners that this node's keys mill for, as far as they were seen.
    pub miners: HashSet<AccountId>,
    /// The last finalized block whose events were counted.
    pub counted: Option<BlockNumber>,
}

/// What a mill works with.
pub(super) struct Tools<C, S> {
    /// Executes.
    pub engine: Engine,
    /// Counts.
    pub metrics: Metrics,
    /// Knows the chain.
    pub chain: C,
    /// Keeps what was finished.
    pub database: S,
    /// Holds the mill keys.
    pub keystore: KeystorePtr,
}

impl<C: Chain, S: OffchainStorage> Mill<C, S> {
    /// A mill that works for `only` if that is given. It knows what was finished before a restart.
    pub fn new(tools: Tools<C, S>, only: Option<AccountId>) -> Self {
        let Tools { engine, metrics, chain, database, keystore } = tools;
        let done = database.get(STORAGE_PREFIX, DONE_KEY);
        let done = done.and_then(|bytes| Vec::<H256>::decode(&mut &bytes[..]).ok()).unwrap_or_default();
        Self {
            engine,
            metrics,
            chain,
            database,
            keystore,
            only,
            keys: Keys::default(),
            said: Said::default(),
            warned: false,
            standing: HashMap::new(),
            models: HashMap::new(),
            done: done.into_iter().map(|descriptor| (descriptor, None)).collect(),
            failures: Failures::default(),
            turn: 0,
            nonce: u64::from_le_bytes(std::array::from_fn(|i| H256::random().0[i])),
            sprints: Sprints::default(),
            miners: HashSet::new(),
            counted: None,
        }
    }

    /// The model, prepared for the engine.
    ///
    /// # Errors
    /// If the chain doesn't have it, or the engine can't execute it.
    pub fn model(&mut self, best: Hash, id: ModelId) -> Result<Arc<PreparedModel>, MillError> {
        if let Some(model) = self.models.get(&id) {
            return Ok(model.clone());
        }
        let encoding = self.chain.model(best, id)?.ok_or(MillError::UnknownModel(id))?;
        let model = Arc::new(self.engine.prepare(&encoding)?);
        let kept: usize = self.models.values().map(|model| model.bytes()).sum();
        if kept.saturating_add(model.bytes()) > MODEL_BYTES_KEPT {
            self.models.clear();
        }
        self.models.insert(id, model.clone());
        Ok(model)
    }

    /// Writes to the database. It only logs its errors, so what was written is read back.
    ///
    /// # Errors
    /// [`MillError::NotStored`] if it isn't there.
    pub fn store(&mut self, key: &[u8], value: &[u8]) -> Result<(), MillError> {
        self.database.set(STORAGE_PREFIX, key, value);
        match self.database.get(STORAGE_PREFIX, key) {
            Some(stored) if stored == value => Ok(()),
            _ => Err(MillError::NotStored),
        }
    }

    /// Notes in the database which leases are done.
    pub fn remember_done(&mut self) {
        let descriptors: Vec<H256> = self.done.keys().copied().collect();
        self.database.set(STORAGE_PREFIX, DONE_KEY, &descriptors.encode());
    }
}
