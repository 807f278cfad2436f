//! Starts a node: database, network, off-chain workers, relay chain, collator and mill.

use cumulus_client_cli::CollatorOptions;
use cumulus_client_collator::service::CollatorService;
use cumulus_client_consensus_aura::collators::lookahead::{self as aura, Params as AuraParams};
use cumulus_client_consensus_common::ParachainBlockImport as TParachainBlockImport;
use cumulus_client_service::{
    build_network, build_relay_chain_interface, prepare_node_config, start_relay_chain_tasks,
    BuildNetworkParams, DARecoveryProfile, ParachainTracingExecuteBlock, StartRelayChainTasksParams,
};
use cumulus_primitives_core::{
    relay_chain::{CollatorPair, ValidationCode},
    GetParachainInfo, ParaId,
};
use cumulus_relay_chain_interface::{OverseerHandle, RelayChainInterface};
use futures::FutureExt;
use millrace_runtime::{opaque::Block, RuntimeApi};
use sc_client_api::Backend;
use sc_consensus::{DefaultImportQueue, ImportQueue};
use sc_consensus_aura::SyncOracle;
use sc_executor::WasmExecutor;
use sc_network::{
    config::{FullNetworkConfiguration, NetworkBackendType},
    service::traits::NetworkService,
    NetworkBackend, NetworkBlock, NetworkStateInfo, PeerId,
};
use sc_service::{Configuration, PartialComponents, TFullBackend, TFullClient, TaskManager};
use sc_storage_monitor::{StorageMonitorParams, StorageMonitorService};
use sc_telemetry::{Telemetry, TelemetryHandle, TelemetryWorker, TelemetryWorkerHandle};
use sc_transaction_pool::TransactionPoolHandle;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_api::ProvideRuntimeApi;
use sp_consensus_aura::sr25519::AuthorityPair as AuraPair;
use sp_keystore::KeystorePtr;
use sp_runtime::traits::Block as BlockT;
use std::{path::PathBuf, sync::Arc, time::Duration};

use crate::mill::{insert_mill_key, MillOptions};

pub type Hash = <Block as BlockT>::Hash;

pub type HostFunctions = cumulus_client_service::ParachainHostFunctions;
// ParachainHostFunctions = (storage_proof_size, SubstrateHostFunctions, sp_crypto_ec_utils::HostFunctionsRfc163)

pub type ParachainExecutor = WasmExecutor<HostFunctions>;
pub type ParachainClient = TFullClient<Block, RuntimeApi, ParachainExecutor>;
pub type ParachainBackend = TFullBackend<Block>;
pub type ParachainBlockImport = TParachainBlockImport<Block, Arc<ParachainClient>, ParachainBackend>;
pub type TransactionPool = TransactionPoolHandle<Block, ParachainClient>;

pub struct Extra {
    pub block_import: ParachainBlockImport,
    pub telemetry: Option<Telemetry>,
    pub telemetry_worker_handle: Option<TelemetryWorkerHandle>,
}
pub type Service = PartialComponents<
    ParachainClient,
    ParachainBackend,
    (),
    DefaultImportQueue<Block>,
    TransactionPool,
    Extra,
>;

pub fn new_partial(config: &Configuration) -> sc_service::error::Result<Service> {
    let telemetry = config
        .telemetry_endpoints
        .clone()
        .filter(|endpoints| !endpoints.is_empty())
        .map(|endpoints| -> Result<_, sc_telemetry::Error> {
            let worker = TelemetryWorker::new(16)?;
            let telemetry = worker.handle().new_telemetry(endpoints);
            Ok((worker, telemetry))
        })
        .transpose()?;

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
        build_import_queue(
            client.clone(),
            block_import.clone(),
            config,
            telemetry.as_ref().map(|telemetry| telemetry.handle()),
            &task_manager,
        )
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

const RELAY_CHAIN_SLOT: Duration = Duration::from_secs(6);
const AUTHORING_DURATION: Duration = Duration::from_millis(2000);

pub struct NodeArgs {
    pub collator_options: CollatorOptions,
    pub max_pov_percentage: Option<u32>,
    pub hwbench: Option<sc_sysinfo::HwBench>,
    pub storage_monitor: StorageMonitorParams,
    pub mill: Option<MillOptions>,
    pub mill_suri: Option<String>,
}

#[sc_tracing::logging::prefix_logs_with("Parachain")]
pub async fn start_node(
    parachain: Configuration,
    relay: Configuration,
    args: NodeArgs,
) -> sc_service::error::Result<TaskManager> {
    match parachain.network.network_backend {
        NetworkBackendType::Libp2p => {
            start_with::<sc_network::NetworkWorker<Block, Hash>>(parachain, relay, args).await
        }
        NetworkBackendType::Litep2p => {
            start_with::<sc_network::Litep2pNetworkBackend>(parachain, relay, args).await
        }
    }
}

/// The chain's id on its relay chain. The runtime knows it; a database without state (warp sync) falls back on the chain
/// specification, which must not say another.
pub fn para_id(client: &ParachainClient, config: &Configuration) -> Result<ParaId, String> {
    let runtime = client.runtime_api().parachain_id(client.chain_info().best_hash).ok();
    let spec = crate::chain_spec::Extensions::try_get(&*config.chain_spec).map(|e| e.para_id.into());
    agreed(runtime, spec)
}

fn agreed(runtime: Option<ParaId>, spec: Option<ParaId>) -> Result<ParaId, String> {
    match (runtime, spec) {
        (Some(runtime), Some(spec)) if runtime != spec => Err(format!(
            "The chain specification says para_id {spec} and its runtime {runtime}: give the file of this chain, or put the registered id into both (parachainInfo.parachainId of the genesis)"
        )),
        (runtime, spec) => runtime
            .or(spec)
            .ok_or_else(|| "The chain specification has no para_id: add the id that the chain is registered with".into()),
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

fn application(error: impl std::error::Error + Send + Sync + 'static) -> sc_service::Error {
    sc_service::Error::Application(Box::new(error))
}

async fn start_with<Net: NetworkBackend<Block, Hash>>(
    parachain_config: Configuration,
    relay_config: Configuration,
    args: NodeArgs,
) -> sc_service::error::Result<TaskManager> {
    let parachain_config = prepare_node_config(parachain_config);

    let PartialComponents {
        client,
        backend,
        mut task_manager,
        keystore_container,
        import_queue,
        transaction_pool,
        select_chain: (),
        other: Extra { block_import, mut telemetry, telemetry_worker_handle },
    } = new_partial(&parachain_config)?;

    let para_id = para_id(&client, &parachain_config)?;

    let validator = parachain_config.role.is_authority();
    let prometheus_registry = parachain_config.prometheus_registry().cloned();
    let database_path = parachain_config.database.path().map(|path| path.to_path_buf());

    let (relay_chain_interface, collator_key, relay_network, _paranode_requests) =
        build_relay_chain_interface(
            relay_config,
            &parachain_config,
            telemetry_worker_handle,
            &mut task_manager,
            args.collator_options.clone(),
            args.hwbench.clone(),
        )
        .await
        .map_err(application)?;

    let net_config =
        FullNetworkConfiguration::<_, _, Net>::new(&parachain_config.network, prometheus_registry.clone());
    let metrics = Net::register_notification_metrics(prometheus_registry.as_ref());
    let import_queue_service = import_queue.service();

    let (network, system_rpc_tx, tx_handler_controller, sync_service, _bitswap) =
        build_network(BuildNetworkParams {
            parachain_config: &parachain_config,
            net_config,
            client: client.clone(),
            transaction_pool: transaction_pool.clone(),
            para_id,
            relay_chain_interface: relay_chain_interface.clone(),
            spawn_handle: task_manager.spawn_handle(),
            spawn_essential_handle: task_manager.spawn_essential_handle(),
            import_queue,
            metrics,
            gap_sync_body_policy: None,
        })
        .await?;

    let collator_peer_id = relay_network.local_peer_id();

    spawn_offchain_workers(
        &task_manager,
        &parachain_config,
        &client,
        &backend,
        &transaction_pool,
        keystore_container.keystore(),
        &network,
    )?;

    let rpc_builder = {
        let (client, pool) = (client.clone(), transaction_pool.clone());
        let keystore = keystore_container.keystore();
        Box::new(move |_| {
            let (client, pool, keystore) = (client.clone(), pool.clone(), keystore.clone());
            crate::rpc::create_full(crate::rpc::FullDeps { client, pool, keystore }).map_err(Into::into)
        })
    };

    if let Some(suri) = &args.mill_suri {
        insert_mill_key(&keystore_container.keystore(), suri)?;
    }
    if let Some(options) = args.mill {
        let sync = sync_service.clone();
        crate::mill::spawn(
            &task_manager,
            &client,
            &backend,
            keystore_container.keystore(),
            prometheus_registry.as_ref(),
            move || sync.is_major_syncing(),
            options,
        )?;
    }

    sc_service::spawn_tasks(sc_service::SpawnTasksParams {
        config: parachain_config,
        client: client.clone(),
        backend: backend.clone(),
        task_manager: &mut task_manager,
        keystore: keystore_container.keystore(),
        transaction_pool: transaction_pool.clone(),
        rpc_builder,
        network: network.clone(),
        system_rpc_tx,
        tx_handler_controller,
        sync_service: sync_service.clone(),
        telemetry: telemetry.as_mut(),
        tracing_execute_block: Some(Arc::new(ParachainTracingExecuteBlock::new(client.clone()))),
    })?;

    watch_disk(args.storage_monitor, database_path, &task_manager)?;
    report_hardware(args.hwbench, validator, telemetry.as_ref().map(|t| t.handle()), &task_manager);

    let announce_block: Arc<dyn Fn(Hash, Option<Vec<u8>>) + Send + Sync> = {
        let sync_service = sync_service.clone();
        Arc::new(move |hash, data| sync_service.announce_block(hash, data))
    };
    let overseer_handle = relay_chain_interface.overseer_handle().map_err(application)?;

    start_relay_chain_tasks(StartRelayChainTasksParams {
        client: client.clone(),
        announce_block: announce_block.clone(),
        para_id,
        relay_chain_interface: relay_chain_interface.clone(),
        task_manager: &mut task_manager,
        da_recovery_profile: if validator {
            DARecoveryProfile::Collator
        } else {
            DARecoveryProfile::FullNode
        },
        import_queue: import_queue_service,
        relay_chain_slot_duration: RELAY_CHAIN_SLOT,
        recovery_handle: Box::new(overseer_handle.clone()),
        sync_service: sync_service.clone(),
        prometheus_registry: prometheus_registry.as_ref(),
    })?;

    if validator {
        start_collator(
            Collator {
                client,
                backend,
                block_import,
                transaction_pool,
                relay_chain_interface,
                overseer_handle,
                announce_block,
                para_id,
                keystore: keystore_container.keystore(),
                collator_key: collator_key.ok_or("An authority has a collator key")?,
                collator_peer_id,
                max_pov_percentage: args.max_pov_percentage,
                telemetry: telemetry.as_ref().map(|t| t.handle()),
            },
            prometheus_registry.as_ref(),
            &task_manager,
        );
    }
    Ok(task_manager)
}

fn start_collator(c: Collator, registry: Option<&prometheus_endpoint::Registry>, tasks: &TaskManager) {
    let proposer = sc_basic_authorship::ProposerFactory::new(
        tasks.spawn_handle(),
        c.client.clone(),
        c.transaction_pool,
        registry,
        c.telemetry,
    );
    let collator_service = CollatorService::new(c.client.clone(), c.announce_block, c.client.clone());
    let code_client = c.client.clone();

    let params = AuraParams {
        create_inherent_data_providers: move |_, ()| async move { Ok(()) },
        block_import: c.block_import,
        para_client: c.client,
        para_backend: c.backend,
        relay_client: c.relay_chain_interface,
        code_hash_provider: move |hash| {
            code_client.code_at(hash).ok().map(|code| ValidationCode::from(code).hash())
        },
        keystore: c.keystore,
        collator_key: c.collator_key,
        collator_peer_id: c.collator_peer_id,
        para_id: c.para_id,
        overseer_handle: c.overseer_handle,
        relay_chain_slot_duration: RELAY_CHAIN_SLOT,
        proposer,
        collator_service,
        authoring_duration: AUTHORING_DURATION,
        reinitialize: false,
        max_pov_percentage: c.max_pov_percentage,
    };

    let fut = aura::run::<Block, AuraPair, _, _, _, _, _, _, _, _>(params);
    tasks.spawn_essential_handle().spawn("aura", None, fut);
}

pub(crate) fn spawn_offchain_workers(
    tasks: &TaskManager,
    config: &Configuration,
    client: &Arc<ParachainClient>,
    backend: &Arc<ParachainBackend>,
    pool: &Arc<TransactionPool>,
    keystore: KeystorePtr,
    network: &Arc<dyn NetworkService>,
) -> sc_service::error::Result<()> {
    if !config.offchain_worker.enabled {
        return Ok(());
    }
    let workers = sc_offchain::OffchainWorkers::new(sc_offchain::OffchainWorkerOptions {
        runtime_api_provider: client.clone(),
        keystore: Some(keystore),
        offchain_db: backend.offchain_storage(),
        transaction_pool: Some(OffchainTransactionPoolFactory::new(pool.clone())),
        network_provider: Arc::new(network.clone()),
        is_validator: config.role.is_authority(),
        enable_http_requests: false,
        custom_extensions: |_hash| Vec::new(),
    })?;
    tasks.spawn_handle().spawn(
        "offchain-workers-runner",
        "offchain-work",
        workers.run(client.clone(), tasks.spawn_handle()).boxed(),
    );
    Ok(())
}

fn report_hardware(
    hwbench: Option<sc_sysinfo::HwBench>,
    validator: bool,
    telemetry: Option<TelemetryHandle>,
    tasks: &TaskManager,
) {
    let Some(hwbench) = hwbench else { return };
    sc_sysinfo::print_hwbench(&hwbench);
    if validator {
        if let Err(e) = frame_benchmarking_cli::SUBSTRATE_REFERENCE_HARDWARE.check_hardware(&hwbench, false) {
            log::warn!("Hardware below the reference: {e}");
        }
    }
    if let Some(telemetry) = telemetry {
        tasks.spawn_handle().spawn(
            "telemetry_hwbench",
            None,
            sc_sysinfo::initialize_hwbench_telemetry(telemetry, hwbench),
        );
    }
}

/// What a collator needs.
struct Collator {
    client: Arc<ParachainClient>,
    backend: Arc<ParachainBackend>,
    block_import: ParachainBlockImport,
    transaction_pool: Arc<TransactionPool>,
    relay_chain_interface: Arc<dyn RelayChainInterface>,
    overseer_handle: OverseerHandle,
    announce_block: Arc<dyn Fn(Hash, Option<Vec<u8>>) + Send + Sync>,
    keystore: KeystorePtr,
    collator_key: CollatorPair,
    collator_peer_id: PeerId,
    para_id: ParaId,
    max_pov_percentage: Option<u32>,
    telemetry: Option<TelemetryHandle>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runtime_and_specification_must_agree_on_the_id() {
        let (ours, other) = (ParaId::from(2000), ParaId::from(2001));
        assert_eq!(agreed(Some(ours), Some(ours)), Ok(ours));
        assert_eq!(agreed(None, Some(ours)), Ok(ours));
        assert_eq!(agreed(Some(ours), None), Ok(ours));
        assert!(
            agreed(Some(ours), Some(other)).is_err_and(|text| text.contains("2000") && text.contains("2001"))
        );
        assert!(agreed(None, None).is_err());
    }
}
