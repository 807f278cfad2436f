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

use codec::Encode;
use millrace_engine::{Engine, EngineError, PreparedModel};
use millrace_inference::{sprint_digest, Domain, Statement};
use millrace_primitives::{
    handover::{trace_key, win_key, Win, WINS_KEPT},
    meets_target,
    mill::{MillKey, KEY_TYPE},
    Attempt, MillApi, ModelId, OpenLease, SprintTerms,
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
    let mut mill = Mill {
        engine,
        client: client.clone(),
        database,
        keystore,
        models: HashMap::new(),
        done: HashSet::new(),
        declined: HashSet::new(),
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
    #[error("a finished trace could not be stored; is the disk full?")]
    NotStored,
}

struct Mill {
    engine: Engine,
    client: Arc<ParachainClient>,
    database: OffchainDb,
    keystore: KeystorePtr,
    models: HashMap<ModelId, Arc<PreparedModel>>,
    /// Leases whose traces are in the database.
    done: HashSet<H256>,
    /// Leases that can't be executed here.
    declined: HashSet<H256>,
    place: u32,
    nonce: u64,
    sprints: Sprints,
}

#[derive(Default)]
struct Sprints {
    /// Asked on top of this block, for this key.
    terms: Option<(Hash, MillKey, Option<SprintTerms<AccountId>>)>,
    genesis: Option<H256>,
}

impl Mill {
    /// Executes one lease or one attempt; false if there was neither.
    fn step(&mut self) -> Result<bool, MillError> {
        let best = self.client.chain_info().best_hash;
        let keys: Vec<MillKey> =
            self.keystore.sr25519_public_keys(KEY_TYPE).into_iter().map(Into::into).collect();
        if keys.is_empty() {
            return Ok(false);
        }
        let leases = self.client.runtime_api().leases(best, keys.clone())?;
        self.forget_ended(&leases);
        for lease in leases {
            if !self.done.contains(&lease.descriptor) && !self.declined.contains(&lease.descriptor) {
                self.execute(best, lease)?;
                return Ok(true);
            }
        }
        let turn = usize::try_from(self.nonce).unwrap_or(0) % keys.len();
        self.sprint(best, &keys[turn])
    }

    /// Removes the traces of leases that the chain has settled or given away.
    fn forget_ended(&mut self, leases: &[OpenLease<AccountId>]) {
        let open: HashSet<H256> = leases.iter().map(|lease| lease.descriptor).collect();
        let ended: Vec<H256> = self.done.difference(&open).copied().collect();
        for descriptor in ended {
            self.database.remove(STORAGE_PREFIX, &trace_key(descriptor));
            self.done.remove(&descriptor);
        }
        self.declined.retain(|descriptor| open.contains(descriptor));
    }

    fn execute(&mut self, best: Hash, lease: OpenLease<AccountId>) -> Result<(), MillError> {
        let key = trace_key(lease.descriptor);
        if self.database.get(STORAGE_PREFIX, &key).is_some() {
            log::info!(target: "millrace", "task {} was executed before the restart", lease.task);
            self.done.insert(lease.descriptor);
            return Ok(());
        }
        let started = Instant::now();
        let Some(input) = self.client.runtime_api().input(best, lease.task)? else { return Ok(()) };
        let model = self.model(best, lease.model)?;
        let execution = match self.engine.execute(&model, &input) {
            Ok(execution) => execution,
            Err(error) => {
                log::error!(target: "millrace", "task {} can't be executed here: {error}", lease.task);
                self.declined.insert(lease.descriptor);
                return Ok(());
            }
        };
        self.store(&key, &execution.trace)?;
        self.done.insert(lease.descriptor);
        log::info!(
            target: "millrace",
            "executed task {}: model {:?}, {} samples, {} bytes of trace, {} ms",
            lease.task, lease.model, lease.samples, execution.trace.len(), started.elapsed().as_millis()
        );
        Ok(())
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
        let known = self.sprints.terms.as_ref().filter(|(at, of, _)| *at == best && of == key);
        let terms = match known {
            Some((_, _, terms)) => terms.clone(),
            None => {
                let terms = self.client.runtime_api().sprint(best, key.clone())?;
                self.sprints.terms = Some((best, key.clone(), terms.clone()));
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
        let seed = Statement {
            domain: Domain::Sprint,
            genesis_hash: genesis.0,
            subject: attempt.subject(),
            miner: &attempt.miner.encode(),
            model: attempt.model.0,
            input_hash: blake2_256(&input),
            samples: attempt.samples,
        }
        .seed(&trace, blake2_256);
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
