//! The engine service: watches the chain for leases of the keystore's mill keys, executes them, and hands
//! the traces to the off-chain worker through the node's offchain database. Sprints while idle.
//!
//! A trace that was finished is in the database before the lease counts as done, so a restart computes
//! nothing twice. The chain never waits for the engine: its threads have a lower priority, attempts end where
//! a lease waits, and a lease that the chain gave away is abandoned.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use codec::Decode;
use millrace_engine::{Engine, EngineError, EngineOptions, PreparedModel};
use millrace_primitives::{
    mill::{MillKey, KEY_TYPE},
    BlockNumber, MillApi, ModelId, TaskId,
};
use millrace_runtime::{opaque::Block, AccountId};
use prometheus_endpoint::Registry;
use sc_client_api::Backend;
use sc_service::TaskManager;
use sp_api::{ApiError, ProvideRuntimeApi};
use sp_core::{
    offchain::{OffchainStorage, STORAGE_PREFIX},
    H256,
};
use sp_keystore::KeystorePtr;

mod leases;
mod metrics;
mod sprints;
mod watch;

use metrics::Metrics;
use sprints::Sprints;

use crate::service::{Hash, ParachainBackend, ParachainClient};

type OffchainDb = <ParachainBackend as Backend<Block>>::OffchainStorage;

/// How often the chain is asked for leases while there is nothing to do.
const POLL: Duration = Duration::from_millis(200);
/// The descriptors of finished leases whose answers the database still holds.
const DONE_KEY: &[u8] = b"millrace/done";
/// How often a lease that fails is tried.
const TRIES: u8 = 3;
/// Bytes of prepared parameters that are kept for models to come again.
const MODEL_BYTES_KEPT: usize = 512 << 20;

/// Puts the mill key of a secret into the keystore.
///
/// # Errors
/// If `suri` is no secret, or the keystore can't be written.
pub fn insert_mill_key(keystore: &KeystorePtr, suri: &str) -> sc_service::error::Result<()> {
    keystore.sr25519_generate_new(KEY_TYPE, Some(suri)).map(drop).map_err(|error| {
        sc_service::Error::Other(format!("The mill key can't be put into the keystore: {error}"))
    })
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
    registry: Option<&Registry>,
    syncing: impl Fn() -> bool + Send + 'static,
    options: EngineOptions,
) -> sc_service::error::Result<()> {
    let metrics = Metrics::new(registry)?;
    let database = backend.offchain_storage().ok_or("The node has no offchain database")?;
    let backend_name = options.backend.name().to_owned();
    let engine = crate::engine::start(options).map_err(|error| {
        sc_service::Error::Other(format!("The engine can't run on {backend_name}: {error}"))
    })?;
    metrics.self_test_passed();
    let (kernel, exact) = engine.byte_kernel();
    let note = if exact { "" } else { ", in halves where parameters are large" };
    log::info!(
        target: "millrace",
        "⚙️  engine: {} threads on {} ({}), byte kernel {kernel}{note}; self-test passed",
        engine.threads(), engine.backend().name(), engine.backend().description()
    );
    let done = database
        .get(STORAGE_PREFIX, DONE_KEY)
        .and_then(|bytes| Vec::<H256>::decode(&mut &bytes[..]).ok())
        .unwrap_or_default()
        .into_iter()
        .map(|descriptor| (descriptor, None))
        .collect();
    let mut mill = Mill {
        engine,
        metrics,
        client: client.clone(),
        database,
        keystore,
        models: HashMap::new(),
        done,
        failures: HashMap::new(),
        warned: false,
        place: 0,
        nonce: u64::from_le_bytes(std::array::from_fn(|i| H256::random().0[i])),
        sprints: Sprints::default(),
        miners: HashSet::new(),
        counted: None,
    };
    // Essential, because a mill that can't keep its work must end the node, with what to do about it.
    tasks.spawn_essential_handle().spawn_blocking("mill", "engine", async move {
        loop {
            // The block that a task needs may be far from here, and importing needs the processor more.
            if syncing() {
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
            match mill.step() {
                Ok(true) => tokio::task::yield_now().await,
                Ok(false) => tokio::time::sleep(POLL).await,
                Err(error @ MillError::NotStored) => {
                    log::error!(target: "millrace", "{error}");
                    return;
                }
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
    #[error(
        "a finished trace could not be stored, so the node stops: free space on the disk of --base-path and start \
         it again; finished traces that were stored are submitted then"
    )]
    NotStored,
}

impl MillError {
    /// Whether trying again on this machine can't help.
    fn is_final(&self) -> bool {
        matches!(self, Self::Engine(EngineError::TooLarge { .. } | EngineError::Model(_)))
    }
}

struct Mill {
    engine: Engine,
    metrics: Metrics,
    client: Arc<ParachainClient>,
    database: OffchainDb,
    keystore: KeystorePtr,
    models: HashMap<ModelId, Arc<PreparedModel>>,
    /// Leases whose traces are in the database, each with the best block's number when it was first seen to
    /// have ended. Kept in the database too, so that a restart can clean up.
    done: HashMap<H256, Option<BlockNumber>>,
    /// Leases that failed here, and how often.
    failures: HashMap<H256, u8>,
    warned: bool,
    place: u32,
    nonce: u64,
    sprints: Sprints,
    /// The miners that this node's keys mill for, as far as they were seen.
    miners: HashSet<AccountId>,
    /// The last finalized block whose events were counted.
    counted: Option<BlockNumber>,
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
        self.miners.extend(leases.iter().map(|lease| lease.miner.clone()));
        self.count_ends();
        let open = leases.iter().filter(|lease| !self.done.contains_key(&lease.descriptor)).count();
        self.metrics.queue(open, self.done.len());
        for lease in leases {
            let given_up = self.failures.get(&lease.descriptor).is_some_and(|count| *count >= TRIES);
            if !self.done.contains_key(&lease.descriptor) && !given_up {
                self.execute(best, &lease, &keys)?;
                return Ok(true);
            }
        }
        // A key without a bonded miner must not keep the others from their turn.
        let turn = usize::try_from(self.nonce).unwrap_or(0).checked_rem(keys.len()).unwrap_or(0);
        for key in keys.iter().cycle().skip(turn).take(keys.len()) {
            if self.sprint(best, key, &keys)? {
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

    fn model(&mut self, best: Hash, id: ModelId) -> Result<Arc<PreparedModel>, MillError> {
        if let Some(model) = self.models.get(&id) {
            return Ok(model.clone());
        }
        let encoding = self.client.runtime_api().model(best, id)?.ok_or(MillError::UnknownModel(id))?;
        let model = Arc::new(self.engine.prepare(&encoding)?);
        let kept: usize = self.models.values().map(|model| model.bytes()).sum();
        if kept.saturating_add(model.bytes()) > MODEL_BYTES_KEPT {
            self.models.clear();
        }
        self.models.insert(id, model.clone());
        Ok(model)
    }
}
