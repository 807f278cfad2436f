//! Runs the mill: one lease or one series of attempts after the other.

use std::{sync::Arc, time::Duration};

use millrace_engine::{Engine, EngineOptions};
use millrace_primitives::{handover::NO_CLAIM_KEY, mill::MillKey};
use millrace_runtime::AccountId;
use prometheus_endpoint::Registry;
use sc_client_api::Backend;
use sc_service::TaskManager;
use sp_core::offchain::{OffchainStorage, STORAGE_PREFIX};
use sp_keystore::KeystorePtr;

use super::{
    chain::Chain,
    error::MillError,
    figures,
    metrics::Metrics,
    state::{Mill, Tools},
    status::Reason,
};
use crate::types::{ParachainBackend, ParachainClient};

/// How often the chain is asked for leases while there is nothing to do.
const POLL: Duration = Duration::from_millis(200);

/// What the mill is started with.
pub struct MillOptions {
    /// The engine's options.
    pub engine: EngineOptions,
    /// Works for this miner only, whoever else registers the node's keys.
    pub miner: Option<AccountId>,
    /// Whether the node claims its miners' shares.
    pub claim: bool,
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
    figures::spawn(tasks, client, registry)?;
    let mut database = backend.offchain_storage().ok_or("The node has no offchain database")?;
    // The worker that claims is the runtime's; the note tells it.
    if claim {
        database.remove(STORAGE_PREFIX, NO_CLAIM_KEY);
    } else {
        database.set(STORAGE_PREFIX, NO_CLAIM_KEY, &[1]);
    }
    let engine = start_engine(engine, &metrics)?;
    let tools = Tools { engine, metrics, chain: client.clone(), database, keystore };
    let mill = Mill::new(tools, miner);
    // Essential, because a mill that can't keep its work must end the node, with what to do about it.
    tasks.spawn_essential_handle().spawn_blocking("mill", "engine", run(mill, syncing));
    Ok(())
}

/// Starts the engine and says what it is.
fn start_engine(options: EngineOptions, metrics: &Metrics) -> sc_service::error::Result<Engine> {
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
    Ok(engine)
}

/// Works until the mill can't keep its work.
async fn run<C: Chain, S: OffchainStorage>(mut mill: Mill<C, S>, syncing: impl Fn() -> bool) {
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
}

impl<C: Chain, S: OffchainStorage> Mill<C, S> {
    /// Executes one lease or one attempt; false if there was neither.
    ///
    /// # Errors
    /// Above all [`MillError::NotStored`], after which the node must end; the others pass.
    pub fn step(&mut self) -> Result<bool, MillError> {
        let heads = self.chain.heads();
        let best = heads.best;
        let keys = self.keys.usable(&*self.keystore);
        self.speak_of(best, &keys)?;
        // What follows is asked on the same block as the keys' standing, so it is of no other miner.
        let keys: Vec<MillKey> =
            keys.into_iter().filter(|key| !self.standing_of(key).contains(&Reason::OtherMiner)).collect();
        if keys.is_empty() {
            return Ok(false);
        }
        let leases = self.chain.leases(best, keys.clone())?;
        self.forget_ended(&leases);
        self.miners.extend(leases.iter().map(|lease| lease.miner.clone()));
        self.follow_chain();
        let open = leases.iter().filter(|lease| !self.done.contains_key(&lease.descriptor)).count();
        self.metrics.queue(open, self.done.len());
        for lease in leases {
            let rests = self.failures.rests(&lease.descriptor, heads.best_number);
            if !self.done.contains_key(&lease.descriptor) && !rests {
                self.execute(best, heads.best_number, &lease, &keys)?;
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
