//! Starts the mill as a task of the node.

use std::{sync::Arc, time::Duration};

use millrace_engine::{Engine, EngineOptions};
use millrace_primitives::{handover::NO_CLAIM_KEY, mill::KEY_TYPE};
use millrace_runtime::AccountId;
use prometheus_endpoint::Registry;
use sc_client_api::Backend;
use sc_service::TaskManager;
use sp_core::offchain::OffchainStorage;
use sp_keystore::KeystorePtr;

use super::{
    chain::Chain, database::Database, error::MillError, metrics::Metrics, state::Mill, status::Reason,
};
use crate::types::{ParachainBackend, ParachainClient};

/// How often the chain is asked for leases while there is nothing to do.
const POLL: Duration = Duration::from_millis(200);
/// How long the mill waits after an error, and for a node that isn't at the chain's end yet.
const PAUSE: Duration = Duration::from_secs(1);

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

/// Starts the mill. It rests while `syncing`.
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
    let storage = backend.offchain_storage().ok_or("The node has no offchain database")?;
    let mut database = Database::new(storage);
    // The worker that claims is the runtime's; the note tells it.
    if claim {
        database.remove(NO_CLAIM_KEY);
    } else {
        database.set(NO_CLAIM_KEY, &[1]);
    }
    let engine = start_engine(engine)?;
    metrics.self_test_passed();
    let mill = Mill::new(engine, metrics, client.clone(), database, keystore, miner);
    // Essential, because a mill that can't keep its work must end the node, with what to do about it.
    tasks.spawn_essential_handle().spawn_blocking("mill", "engine", run(mill, syncing));
    Ok(())
}

fn start_engine(options: EngineOptions) -> sc_service::error::Result<Engine> {
    let backend = options.backend.name().to_owned();
    let engine = crate::engine::start(options)
        .map_err(|error| sc_service::Error::Other(format!("The engine can't run on {backend}: {error}")))?;
    let (kernel, exact) = engine.byte_kernel();
    let note = if exact { "" } else { ", in halves where parameters are large" };
    log::info!(
        target: "millrace",
        "⚙️  engine: {} threads on {} ({}), byte kernel {kernel}{note}; self-test passed",
        engine.threads(), engine.backend().name(), engine.backend().description()
    );
    Ok(engine)
}

/// Works until a finished trace can't be stored.
async fn run<C: Chain, S: OffchainStorage>(mut mill: Mill<C, S>, syncing: impl Fn() -> bool + Send) {
    loop {
        // The block that a task needs may be far from here, and importing needs the processor more.
        if syncing() {
            mill.metrics.idle(&[Reason::Syncing].into());
            tokio::time::sleep(PAUSE).await;
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
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
