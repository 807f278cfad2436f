//! The parts of a node that commands need without a network: client, database, transaction pool, import queue.

use std::sync::Arc;

use millrace_runtime::{opaque::Block, RuntimeApi};
use sc_consensus::DefaultImportQueue;
use sc_service::{Configuration, PartialComponents, TaskManager};
use sc_telemetry::{Telemetry, TelemetryHandle, TelemetryWorker, TelemetryWorkerHandle};
use sp_consensus_aura::sr25519::AuthorityPair as AuraPair;

use crate::types::{HostFunctions, ParachainBackend, ParachainBlockImport, ParachainClient, TransactionPool};

/// What a partial node has besides the SDK's list.
pub struct Extra {
    /// Imports the blocks that this node makes.
    pub block_import: ParachainBlockImport,
    /// Reports to the endpoints that the configuration names, if any.
    pub telemetry: Option<Telemetry>,
    /// The same, for the relay chain's node.
    pub telemetry_worker_handle: Option<TelemetryWorkerHandle>,
}

/// A node without network and consensus.
pub type Service = PartialComponents<
    ParachainClient,
    ParachainBackend,
    (),
    DefaultImportQueue<Block>,
    TransactionPool,
    Extra,
>;

/// Opens the database and starts what a node can do alone.
///
/// # Errors
/// If the database can't be opened, or a telemetry endpoint is none.
pub fn new_partial(config: &Configuration) -> sc_service::error::Result<Service> {
    let telemetry = telemetry(config)?;
    let executor = sc_service::new_wasm_executor::<HostFunctions>(&config.executor);
    let (client, backend, keystore_container, task_manager) =
        sc_service::new_full_parts_record_import::<Block, RuntimeApi, _>(
            config,
            telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()),
            executor,
            true,
            Vec::new(),
        )?;
    let client = Arc::new(client);

    let telemetry_worker_handle = telemetry.as_ref().map(|(worker, _)| worker.handle());
    let telemetry = telemetry.map(|(worker, telemetry)| {
        task_manager.spawn_handle().spawn("telemetry", None, worker.run());
        telemetry
    });

    let transaction_pool: Arc<TransactionPool> = Arc::new(
        sc_transaction_pool::Builder::new(
            task_manager.spawn_essential_handle(),
            client.clone(),
            config.role.is_authority().into(),
        )
        .with_options(config.transaction_pool.clone())
        .with_prometheus(config.prometheus_registry())
        .build(),
    );

    let block_import = ParachainBlockImport::new(client.clone(), backend.clone());
    let import_queue = if is_dev(config) {
        dev_import_queue(client.clone(), config, &task_manager)
    } else {
        let handle = telemetry.as_ref().map(|telemetry| telemetry.handle());
        build_import_queue(client.clone(), block_import.clone(), config, handle, &task_manager)
    };

    Ok(PartialComponents {
        client,
        backend,
        task_manager,
        keystore_container,
        select_chain: (),
        import_queue,
        transaction_pool,
        other: Extra { block_import, telemetry, telemetry_worker_handle },
    })
}

fn telemetry(config: &Configuration) -> Result<Option<(TelemetryWorker, Telemetry)>, sc_telemetry::Error> {
    let Some(endpoints) = config.telemetry_endpoints.clone().filter(|endpoints| !endpoints.is_empty()) else {
        return Ok(None);
    };
    let worker = TelemetryWorker::new(16)?;
    let telemetry = worker.handle().new_telemetry(endpoints);
    Ok(Some((worker, telemetry)))
}

fn build_import_queue(
    client: Arc<ParachainClient>,
    block_import: ParachainBlockImport,
    config: &Configuration,
    telemetry: Option<TelemetryHandle>,
    task_manager: &TaskManager,
) -> DefaultImportQueue<Block> {
    cumulus_client_consensus_aura::equivocation_import_queue::fully_verifying_import_queue::<
        AuraPair,
        _,
        _,
        _,
        _,
    >(
        client,
        block_import,
        move |_, _| async move { Ok(sp_timestamp::InherentDataProvider::from_system_time()) },
        &task_manager.spawn_essential_handle(),
        config.prometheus_registry(),
        telemetry,
    )
}

/// Whether the chain is a development node's own.
pub fn is_dev(config: &Configuration) -> bool {
    config.chain_spec.chain_type() == sc_service::ChainType::Development
}

fn dev_import_queue(
    client: Arc<ParachainClient>,
    config: &Configuration,
    tasks: &TaskManager,
) -> DefaultImportQueue<Block> {
    sc_consensus_manual_seal::import_queue(
        Box::new(client),
        &tasks.spawn_essential_handle(),
        config.prometheus_registry(),
    )
}
