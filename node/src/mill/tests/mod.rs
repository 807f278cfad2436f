//! The mill with a real engine on a fake chain and a fake disk: one file for each subject.

mod declining;
mod disk;
mod following;
mod forgetting;
mod keys;
mod reorgs;
mod restarts;
mod retries;
mod sprints;
mod watching;

use std::sync::Arc;

use codec::Decode;
use millrace_engine::{Engine, EngineOptions};
use millrace_inference::{execute, CheckedModel};
use millrace_primitives::{
    handover::{declined_key, trace_key, wins_key, Wins},
    mill::{MillKey, KEY_TYPE},
    MinerStatus, ModelId, TaskId,
};
use millrace_runtime::AccountId;
use sp_core::H256;
use sp_keystore::{testing::MemoryKeystore, KeystorePtr};

use super::{
    chain::{Heads, Lease, Terms},
    database::Database,
    error::MillError,
    fake::{Disk, FakeChain, World},
    metrics::Metrics,
    state::Mill,
};

const ENCODING: &[u8] = include_bytes!("../../../../models/zoo/mlp.millrace");
const SAMPLES: u32 = 2;
/// The best block at the start; two blocks before it is finalized.
const START: u32 = 10;
/// The last block in which a lease can be declined.
const DECLINABLE_UNTIL: u32 = 50;

fn model() -> ModelId {
    H256::repeat_byte(7)
}

fn miner() -> AccountId {
    AccountId::new([1; 32])
}

fn checked() -> CheckedModel {
    CheckedModel::from_bytes(ENCODING).expect("a valid model")
}

fn input(task: TaskId) -> Vec<u8> {
    let bytes = checked().profile().sample_bytes * SAMPLES;
    (0..bytes).map(|at| (u64::from(at) * 31 + task).to_le_bytes()[0]).collect()
}

/// The trace that the reference leaves for a task.
fn trace(task: TaskId) -> Vec<u8> {
    execute(&checked(), &input(task)).expect("whole samples").trace
}

fn lease(task: TaskId) -> Lease {
    Lease {
        task,
        miner: miner(),
        descriptor: H256::from_low_u64_be(100 + task),
        model: model(),
        samples: SAMPLES,
        due: 60,
        until: 70,
        declinable_until: DECLINABLE_UNTIL,
    }
}

/// Terms on which one attempt in `difficulty` wins.
fn terms(anchor_number: u32, difficulty: u64) -> Terms {
    Terms {
        miner: miner(),
        anchor_number,
        anchor: H256::from_low_u64_be(anchor_number.into()),
        model: model(),
        samples: SAMPLES,
        difficulty,
    }
}

/// A mill, and all that it depends on.
struct Setup {
    chain: Arc<FakeChain>,
    disk: Disk,
    keystore: KeystorePtr,
    /// Sorted, as they take turns.
    keys: Vec<MillKey>,
    mill: Mill<FakeChain, Disk>,
}

impl Setup {
    /// A mill with one key.
    fn new() -> Self {
        Self::with(&["//Ferdie"], None)
    }

    /// A mill with these keys, that works for `only`.
    fn with(secrets: &[&str], only: Option<AccountId>) -> Self {
        let keystore: KeystorePtr = Arc::new(MemoryKeystore::new());
        let generate = |suri: &&str| {
            MillKey::from(keystore.sr25519_generate_new(KEY_TYPE, Some(*suri)).expect("a secret"))
        };
        let mut keys: Vec<MillKey> = secrets.iter().map(generate).collect();
        keys.sort_unstable();
        let (chain, disk) = (Arc::new(FakeChain::default()), Disk::default());
        chain.edit(|world| {
            world.heads =
                Heads { best: H256::repeat_byte(1), best_number: START, finalized_number: START - 2 };
            world.models.insert(model(), ENCODING.to_vec());
            world.max_anchor_age = 4;
            world.status = Some(MinerStatus {
                miner: miner(),
                slots: 2,
                scheduled: false,
                suspended: false,
                bond_short: false,
                listed: 1,
                missing: vec![],
            });
        });
        let mill = start(&chain, &disk, &keystore, only);
        Self { chain, disk, keystore, keys, mill }
    }

    /// The node ends and starts again.
    fn restart(&mut self) {
        self.mill = start(&self.chain, &self.disk, &self.keystore, None);
    }

    /// Whether there was something to do.
    fn works(&mut self) -> bool {
        self.step().expect("the chain answers and the disk has room")
    }

    fn step(&mut self) -> Result<bool, MillError> {
        self.mill.step()
    }

    /// The next block has this lease, too.
    fn give(&self, lease: &Lease) {
        self.chain.edit(|world| {
            world.inputs.insert(lease.task, input(lease.task));
            world.leases.push(lease.clone());
            world.next_block();
        });
    }

    /// The next block has no lease.
    fn take_leases_away(&self) {
        self.chain.edit(|world| {
            world.leases.clear();
            world.next_block();
        });
    }

    fn next_block(&self) {
        self.chain.edit(|world| world.next_block());
    }

    /// What happens on the chain once the mill has seen the leases, and before it executes.
    fn meanwhile(&self, change: impl FnOnce(&mut World) + Send + 'static) {
        self.chain.edit(|world| world.meanwhile = Some(Box::new(change)));
    }

    /// How often an execution was begun: each asks for the task's input.
    fn executions(&self) -> usize {
        self.chain.times_asked("input")
    }

    fn stored_trace(&self, lease: &Lease) -> Option<Vec<u8>> {
        self.disk.read(&trace_key(lease.descriptor))
    }

    fn is_declined(&self, lease: &Lease) -> bool {
        self.disk.read(&declined_key(lease.descriptor)).is_some()
    }

    /// The wins of a key that wait for the chain.
    fn wins(&self, key: &MillKey) -> Wins {
        let stored = self.disk.read(&wins_key(key)).unwrap_or_default();
        Wins::decode(&mut &stored[..]).unwrap_or_default()
    }
}

fn start(
    chain: &Arc<FakeChain>,
    disk: &Disk,
    keystore: &KeystorePtr,
    only: Option<AccountId>,
) -> Mill<FakeChain, Disk> {
    let options = EngineOptions { threads: 1, ..EngineOptions::default() };
    let engine = Engine::new(options, || Box::new(())).expect("the self-test passes");
    let database = Database::new(disk.clone());
    Mill::new(engine, Metrics::default(), chain.clone(), database, keystore.clone(), only)
}
