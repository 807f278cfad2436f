//! What every running node starts, however its blocks are made: off-chain workers, mill, JSON-RPC, and a watch over its disk.

use std::{path::PathBuf, sync::Arc};

use futures::FutureExt;
use jsonrpsee::RpcModule;
use prometheus_endpoint::Registry;
use sc_basic_authorship::ProposerFactory;
use sc_client_api::Backend;
use sc_network::service::traits::NetworkService;
use sc_service::{Configuration, TaskManager};
use sc_storage_monitor::{StorageMonitorParams, StorageMonitorService};
use sc_telemetry::TelemetryHandle;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_core::traits::SpawnNamed;
use sp_keystore::KeystorePtr;

use crate::{
    mill::{self, MillOptions},
    rpc,
    types::{ParachainBackend, ParachainClient, TransactionPool},
};

/// Makes the methods of one JSON-RPC connection.
type RpcBuilder = Box<dyn Fn(Arc<dyn SpawnNamed>) -> sc_service::error::Result<RpcModule<()>>>;

/// What the services of a node share.
#[derive(Clone)]
pub struct Parts {
    /// The chain as this node knows it.
    pub client: Arc<ParachainClient>,
    /// Its database.
    pub backend: Arc<ParachainBackend>,
    /// Transactions that wait for a block.
    pub pool: Arc<TransactionPool>,
    /// The node's keys.
    pub keystore: KeystorePtr,
}

impl Parts {
    /// Starts the runtime's off-chain workers, unless the configuration has none.
    pub fn spawn_offchain_workers(
        &self,
        config: &Configuration,
        network: &Arc<dyn NetworkService>,
        tasks: &TaskManager,
    ) -> sc_service::error::Result<()> {
        if !config.offchain_worker.enabled {
            return Ok(());
        }
        let workers = sc_offchain::OffchainWorkers::new(sc_offchain::OffchainWorkerOptions {
            runtime_api_provider: self.client.clone(),
            keystore: Some(self.keystore.clone()),
            offchain_db: self.backend.offchain_storage(),
            transaction_pool: Some(OffchainTransactionPoolFactory::new(self.pool.clone())),
            network_provider: Arc::new(network.clone()),
            is_validator: config.role.is_authority(),
            enable_http_requests: false,
            custom_extensions: |_hash| Vec::new(),
        })?;
        tasks.spawn_handle().spawn(
            "offchain-workers-runner",
            "offchain-work",
            workers.run(self.client.clone(), tasks.spawn_handle()).boxed(),
        );
        Ok(())
    }

    /// Starts the mill, if the node mines. It rests while `syncing`.
    pub fn start_mill(
        &self,
        options: Option<MillOptions>,
        registry: Option<&Registry>,
        syncing: impl Fn() -> bool + Send + 'static,
        tasks: &TaskManager,
    ) -> sc_service::error::Result<()> {
        let Some(options) = options else { return Ok(()) };
        let keystore = self.keystore.clone();
        mill::spawn(tasks, &self.client, &self.backend, keystore, registry, syncing, options)
    }

    /// Fills blocks with the pool's transactions.
    pub fn proposer(
        &self,
        registry: Option<&Registry>,
        telemetry: Option<TelemetryHandle>,
        tasks: &TaskManager,
    ) -> ProposerFactory<TransactionPool, ParachainClient> {
        let (client, pool) = (self.client.clone(), self.pool.clone());
        ProposerFactory::new(tasks.spawn_handle(), client, pool, registry, telemetry)
    }

    /// What answers over JSON-RPC.
    pub fn rpc_builder(&self) -> RpcBuilder {
        let parts = self.clone();
        Box::new(move |_| {
            let Parts { client, pool, keystore, .. } = parts.clone();
            rpc::create_full(rpc::FullDeps { client, pool, keystore }).map_err(Into::into)
        })
    }
}

/// Ends the node when its disk is nearly full, as long as it can still end well.
pub fn watch_disk(
    params: StorageMonitorParams,
    database: Option<PathBuf>,
    tasks: &TaskManager,
) -> sc_service::error::Result<()> {
    let Some(path) = database else { return Ok(()) };
    StorageMonitorService::try_spawn(params, path, &tasks.spawn_essential_handle()).map_err(application)
}

/// An error of the relay chain's or the disk's, as the SDK wants it.
pub fn application(error: impl std::error::Error + Send + Sync + 'static) -> sc_service::Error {
    sc_service::Error::Application(Box::new(error))
}
