//! Starts a node of a parachain: it follows the relay chain, and collates if it is an authority.

use std::sync::Arc;

use cumulus_client_cli::CollatorOptions;
use cumulus_client_service::{
    build_network, prepare_node_config, BuildNetworkParams, ParachainTracingExecuteBlock,
};
use millrace_runtime::opaque::Block;
use sc_consensus::ImportQueue;
use sc_consensus_aura::SyncOracle;
use sc_network::{
    config::{FullNetworkConfiguration, NetworkBackendType},
    NetworkBackend,
};
use sc_service::{Configuration, PartialComponents, TaskManager};
use sc_storage_monitor::StorageMonitorParams;

use super::{
    follower::Follower,
    machine::{report_hardware, watch_disk},
    network::RelayChain,
    partial::{new_partial, para_id},
    parts::Parts,
};
use crate::{
    mill::{insert_mill_key, MillOptions},
    types::{Extra, Hash},
};

/// What a node is told besides its configurations.
pub struct NodeArgs {
    /// How it collates, and where its relay chain is.
    pub collator_options: CollatorOptions,
    /// How much of the relay chain's limit a block's proof may take.
    pub max_pov_percentage: Option<u32>,
    /// How fast the machine was measured to be.
    pub hwbench: Option<sc_sysinfo::HwBench>,
    /// When to stop for want of disk.
    pub storage_monitor: StorageMonitorParams,
    /// How it mines, if it does.
    pub mill: Option<MillOptions>,
    /// The secret of a mill key to put into the keystore.
    pub mill_suri: Option<String>,
}

/// Starts the node on the network stack of its configuration.
///
/// # Errors
/// What kept it from starting.
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
    let parts = Parts { client, backend, pool: transaction_pool, keystore: keystore_container.keystore() };
    let para_id = para_id(&parts.client, &parachain_config)?;
    let validator = parachain_config.role.is_authority();
    let registry = parachain_config.prometheus_registry().cloned();
    let database_path = parachain_config.database.path().map(|path| path.to_path_buf());

    let relay_chain = RelayChain::connect(
        relay_config,
        &parachain_config,
        telemetry_worker_handle,
        &mut task_manager,
        args.collator_options.clone(),
        args.hwbench.clone(),
    )
    .await?;
    let import_queue_service = import_queue.service();
    let (network, system_rpc_tx, tx_handler_controller, sync_service, _bitswap) =
        build_network(BuildNetworkParams {
            parachain_config: &parachain_config,
            net_config: FullNetworkConfiguration::<_, _, Net>::new(
                &parachain_config.network,
                registry.clone(),
            ),
            client: parts.client.clone(),
            transaction_pool: parts.pool.clone(),
            para_id,
            relay_chain_interface: relay_chain.interface.clone(),
            spawn_handle: task_manager.spawn_handle(),
            spawn_essential_handle: task_manager.spawn_essential_handle(),
            import_queue,
            metrics: Net::register_notification_metrics(registry.as_ref()),
            gap_sync_body_policy: None,
        })
        .await?;

    parts.spawn_offchain_workers(&task_manager, &parachain_config, &network)?;
    if let Some(suri) = &args.mill_suri {
        insert_mill_key(&parts.keystore, suri)?;
    }
    let sync = sync_service.clone();
    parts.start_mill(args.mill, &task_manager, registry.as_ref(), move || sync.is_major_syncing())?;

    sc_service::spawn_tasks(sc_service::SpawnTasksParams {
        config: parachain_config,
        client: parts.client.clone(),
        backend: parts.backend.clone(),
        task_manager: &mut task_manager,
        keystore: parts.keystore.clone(),
        transaction_pool: parts.pool.clone(),
        rpc_builder: parts.rpc_builder(),
        network,
        system_rpc_tx,
        tx_handler_controller,
        sync_service: sync_service.clone(),
        telemetry: telemetry.as_mut(),
        tracing_execute_block: Some(Arc::new(ParachainTracingExecuteBlock::new(parts.client.clone()))),
    })?;
    let telemetry = telemetry.as_ref().map(|telemetry| telemetry.handle());
    watch_disk(args.storage_monitor, database_path, &task_manager)?;
    report_hardware(args.hwbench, validator, telemetry.clone(), &task_manager);

    let follower = Follower {
        parts,
        relay_chain,
        block_import,
        import_queue: import_queue_service,
        sync: sync_service,
        para_id,
        validator,
        max_pov_percentage: args.max_pov_percentage,
        telemetry,
    };
    follower.start(registry.as_ref(), &mut task_manager)?;
    Ok(task_manager)
}
