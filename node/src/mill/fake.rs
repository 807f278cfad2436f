//! For tests: a chain that the test writes block by block, and a disk that can be full.

use std::{
    collections::HashMap,
    sync::{
        atomic::{AtomicBool, Ordering::SeqCst},
        Arc, Mutex, MutexGuard, PoisonError,
    },
};

use millrace_primitives::{mill::MillKey, BlockNumber, ModelId, TaskId};
use millrace_runtime::{AccountId, MinerEvent};
use sp_api::ApiError;
use sp_core::{
    offchain::{storage::InMemOffchainStorage, OffchainStorage, STORAGE_PREFIX},
    H256,
};

use super::chain::{Chain, Heads, Lease, Status, Terms};
use crate::types::Hash;

/// What happens on the chain while the mill works.
pub type Change = Box<dyn FnOnce(&mut World) + Send>;

/// What the chain says, whatever the block that it is asked on.
#[derive(Default)]
pub struct World {
    pub heads: Heads,
    pub leases: Vec<Lease>,
    pub models: HashMap<ModelId, Vec<u8>>,
    pub inputs: HashMap<TaskId, Vec<u8>>,
    pub terms: HashMap<MillKey, Terms>,
    pub status: Status,
    pub max_anchor_age: BlockNumber,
    /// The question that the runtime doesn't answer.
    pub broken: Option<&'static str>,
    /// Happens once, when a model was asked for: after the mill has seen the leases, and before it executes.
    pub meanwhile: Option<Change>,
    /// The questions so far.
    pub asked: Vec<&'static str>,
    /// The blocks whose events were asked for.
    pub events_of: Vec<BlockNumber>,
}

impl World {
    /// There is a new best block, perhaps on another fork.
    pub fn next_block(&mut self) {
        self.heads.best_number += 1;
        self.heads.best = H256::random();
    }
}

/// The chain.
#[derive(Default)]
pub struct FakeChain(Mutex<World>);

impl FakeChain {
    /// Changes what the chain says.
    pub fn edit<R>(&self, change: impl FnOnce(&mut World) -> R) -> R {
        change(&mut self.world())
    }

    /// How often a question was asked.
    pub fn times_asked(&self, question: &str) -> usize {
        self.world().asked.iter().filter(|asked| **asked == question).count()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer<R>(&self, question: &'static str, answer: impl FnOnce(&mut World) -> R) -> Result<R, ApiError> {
        let mut world = self.world();
        world.asked.push(question);
        if world.broken == Some(question) {
            return Err(ApiError::Application(format!("{question} is broken").into()));
        }
        Ok(answer(&mut world))
    }
}

impl Chain for FakeChain {
    fn heads(&self) -> Heads {
        self.world().heads
    }

    fn leases(&self, _: Hash, _: &[MillKey]) -> Result<Vec<Lease>, ApiError> {
        self.answer("leases", |world| world.leases.clone())
    }

    fn model(&self, _: Hash, model: ModelId) -> Result<Option<Vec<u8>>, ApiError> {
        self.answer("model", |world| {
            let encoding = world.models.get(&model).cloned();
            if let Some(change) = world.meanwhile.take() {
                change(world);
            }
            encoding
        })
    }

    fn input(&self, _: Hash, task: TaskId) -> Result<Option<Vec<u8>>, ApiError> {
        self.answer("input", |world| world.inputs.get(&task).cloned())
    }

    fn sprint(&self, _: Hash, key: &MillKey) -> Result<Option<Terms>, ApiError> {
        self.answer("sprint", |world| world.terms.get(key).cloned())
    }

    fn status(&self, _: Hash, _: &MillKey) -> Result<Status, ApiError> {
        self.answer("status", |world| world.status.clone())
    }

    fn max_anchor_age(&self, _: Hash) -> Result<BlockNumber, ApiError> {
        self.answer("max_anchor_age", |world| world.max_anchor_age)
    }

    fn genesis_hash(&self, _: Hash) -> Result<H256, ApiError> {
        self.answer("genesis_hash", |_| H256::repeat_byte(9))
    }

    fn miner_events(&self, number: BlockNumber) -> Vec<(AccountId, MinerEvent)> {
        self.world().events_of.push(number);
        Vec::new()
    }
}

/// The disk: all clones are one.
#[derive(Clone, Default)]
pub struct Disk {
    kept: Arc<Mutex<InMemOffchainStorage>>,
    full: Arc<AtomicBool>,
}

impl Disk {
    /// From now on, writes are lost without a word, or aren't.
    pub fn set_full(&self, full: bool) {
        self.full.store(full, SeqCst);
    }

    /// What a key holds.
    pub fn read(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.get(STORAGE_PREFIX, key)
    }

    /// Writes a key as the off-chain worker does.
    pub fn write(&self, key: &[u8], value: &[u8]) {
        self.kept().set(STORAGE_PREFIX, key, value);
    }

    /// Removes a key.
    pub fn erase(&self, key: &[u8]) {
        self.kept().remove(STORAGE_PREFIX, key);
    }

    fn kept(&self) -> MutexGuard<'_, InMemOffchainStorage> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OffchainStorage for Disk {
    fn set(&mut self, prefix: &[u8], key: &[u8], value: &[u8]) {
        if !self.full.load(SeqCst) {
            self.kept().set(prefix, key, value);
        }
    }

    fn remove(&mut self, prefix: &[u8], key: &[u8]) {
        self.kept().remove(prefix, key);
    }

    fn get(&self, prefix: &[u8], key: &[u8]) -> Option<Vec<u8>> {
        self.kept().get(prefix, key)
    }

    fn compare_and_set(&mut self, prefix: &[u8], key: &[u8], old: Option<&[u8]>, new: &[u8]) -> bool {
        !self.full.load(SeqCst) && self.kept().compare_and_set(prefix, key, old, new)
    }
}
