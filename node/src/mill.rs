//! The engine service: watches the chain for leases of the keystore's mill keys, executes them, and hands
//! the traces to the off-chain worker through the node's offchain database. Sprints while idle.
//!
//! A trace that was finished is in the database before the lease counts as done, so a restart computes
//! nothing twice. The chain never waits for the engine.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use codec::{Decode, Encode};
use millrace_engine::{Engine, EngineError, PreparedModel};
use millrace_inference::sprint_digest;
use millrace_primitives::{
    handover::{sent_key, trace_key, win_key, Win, WINS_KEPT},
    meets_target,
    mill::{MillKey, KEY_TYPE},
    Attempt, BlockNumber, MillApi, ModelId, OpenLease, SprintTerms, TaskId,
};
use millrace_runtime::{opaque::Block, AccountId};
use sc_client_api::Backend;
use sc_service::TaskManager;
use sp_api::{ApiError, ProvideRuntimeApi};
use sp_core::{
    offchain::{OffchainStorage, STORAGE_PREFIX},
    H256,
};
use sp_crypto_hashing::blake2_256;
use sp_keystore::KeystorePtr;

use crate::service::{Hash, ParachainBackend, ParachainClient};

type OffchainDb = <ParachainBackend as Backend<Block>>::OffchainStorage;

/// How often the chain is asked for leases while there is nothing to do.
const POLL: Duration = Duration::from_millis(200);
/// The descriptors of finished leases whose traces the database still holds.
const DONE_KEY: &[u8] = b"millrace/done";
/// How often a lease that fails is tried.
const TRIES: u8 = 3;
/// Prepared models that are kept.
const MODELS_KEPT: usize = 8;

/// What the operator chose.
#[derive(Clone, Copy, Debug)]
pub struct MillOptions {
    /// Threads that execute; none stands for all cores but one.
    pub threads: Option<u32>,
}

/// Starts the service.
///
/// # Errors
/// If the node has no offchain database, or this machine's arithmetic fails the self-test.
pub fn spawn(
    tasks: &TaskManager,
    client: &Arc<ParachainClient>,
    backend: &Arc<ParachainBackend>,
    keystore: KeystorePtr,
    options: MillOptions,
) -> sc_service::error::Result<()> {
    let database = backend.offchain_storage().ok_or("The node has no offchain database")?;
    let threads = options.threads.map_or_else(
        || std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1)),
        |threads| threads as usize,
    );
    // burn may panic on a thread of the engine; the node's hook would end the process there.
    let engine = Engine::new(threads, || Box::new(sp_panic_handler::AbortGuard::force_unwind()))
        .map_err(|error| sc_service::Error::Other(error.to_string()))?;
    log::info!(target: "millrace", "⚙️  engine: burn flex on {} threads, self-test passed", engine.threads());
    let done = database
        .get(STORAGE_PREFIX, DONE_KEY)
        .and_then(|bytes| Vec::<H256>::decode(&mut &bytes[..]).ok())
        .unwrap_or_default()
        .into_iter()
        .map(|descriptor| (descriptor, None))
        .collect();
    let mut mill = Mill {
        engine,
        client: client.clone(),
        database,
        keystore,
        models: HashMap::new(),
        done,
        failures: HashMap::new(),
        unsaved: None,
        warned: false,
        place: 0,
        nonce: u64::from_le_bytes(std::array::from_fn(|i| H256::random().0[i])),
        sprints: Sprints::default(),
    };
    tasks.spawn_handle().spawn_blocking("mill", "engine", async move {
        loop {
            match mill.step() {
                Ok(true) => tokio::task::yield_now().await,
                Ok(false) => tokio::time::sleep(POLL).await,
                Err(error) => {
                    log::warn!(target: "millrace", "the mill stumbled and goes on: {error}");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    });
    Ok(())
}

#[derive(Debug, thiserror::Error)]
enum MillError {
    #[error("the runtime doesn't answer: {0}")]
    Api(#[from] ApiError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("the chain doesn't have model {0:?}")]
    UnknownModel(ModelId),
    #[error("the chain doesn't have the input of task {0}")]
    NoInput(TaskId),
    #[error("a finished trace could not be stored; is the disk full?")]
    NotStored,
}

struct Mill {
    engine: Engine,
    client: Arc<ParachainClient>,
    database: OffchainDb,
    keystore: KeystorePtr,
    models: HashMap<ModelId, Arc<PreparedModel>>,
    /// Leases whose traces are in the database, each with the best block's number when it was first seen to
    /// have ended. Kept in the database too, so that a restart can clean up.
    done: HashMap<H256, Option<BlockNumber>>,
    /// Leases that failed here, and how often.
    failures: HashMap<H256, u8>,
    /// A finished trace that could not be stored yet.
    unsaved: Option<(H256, Vec<u8>)>,
    warned: bool,
    place: u32,
    nonce: u64,
    sprints: Sprints,
}

#[derive(Default)]
struct Sprints {
    /// What each key may sprint on, asked on top of this block.
    terms: HashMap<MillKey, (Hash, Option<SprintTerms<AccountId>>)>,
    genesis: Option<H256>,
}

impl Mill {
    /// Executes one lease or one attempt; false if there was neither.
    fn step(&mut self) -> Result<bool, MillError> {
        let best = self.client.chain_info().best_hash;
        let keys: Vec<MillKey> =
            self.keystore.sr25519_public_keys(KEY_TYPE).into_iter().map(Into::into).collect();
        if keys.is_empty() {
            if !self.warned {
                self.warned = true;
                log::warn!(
                    target: "millrace",
                    "mining is on, but the keystore has no mill key; add one with `key insert --key-type mill --scheme sr25519`"
                );
            }
            return Ok(false);
        }
        let leases = self.client.runtime_api().leases(best, keys.clone())?;
        self.forget_ended(&leases);
        for lease in leases {
            let given_up = self.failures.get(&lease.descriptor).is_some_and(|count| *count >= TRIES);
            if !self.done.contains_key(&lease.descriptor) && !given_up {
                self.execute(best, &lease)?;
                return Ok(true);
            }
        }
        // A key without a bonded miner must not keep the others from their turn.
        let turn = usize::try_from(self.nonce).unwrap_or(0).checked_rem(keys.len()).unwrap_or(0);
        for key in keys.iter().cycle().skip(turn).take(keys.len()) {
            if self.sprint(best, key)? {
                return Ok(true);
            }
        }
        if !self.warned {
            self.warned = true;
            log::warn!(
                target: "millrace",
                "nothing to mine: no bonded miner uses this node's mill keys, or no sprint model is listed"
            );
        }
        Ok(false)
    }

    /// Removes the traces of leases that the chain has settled or given away, once that is final: a re-org
    /// must find finished work again.
    fn forget_ended(&mut self, leases: &[OpenLease<AccountId>]) {
        let open: HashSet<H256> = leases.iter().map(|lease| lease.descriptor).collect();
        let info = self.client.chain_info();
        let database = &mut self.database;
        let before = self.done.len();
        self.done.retain(|descriptor, ended| {
            if open.contains(descriptor) {
                *ended = None;
                return true;
            }
            let ended = *ended.get_or_insert(info.best_number);
            let keep = info.finalized_number < ended;
            if !keep {
                database.remove(STORAGE_PREFIX, &trace_key(*descriptor));
                database.remove(STORAGE_PREFIX, &sent_key(*descriptor));
            }
            keep
        });
        if self.done.len() != before {
            self.remember_done();
        }
        self.failures.retain(|descriptor, _| open.contains(descriptor));
    }

    fn remember_done(&mut self) {
        let descriptors: Vec<H256> = self.done.keys().copied().collect();
        self.database.set(STORAGE_PREFIX, DONE_KEY, &descriptors.encode());
    }

    /// Executes a lease; one that fails here is tried a few times and then left, so that it doesn't keep the
    /// others waiting.
    fn execute(&mut self, best: Hash, lease: &OpenLease<AccountId>) -> Result<(), MillError> {
        let descriptor = lease.descriptor;
        if self.database.get(STORAGE_PREFIX, &trace_key(descriptor)).is_some() {
            log::info!(target: "millrace", "task {} was executed before the restart", lease.task);
            self.done.insert(descriptor, None);
            return Ok(());
        }
        let unsaved = self.unsaved.take().filter(|(of, _)| *of == descriptor);
        let trace = match unsaved {
            Some((_, trace)) => trace,
            None => match self.compute(best, lease) {
                Ok(trace) => trace,
                Err(error @ MillError::Api(_)) => return Err(error),
                Err(error) => {
                    log::error!(target: "millrace", "task {} failed here: {error}", lease.task);
                    let failures = self.failures.entry(descriptor).or_default();
                    *failures = failures.saturating_add(1);
                    return Ok(());
                }
            },
        };
        if let Err(error) = self.store(&trace_key(descriptor), &trace) {
            self.unsaved = Some((descriptor, trace));
            return Err(error);
        }
        self.done.insert(descriptor, None);
        self.remember_done();
        Ok(())
    }

    fn compute(&mut self, best: Hash, lease: &OpenLease<AccountId>) -> Result<Vec<u8>, MillError> {
        let started = Instant::now();
        let input =
            self.client.runtime_api().input(best, lease.task)?.ok_or(MillError::NoInput(lease.task))?;
        let model = self.model(best, lease.model)?;
        let trace = self.engine.execute(&model, &input)?.trace;
        log::info!(
            target: "millrace",
            "executed task {}: model {:?}, {} samples, {} bytes of trace, {} ms",
            lease.task, lease.model, lease.samples, trace.len(), started.elapsed().as_millis()
        );
        Ok(trace)
    }

    /// The database only logs its errors, so what was written is read back.
    fn store(&mut self, key: &[u8], value: &[u8]) -> Result<(), MillError> {
        self.database.set(STORAGE_PREFIX, key, value);
        match self.database.get(STORAGE_PREFIX, key) {
            Some(stored) if stored == value => Ok(()),
            _ => Err(MillError::NotStored),
        }
    }

    fn model(&mut self, best: Hash, id: ModelId) -> Result<Arc<PreparedModel>, MillError> {
        if let Some(model) = self.models.get(&id) {
            return Ok(model.clone());
        }
        let encoding = self.client.runtime_api().model(best, id)?.ok_or(MillError::UnknownModel(id))?;
        let model = Arc::new(self.engine.prepare(&encoding)?);
        if self.models.len() >= MODELS_KEPT {
            self.models.clear();
        }
        self.models.insert(id, model.clone());
        Ok(model)
    }

    fn sprint(&mut self, best: Hash, key: &MillKey) -> Result<bool, MillError> {
        let terms = match self.sprints.terms.get(key) {
            Some((at, terms)) if *at == best => terms.clone(),
            _ => {
                let terms = self.client.runtime_api().sprint(best, key.clone())?;
                self.sprints.terms.insert(key.clone(), (best, terms.clone()));
                terms
            }
        };
        let Some(terms) = terms else { return Ok(false) };
        let genesis = match self.sprints.genesis {
            Some(genesis) => genesis,
            None => *self.sprints.genesis.insert(self.client.runtime_api().genesis_hash(best)?),
        };
        let model = self.model(best, terms.model)?;
        self.nonce = self.nonce.wrapping_add(1);
        let attempt = Attempt {
            miner: terms.miner,
            anchor: terms.anchor,
            nonce: self.nonce,
            model: terms.model,
            samples: terms.samples,
        };
        let input = attempt.input(model.checked().profile().sample_bytes);
        let trace = self.engine.execute(&model, &input)?.trace;
        let seed = attempt.seed(genesis, &input, &trace);
        if meets_target(&sprint_digest(&seed, blake2_256), terms.difficulty) {
            let win = Win { attempt, anchor_number: terms.anchor_number, trace };
            self.place = self.place.wrapping_add(1) % WINS_KEPT;
            let place = win_key(key, self.place);
            self.store(&place, &win.encode())?;
            log::debug!(target: "millrace", "a sprint on block {} won", win.anchor_number);
        }
        Ok(true)
    }
}
