//! The engine service: watches the chain for leases of the keystore's mill keys, executes them, and hands
//! the traces to the off-chain worker through the node's offchain database. Sprints while idle.
//!
//! A trace that was finished is in the database before the lease counts as done, so a restart computes
//! nothing twice. The chain never waits for the engine: its threads have a lower priority, attempts end where
//! a lease waits, and a lease that the chain gave away is abandoned.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use codec::Decode;
use millrace_engine::{Engine, EngineError, EngineOptions, PreparedModel};
use millrace_primitives::{
    handover::NO_CLAIM_KEY,
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

mod keys;
mod leases;
mod metrics;
mod sprints;
mod status;
mod watch;

pub use keys::can_sign;
use keys::Keys;
use leases::Failures;
use metrics::Metrics;
use sprints::Sprints;
use status::{reasons, Reason, Said};

use crate::types::{Hash, ParachainBackend, ParachainClient};

type OffchainDb = <ParachainBackend as Backend<Block>>::OffchainStorage;

/// How often the chain is asked for leases while there is nothing to do.
const POLL: Duration = Duration::from_millis(200);
/// The descriptors of finished leases whose answers the database still holds.
const DONE_KEY: &[u8] = b"millrace/done";
/// Bytes of prepared parameters that are kept for models to come again.
const MODEL_BYTES_KEPT: usize = 512 << 20;

/// What the mill is started with.
pub struct MillOptions {
    /// The engine's options.
    pub engine: EngineOptions,
    /// Works for this miner only, whoever else registers the node's keys.
    pub miner: Option<AccountId>,
    /// Whether the node claims its miners' shares.
    pub claim: bool,
}

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
    MillOptions { engine, miner, claim }: MillOptions,
) -> sc_service::error::Result<()> {
    let metrics = Metrics::new(registry)?;
    let mut database = backend.offchain_storage().ok_or("The node has no offchain database")?;
    // The worker that claims is the runtime's; the note tells it.
    if claim {
        database.remove(STORAGE_PREFIX, NO_CLAIM_KEY);
    } else {
        database.set(STORAGE_PREFIX, NO_CLAIM_KEY, &[1]);
    }
    let backend_name = engine.backend.name().to_owned();
    let engine = crate::engine::start(engine).map_err(|error| {
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
        only: miner,
        keys: Keys::default(),
        said: Said::default(),
        warned: false,
        standing: HashMap::new(),
        models: HashMap::new(),
        done,
        failures: Failures::default(),
        turn: 0,
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
                mill.metrics.idle(&[Reason::Syncing].into());
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
    /// The only miner that is worked for, if the node was told so.
    only: Option<AccountId>,
    keys: Keys,
    /// What was said last of each key, and whether it was said that there is none.
    said: Said,
    warned: bool,
    /// The block on which each key's standing was asked last, and why it earns nothing or less.
    standing: HashMap<MillKey, (Hash, BTreeSet<Reason>)>,
    models: HashMap<ModelId, Arc<PreparedModel>>,
    /// Leases whose traces are in the database, each with the best block's number when it was first seen to
    /// have ended. Kept in the database too, so that a restart can clean up.
    done: HashMap<H256, Option<BlockNumber>>,
    failures: Failures,
    /// Whose turn it is to sprint.
    turn: usize,
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
        let info = self.client.chain_info();
        let best = info.best_hash;
        let keys = self.keys.usable(&*self.keystore);
        self.speak_of(best, &keys)?;
        // What follows is asked on the same block as the keys' standing, so it is of no other miner.
        let keys: Vec<MillKey> =
            keys.into_iter().filter(|key| !self.standing_of(key).contains(&Reason::OtherMiner)).collect();
        if keys.is_empty() {
            return Ok(false);
        }
        let leases = self.client.runtime_api().leases(best, keys.clone())?;
        self.forget_ended(&leases);
        self.miners.extend(leases.iter().map(|lease| lease.miner.clone()));
        self.follow_chain();
        let open = leases.iter().filter(|lease| !self.done.contains_key(&lease.descriptor)).count();
        self.metrics.queue(open, self.done.len());
        for lease in leases {
            let rests = self.failures.rests(&lease.descriptor, info.best_number);
            if !self.done.contains_key(&lease.descriptor) && !rests {
                self.execute(best, info.best_number, &lease, &keys)?;
                return Ok(true);
            }
        }
        for turn in turns(self.turn, keys.len()) {
            if self.sprint(best, &keys[turn], &keys)? {
                self.turn = turn + 1;
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn standing_of(&self, key: &MillKey) -> BTreeSet<Reason> {
        self.standing.get(key).map(|(_, reasons)| reasons.clone()).unwrap_or_default()
    }

    /// Says what changed since the last block of why the node earns or doesn't.
    fn speak_of(&mut self, best: Hash, keys: &[MillKey]) -> Result<(), MillError> {
        for key in keys {
            if self.standing.get(key).is_some_and(|(at, _)| *at == best) {
                continue;
            }
            let status = self.client.runtime_api().status(best, key.clone())?;
            self.said.update(key, &status, self.only.as_ref());
            self.standing.insert(key.clone(), (best, reasons(&status, self.only.as_ref())));
        }
        self.said.keep(keys);
        self.standing.retain(|key, _| keys.contains(key));
        let mut all: BTreeSet<Reason> =
            self.standing.values().flat_map(|(_, reasons)| reasons.iter().copied()).collect();
        if self.keys.any_unusable() {
            all.insert(Reason::UnusableKey);
        }
        if keys.is_empty() && !self.keys.any_unusable() {
            all.insert(Reason::NoKey);
        }
        if all.contains(&Reason::NoKey) && !self.warned {
            log::warn!(
                target: "millrace",
                "mining is on, but the keystore has no mill key; add one with `key insert --key-type mill --scheme sr25519`"
            );
        }
        self.warned = all.contains(&Reason::NoKey);
        self.metrics.idle(&all);
        Ok(())
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

/// Which of the keys to ask for a sprint, one after the other, when it is a key's turn: one that may not sprint must not keep
/// the others from theirs.
fn turns(turn: usize, keys: usize) -> impl Iterator<Item = usize> {
    (0..keys).map(move |offset| turn.wrapping_add(offset) % keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sprints of each key in so many series, of which `may` tells who may sprint.
    fn sprints(keys: usize, series: usize, may: impl Fn(usize) -> bool) -> Vec<usize> {
        let (mut turn, mut sprints) = (0, vec![0; keys]);
        for _ in 0..series {
            if let Some(key) = turns(turn, keys).find(|key| may(*key)) {
                sprints[key] += 1;
                turn = key + 1;
            }
        }
        sprints
    }

    #[test]
    fn keys_take_turns() {
        assert_eq!(sprints(1, 60, |_| true), [60]);
        assert_eq!(sprints(2, 60, |_| true), [30, 30]);
        assert_eq!(sprints(3, 60, |_| true), [20, 20, 20]);
        assert_eq!(sprints(3, 60, |key| key != 1), [30, 0, 30]);
        assert_eq!(sprints(2, 60, |_| false), [0, 0]);
    }
}
