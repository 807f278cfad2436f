//! The development node: one process, no relay chain, a block at every tick.

mod inherents;

use std::{sync::Arc, time::Duration};

use cumulus_client_service::ParachainTracingExecuteBlock;
use cumulus_primitives_core::relay_chain::MAX_POV_SIZE;
use futures::{future, stream, Stream, StreamExt};
use inherents::InherentBuilder;
use millrace_runtime::{opaque::Block, AuraId};
use sc_consensus::LongestChain;
use sc_consensus_manual_seal::{
    consensus::aura::AuraConsensusDataProvider, run_manual_seal, EngineCommand, ManualSealParams,
};
use sc_network::{config::FullNetworkConfiguration, NotificationMetrics};
use sc_service::{Configuration, PartialComponents, TaskManager};
use sc_storage_monitor::StorageMonitorParams;
use sc_telemetry::TelemetryHandle;
use sp_blockchain::HeaderBackend;

use crate::{
    mill::{insert_mill_key, MillOptions},
    service::{new_partial, para_id, watch_disk, Parts},
    types::{Extra, Hash, ParachainClient},
};

/// What a collator leaves of a block's proof: 85 % of the relay chain's limit, the length included.
const POV_LIMIT: usize = (MAX_POV_SIZE as usize) * 85 / 100;
/// The development preset's miner signs with this key.
const DEV_MILL_SURI: &str = "//Ferdie";

/// What a development node is told besides its configuration.
pub struct DevArgs {
    /// Time between blocks.
    pub block_time: Duration,
    /// How it mines; none with the engine off.
    pub mill: Option<MillOptions>,
    /// The secret of a mill key other than the preset's.
    pub mill_suri: Option<String>,
    /// When to stop for want of disk.
    pub storage_monitor: StorageMonitorParams,
}

/// Starts the node.
///
/// # Errors
/// What kept it from starting.
pub fn start_dev_node(mut config: Configuration, args: DevArgs) -> sc_service::error::Result<TaskManager> {
    let PartialComponents {
        client,
        backend,
        mut task_manager,
        keystore_container,
        import_queue,
        transaction_pool,
        select_chain: (),
        other: Extra { mut telemetry, .. },
    } = new_partial(&config)?;
    let parts = Parts { client, backend, pool: transaction_pool, keystore: keystore_container.keystore() };

    watch_disk(args.storage_monitor, config.database.path().map(Into::into), &task_manager)?;
    config.network.default_peers_set.in_peers = 0;
    config.network.default_peers_set.out_peers = 0;
    let (network, system_rpc_tx, tx_handler_controller, sync_service, _bitswap) =
        sc_service::build_network(sc_service::BuildNetworkParams {
            config: &config,
            net_config: FullNetworkConfiguration::<_, _, sc_network::Litep2pNetworkBackend>::new(
                &config.network,
                None,
            ),
            client: parts.client.clone(),
            transaction_pool: parts.pool.clone(),
            spawn_handle: task_manager.spawn_handle(),
            spawn_essential_handle: task_manager.spawn_essential_handle(),
            import_queue,
            block_announce_validator_builder: None,
            warp_sync_config: None,
            block_relay: None,
            metrics: NotificationMetrics::new(None),
            gap_sync_body_policy: None,
        })?;

    parts.spawn_offchain_workers(&task_manager, &config, &network)?;
    insert_mill_key(&parts.keystore, args.mill_suri.as_deref().unwrap_or(DEV_MILL_SURI))?;
    parts.start_mill(args.mill, &task_manager, config.prometheus_registry(), || false)?;
    let handle = telemetry.as_ref().map(|telemetry| telemetry.handle());
    start_sealing(&parts, &task_manager, &config, handle, args.block_time)?;

    sc_service::spawn_tasks(sc_service::SpawnTasksParams {
        config,
        task_manager: &mut task_manager,
        rpc_builder: parts.rpc_builder(),
        network,
        system_rpc_tx,
        tx_handler_controller,
        sync_service,
        telemetry: telemetry.as_mut(),
        tracing_execute_block: Some(Arc::new(ParachainTracingExecuteBlock::new(parts.client.clone()))),
        client: parts.client,
        backend: parts.backend,
        keystore: parts.keystore,
        transaction_pool: parts.pool,
    })?;
    Ok(task_manager)
}

/// Makes a block at every tick.
fn start_sealing(
    parts: &Parts,
    tasks: &TaskManager,
    config: &Configuration,
    telemetry: Option<TelemetryHandle>,
    block_time: Duration,
) -> sc_service::error::Result<()> {
    let mut proposer = sc_basic_authorship::ProposerFactory::new(
        tasks.spawn_handle(),
        parts.client.clone(),
        parts.pool.clone(),
        config.prometheus_registry(),
        telemetry,
    );
    proposer.set_default_block_size_limit(POV_LIMIT);

    let slot_duration = sc_consensus_aura::slot_duration::<AuraId, Block, _>(&*parts.client)?;
    let para_id = para_id(&parts.client, config)?;
    let inherents = InherentBuilder::new(parts.client.clone(), para_id, slot_duration)?;

    let sealing = run_manual_seal(ManualSealParams {
        block_import: parts.client.clone(),
        env: proposer,
        client: parts.client.clone(),
        pool: parts.pool.clone(),
        commands_stream: ticks(parts.client.clone(), block_time),
        select_chain: LongestChain::new(parts.backend.clone()),
        consensus_data_provider: Some(Box::new(AuraConsensusDataProvider::<Block>::new_with_slot_duration(
            slot_duration,
        ))),
        create_inherent_data_providers: move |parent: Hash, ()| future::ready(inherents.build(parent)),
    });
    tasks.spawn_essential_handle().spawn_blocking("manual-seal", None, sealing);
    Ok(())
}

/// At every tick: the last block is final, and another is made. So transactions are in a block before that is final, as on a
/// chain with a relay chain.
fn ticks(
    client: Arc<ParachainClient>,
    block_time: Duration,
) -> impl Stream<Item = EngineCommand<Hash>> + Send + Unpin + 'static {
    let mut ticks = tokio::time::interval(block_time);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    stream::unfold(ticks, |mut ticks| async move {
        ticks.tick().await;
        Some(((), ticks))
    })
    .flat_map(move |()| {
        let chain = client.info();
        let finalize = (chain.best_number > chain.finalized_number).then_some(EngineCommand::FinalizeBlock {
            hash: chain.best_hash,
            sender: None,
            justification: None,
        });
        let seal = EngineCommand::SealNewBlock {
            create_empty: true,
            finalize: false,
            parent_hash: None,
            sender: None,
        };
        stream::iter(finalize.into_iter().chain([seal]))
    })
    .boxed()
}
