//! Starts a node of a network: one that follows the relay chain, and collates if it is an authority.

use std::sync::Arc;

use cumulus_client_cli::CollatorOptions;
use cumulus_client_service::{
    build_network, build_relay_chain_interface, prepare_node_config, start_relay_chain_tasks,
    BuildNetworkParams, DARecoveryProfile, ParachainTracingExecuteBlock, StartRelayChainTasksParams,
};
use millrace_runtime::opaque::Block;
use prometheus_endpoint::Registry;
use sc_consensus::{import_queue::ImportQueueService, DefaultImportQueue, ImportQueue};
use sc_consensus_aura::SyncOracle;
use sc_network::{
    config::{FullNetworkConfiguration, NetworkBackendType},
    NetworkBackend, NetworkBlock, NetworkStateInfo,
};
use sc_network_sync::SyncingService;
use sc_service::{Configuration, PartialComponents, TaskManager};
use sc_storage_monitor::StorageMonitorParams;
use sc_telemetry::{Telemetry, TelemetryHandle};

use super::{
    collator::{Announce, Collator},
    para::{para_id, Para, RELAY_CHAIN_SLOT},
    partial::{new_partial, Extra},
    parts::{application, watch_disk, Parts},
};
use crate::{
    mill::{insert_mill_key, MillOptions},
    types::Hash,
};

/// What a node of a network is started with besides its configuration.
pub struct NodeArgs {
    /// How to reach the relay chain.
    pub collator_options: CollatorOptions,
    /// Percent of the relay chain's limit that a block's proof may take.
    pub max_pov_percentage: Option<u32>,
    /// What was measured of this machine.
    pub hwbench: Option<sc_sysinfo::HwBench>,
    /// When to stop for want of disk.
    pub storage_monitor: StorageMonitorParams,
    /// The mill's options, if the node mines.
    pub mill: Option<MillOptions>,
    /// A mill key's secret for the keystore.
    pub mill_suri: Option<String>,
}

/// Starts the node on the network backend that the configuration names.
///
/// # Errors
/// What keeps the node from starting.
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

async fn start_with<Net: NetworkBackend<Block, Hash>>(
    config: Configuration,
    relay: Configuration,
    args: NodeArgs,
) -> sc_service::error::Result<TaskManager> {
    let config = prepare_node_config(config);
    let PartialComponents {
        client,
        backend,
        task_manager: mut tasks,
        keystore_container,
        import_queue,
        transaction_pool: pool,
        select_chain: (),
        other: Extra { block_import, mut telemetry, telemetry_worker_handle },
    } = new_partial(&config)?;
    let parts = Parts { client, backend, pool, keystore: keystore_container.keystore() };
    let id = para_id(&parts.client, &config)?;
    let authority = config.role.is_authority();
    let registry = config.prometheus_registry().cloned();
    let database = config.database.path().map(|path| path.to_path_buf());
    let (options, hwbench) = (args.collator_options, args.hwbench.clone());
    let (relay_chain, collator_key, relay_network, _paranode_requests) =
        build_relay_chain_interface(relay, &config, telemetry_worker_handle, &mut tasks, options, hwbench)
            .await
            .map_err(application)?;
    let overseer = relay_chain.overseer_handle().map_err(application)?;
    let para = Para { id, relay_chain, overseer };

    if let Some(suri) = &args.mill_suri {
        insert_mill_key(&parts.keystore, suri)?;
    }
    let imports = import_queue.service();
    let reports = telemetry.as_mut();
    let sync =
        start_network::<Net>(config, &parts, &para, import_queue, args.mill, reports, &mut tasks).await?;
    watch_disk(args.storage_monitor, database, &tasks)?;
    let telemetry = telemetry.as_ref().map(|telemetry| telemetry.handle());
    report_hardware(args.hwbench, authority, telemetry.clone(), &tasks);
    follow_relay_chain(&parts, &para, &sync, imports, authority, registry.as_ref(), &mut tasks)?;

    if authority {
        Collator {
            parts,
            para,
            block_import,
            announce: announcing(&sync),
            key: collator_key.ok_or("An authority has a collator key")?,
            peer_id: relay_network.local_peer_id(),
            max_pov_percentage: args.max_pov_percentage,
            telemetry,
        }
        .start(registry.as_ref(), &tasks);
    }
    Ok(tasks)
}

/// Starts the parachain's network, and what runs on it: off-chain workers, the mill, JSON-RPC.
async fn start_network<Net: NetworkBackend<Block, Hash>>(
    config: Configuration,
    parts: &Parts,
    para: &Para,
    import_queue: DefaultImportQueue<Block>,
    mill: Option<MillOptions>,
    telemetry: Option<&mut Telemetry>,
    tasks: &mut TaskManager,
) -> sc_service::error::Result<Arc<SyncingService<Block>>> {
    let registry = config.prometheus_registry().cloned();
    let (network, system_rpc_tx, tx_handler_controller, sync_service, _bitswap) =
        build_network(BuildNetworkParams {
            parachain_config: &config,
            net_config: FullNetworkConfiguration::<_, _, Net>::new(&config.network, registry.clone()),
            client: parts.client.clone(),
            transaction_pool: parts.pool.clone(),
            para_id: para.id,
            relay_chain_interface: para.relay_chain.clone(),
            spawn_handle: tasks.spawn_handle(),
            spawn_essential_handle: tasks.spawn_essential_handle(),
            import_queue,
            metrics: Net::register_notification_metrics(registry.as_ref()),
            gap_sync_body_policy: None,
        })
        .await?;
    parts.spawn_offchain_workers(&config, &network, tasks)?;
    let sync = sync_service.clone();
    parts.start_mill(mill, registry.as_ref(), move || sync.is_major_syncing(), tasks)?;
    sc_service::spawn_tasks(sc_service::SpawnTasksParams {
        config,
        client: parts.client.clone(),
        backend: parts.backend.clone(),
        task_manager: tasks,
        keystore: parts.keystore.clone(),
        transaction_pool: parts.pool.clone(),
        rpc_builder: parts.rpc_builder(),
        network,
        system_rpc_tx,
        tx_handler_controller,
        sync_service: sync_service.clone(),
        telemetry,
        tracing_execute_block: Some(Arc::new(ParachainTracingExecuteBlock::new(parts.client.clone()))),
    })?;
    Ok(sync_service)
}

/// Takes the best and the finalized blocks from the relay chain, and blocks that nobody announced.
fn follow_relay_chain(
    parts: &Parts,
    para: &Para,
    sync: &Arc<SyncingService<Block>>,
    import_queue: Box<dyn ImportQueueService<Block>>,
    authority: bool,
    registry: Option<&Registry>,
    tasks: &mut TaskManager,
) -> sc_service::error::Result<()> {
    start_relay_chain_tasks(StartRelayChainTasksParams {
        client: parts.client.clone(),
        announce_block: announcing(sync),
        para_id: para.id,
        relay_chain_interface: para.relay_chain.clone(),
        task_manager: tasks,
        da_recovery_profile: if authority {
            DARecoveryProfile::Collator
        } else {
            DARecoveryProfile::FullNode
        },
        import_queue,
        relay_chain_slot_duration: RELAY_CHAIN_SLOT,
        recovery_handle: Box::new(para.overseer.clone()),
        sync_service: sync.clone(),
        prometheus_registry: registry,
    })
}

fn announcing(sync: &Arc<SyncingService<Block>>) -> Announce {
    let sync = sync.clone();
    Arc::new(move |hash, data| sync.announce_block(hash, data))
}

fn report_hardware(
    hwbench: Option<sc_sysinfo::HwBench>,
    authority: bool,
    telemetry: Option<TelemetryHandle>,
    tasks: &TaskManager,
) {
    let Some(hwbench) = hwbench else { return };
    sc_sysinfo::print_hwbench(&hwbench);
    if authority {
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
