//! What every node runs, with a relay chain or without: off-chain workers, RPC and the mill.

use std::sync::{Arc, OnceLock};

use futures::FutureExt;
use jsonrpsee::RpcModule;
use prometheus_endpoint::Registry;
use sc_client_api::Backend;
use sc_network::service::traits::NetworkService;
use sc_rpc::SubscriptionTaskExecutor;
use sc_service::{Configuration, TaskManager};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_keystore::KeystorePtr;

use crate::{
    mill::MillOptions,
    rpc::{create_full, Chain, Feed, FullDeps},
    types::{ParachainBackend, ParachainClient, TransactionPool},
};

/// The parts of a node that the others are built on.
#[derive(Clone)]
pub struct Parts {
    /// Answers for the chain.
    pub client: Arc<ParachainClient>,
    /// The database.
    pub backend: Arc<ParachainBackend>,
    /// Transactions that wait for a block.
    pub pool: Arc<TransactionPool>,
    /// The node's keys.
    pub keystore: KeystorePtr,
}

/// Makes the methods of an RPC server; what it is given runs their subscriptions.
pub type RpcBuilder = Box<dyn Fn(SubscriptionTaskExecutor) -> Result<RpcModule<()>, sc_service::Error>>;

impl Parts {
    /// Starts the runtime's off-chain workers, which send what the mill finished.
    ///
    /// # Errors
    /// If the SDK can't start them.
    pub fn spawn_offchain_workers(
        &self,
        tasks: &TaskManager,
        config: &Configuration,
        network: &Arc<dyn NetworkService>,
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

    /// What the node answers to programs.
    pub fn rpc_builder(&self) -> RpcBuilder {
        let parts = self.clone();
        // One feed for all servers.
        let feed = OnceLock::new();
        Box::new(move |executor| {
            let Parts { client, pool, keystore, .. } = parts.clone();
            let chain: Arc<dyn Chain> = Arc::new(client.clone());
            let feed = feed.get_or_init(|| Feed::start(chain.clone(), &executor)).clone();
            create_full(FullDeps { client, pool, keystore, chain, feed }).map_err(Into::into)
        })
    }

    /// Starts the mill, if the node mines. Figures of the chain are shown in any case.
    ///
    /// # Errors
    /// What [`crate::mill::spawn`] says.
    pub fn start_mill(
        &self,
        options: Option<MillOptions>,
        tasks: &TaskManager,
        registry: Option<&Registry>,
        syncing: impl Fn() -> bool + Send + 'static,
    ) -> sc_service::error::Result<()> {
        crate::mill::spawn_figures(tasks, &self.client, registry)?;
        let Some(options) = options else { return Ok(()) };
        let keystore = self.keystore.clone();
        crate::mill::spawn(tasks, &self.client, &self.backend, keystore, registry, syncing, options)
    }
}
