//! A chain that says what a test wants, a disk that may be full, and a mill on both.

use std::sync::{Arc, Mutex, MutexGuard};

use millrace_engine::{Engine, EngineOptions};
use millrace_inference::golden::{golden, Golden};
use millrace_primitives::{
    mill::{MillKey, KEY_TYPE},
    BlockNumber, MinerStatus, ModelId, OpenLease, SprintTerms, TaskId,
};
use millrace_runtime::{AccountId, MinerEvent};
use sp_api::ApiError;
use sp_core::{
    offchain::{storage::InMemOffchainStorage, OffchainStorage, STORAGE_PREFIX},
    H256,
};
use sp_keystore::{testing::MemoryKeystore, Keystore};

use crate::{
    mill::{
        chain::{Chain, Heads},
        metrics::Metrics,
        state::{Mill, Tools},
    },
    types::Hash,
};

/// Whose key the mill works with.
const MINER: AccountId = AccountId::new([1; 32]);

/// What a fake chain says, as a test writes it.
pub struct Script {
    /// Numbers of the best block and of the last finalized one.
    pub best: BlockNumber,
    pub finalized: BlockNumber,
    /// Which of the forks is the best one.
    pub fork: u8,
    pub leases: Vec<OpenLease<AccountId>>,
    /// The encoding of every model, and the input of every task.
    pub model: Option<Vec<u8>>,
    pub input: Option<Vec<u8>>,
    /// How often an input was asked for: once by each execution.
    pub executions: u32,
}

/// A chain whose clones say the same.
#[derive(Clone)]
pub struct FakeChain(Arc<Mutex<Script>>);

impl FakeChain {
    /// In block 10, of which 8 are final, with one lease of the first golden model. It can be declined until block 20.
    pub fn new() -> Self {
        let Golden { model, input, .. } = golden().next().expect("there are golden executions");
        Self(Arc::new(Mutex::new(Script {
            best: 10,
            finalized: 8,
            fork: 0,
            leases: vec![lease()],
            model: Some(model.to_vec()),
            input: Some(input.to_vec()),
            executions: 0,
        })))
    }

    /// What it says, to be read or changed.
    pub fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().expect("no other test has it")
    }
}

/// The lease that a fake chain begins with.
pub fn lease() -> OpenLease<AccountId> {
    OpenLease {
        task: 7,
        miner: MINER,
        descriptor: H256::repeat_byte(7),
        model: ModelId::repeat_byte(3),
        samples: 1,
        due: 20,
        until: 30,
        declinable_until: 20,
    }
}

/// The trace that the lease asks for.
pub fn trace() -> Vec<u8> {
    golden().next().expect("there are golden executions").trace.to_vec()
}

impl Chain for FakeChain {
    fn heads(&self) -> Heads {
        let script = self.script();
        let mut best = Hash::from_low_u64_be(script.best.into());
        best.0[0] = script.fork;
        Heads { best, best_number: script.best, finalized_number: script.finalized }
    }

    fn leases(&self, _: Hash, _: Vec<MillKey>) -> Result<Vec<OpenLease<AccountId>>, ApiError> {
        Ok(self.script().leases.clone())
    }

    fn model(&self, _: Hash, _: ModelId) -> Result<Option<Vec<u8>>, ApiError> {
        Ok(self.script().model.clone())
    }

    fn input(&self, _: Hash, _: TaskId) -> Result<Option<Vec<u8>>, ApiError> {
        let mut script = self.script();
        script.executions += 1;
        Ok(script.input.clone())
    }

    fn sprint(&self, _: Hash, _: MillKey) -> Result<Option<SprintTerms<AccountId>>, ApiError> {
        Ok(None)
    }

    fn status(&self, _: Hash, _: MillKey) -> Result<Option<MinerStatus<AccountId>>, ApiError> {
        Ok(Some(MinerStatus {
            miner: MINER,
            slots: 1,
            scheduled: false,
            suspended: false,
            bond_short: false,
            listed: 1,
            missing: vec![],
        }))
    }

    fn unclaimed(&self, _: Hash, _: AccountId) -> Result<usize, ApiError> {
        Ok(0)
    }

    fn max_anchor_age(&self, _: Hash) -> Result<BlockNumber, ApiError> {
        Ok(100)
    }

    fn genesis_hash(&self, _: Hash) -> Result<H256, ApiError> {
        Ok(H256::zero())
    }

    fn events(&self, _: BlockNumber) -> Vec<(AccountId, MinerEvent)> {
        vec![]
    }
}

/// A disk that outlives the mill. While it is full it loses what is written, as the node's database does, which only logs.
#[derive(Clone, Default)]
pub struct Disk(Arc<Mutex<(InMemOffchainStorage, bool)>>);

impl Disk {
    /// Fills it, or frees it.
    pub fn fill(&self, full: bool) {
        self.parts().1 = full;
    }

    /// What it keeps under a key of the hand-over.
    pub fn read(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.get(STORAGE_PREFIX, key)
    }

    fn parts(&self) -> MutexGuard<'_, (InMemOffchainStorage, bool)> {
        self.0.lock().expect("no other test has it")
    }
}

impl OffchainStorage for Disk {
    fn set(&mut self, prefix: &[u8], key: &[u8], value: &[u8]) {
        let mut parts = self.parts();
        if !parts.1 {
            parts.0.set(prefix, key, value);
        }
    }

    fn remove(&mut self, prefix: &[u8], key: &[u8]) {
        self.parts().0.remove(prefix, key);
    }

    fn get(&self, prefix: &[u8], key: &[u8]) -> Option<Vec<u8>> {
        self.parts().0.get(prefix, key)
    }

    fn compare_and_set(&mut self, prefix: &[u8], key: &[u8], old: Option<&[u8]>, new: &[u8]) -> bool {
        let mut parts = self.parts();
        !parts.1 && parts.0.compare_and_set(prefix, key, old, new)
    }
}

/// A mill with one key and an engine of one thread.
pub fn mill(chain: &FakeChain, disk: &Disk) -> Mill<FakeChain, Disk> {
    let options = EngineOptions { threads: 1, ..EngineOptions::default() };
    let engine = Engine::new(options, || Box::new(())).expect("this machine's arithmetic is exact");
    let keystore = MemoryKeystore::new();
    keystore.sr25519_generate_new(KEY_TYPE, Some("//Ferdie")).expect("a secret");
    let tools = Tools {
        engine,
        metrics: Metrics::default(),
        chain: chain.clone(),
        database: disk.clone(),
        keystore: Arc::new(keystore),
    };
    Mill::new(tools, None)
}
