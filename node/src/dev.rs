//! The development node: one process, no relay chain, a block at every tick.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use codec::Encode;
use cumulus_client_parachain_inherent::MockValidationDataInherentDataProvider;
use cumulus_client_service::ParachainTracingExecuteBlock;
use cumulus_primitives_core::{
    relay_chain::{HeadData, UpgradeGoAhead, MAX_POV_SIZE},
    CollectCollationInfo, ParaId, RelayParentOffsetApi,
};
use futures::{future, stream, StreamExt};
use millrace_runtime::{opaque::Block, AuraId};
use sc_consensus::LongestChain;
use sc_consensus_manual_seal::{
    consensus::aura::AuraConsensusDataProvider, run_manual_seal, EngineCommand, ManualSealParams,
};
use sc_network::{config::FullNetworkConfiguration, service::traits::NetworkService, NotificationMetrics};
use sc_service::{Configuration, PartialComponents, TaskManager};
use sc_storage_monitor::StorageMonitorParams;
use sc_telemetry::TelemetryHandle;
use sp_api::ProvideRuntimeApi;
use sp_consensus_aura::SlotDuration;
use sp_runtime::traits::{Header as _, UniqueSaturatedInto};

use crate::{
    mill::{insert_mill_key, MillOptions},
    service::{new_partial, para_id, watch_disk, Extra, Parts},
    types::{Hash, ParachainClient},
};

/// What a collator leaves of a block's proof: 85 % of the relay chain's limit, the length included.
const POV_LIMIT: usize = (MAX_POV_SIZE as usize) * 85 / 100;
/// The inherents of a block.
type DevInherents = (sp_timestamp::InherentDataProvider, MockValidationDataInherentDataProvider<()>);

/// The relay chain's slots, of which a parachain's slot is a multiple.
const RELAY_SLOT_MILLIS: u64 = 6_000;
/// The mocked relay chain starts in the past, so that blocks faster than 6 s don't run ahead of the clock at once.
const HEAD_START: Duration = Duration::from_secs(2 * 60 * 60);

/// Makes what a block gets from outside: the time, and a relay chain that isn't there.
struct InherentBuilder {
    client: Arc<ParachainClient>,
    para_id: ParaId,
    initial_relay_slot: u64,
    relay_blocks_per_para_block: u32,
}

impl InherentBuilder {
    fn new(
        client: Arc<ParachainClient>,
        para_id: ParaId,
        slot_duration: SlotDuration,
    ) -> sc_service::error::Result<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| "The clock is before 1970")?;
        Ok(Self {
            client,
            para_id,
            initial_relay_slot: now.saturating_sub(HEAD_START).as_millis() as u64 / RELAY_SLOT_MILLIS,
            relay_blocks_per_para_block: (slot_duration.as_millis() / RELAY_SLOT_MILLIS).max(1) as u32,
        })
    }

    fn build(&self, parent: Hash) -> Result<DevInherents, Box<dyn std::error::Error + Send + Sync>> {
        let head = self.client.header(parent)?.ok_or("The parent is in the database")?;
        let api = self.client.runtime_api();

        let upgrade = api
            .collect_collation_info(parent, &head)
            .map(|info| info.new_validation_code.is_some())
            .unwrap_or_default();
        let relay_parent_offset = self.client.runtime_api().relay_parent_offset(parent).unwrap_or_default();

        let number: u32 = UniqueSaturatedInto::<u32>::unique_saturated_into(*head.number()).saturating_add(1);
        let k = self.relay_blocks_per_para_block;
        let relay_slot = self.initial_relay_slot + u64::from(number) * u64::from(k);

        let validation_data = MockValidationDataInherentDataProvider::<()> {
            current_para_block: number,
            para_id: self.para_id,
            current_para_block_head: Some(HeadData(head.encode())),
            relay_offset: (relay_slot as u32).saturating_sub(k.saturating_mul(number)),
            relay_parent_offset,
            relay_blocks_per_para_block: k,
            para_blocks_per_relay_epoch: 10,
            relay_randomness_config: (),
            xcm_config: Default::default(),
            raw_downward_messages: Vec::new(),
            raw_horizontal_messages: Vec::new(),
            additional_key_values: Some(vec![host_configuration()]),
            upgrade_go_ahead: upgrade.then_some(UpgradeGoAhead::GoAhead),
        };
        Ok((
            sp_timestamp::InherentDataProvider::new((relay_slot * RELAY_SLOT_MILLIS).into()),
            validation_data,
        ))
    }
}

/// The development preset's miner signs with this key.
const DEV_MILL_SURI: &str = "//Ferdie";

/// Starts the node; `mill` is none with the engine off, `mill_suri` a mill key other than the preset's.
///
/// # Errors
/// What keeps the node from starting.
pub fn start_dev_node(
    mut config: Configuration,
    block_time: Duration,
    mill: Option<MillOptions>,
    mill_suri: Option<String>,
    storage_monitor: StorageMonitorParams,
) -> sc_service::error::Result<TaskManager> {
    let PartialComponents {
        client,
        backend,
        task_manager: mut tasks,
        keystore_container,
        import_queue,
        transaction_pool: pool,
        select_chain: (),
        other: Extra { mut telemetry, .. },
    } = new_partial(&config)?;
    let parts = Parts { client, backend, pool, keystore: keystore_container.keystore() };

    watch_disk(storage_monitor, config.database.path().map(Into::into), &tasks)?;
    config.network.default_peers_set.in_peers = 0;
    config.network.default_peers_set.out_peers = 0;
    let net_config =
        FullNetworkConfiguration::<_, _, sc_network::Litep2pNetworkBackend>::new(&config.network, None);
    let (network, system_rpc_tx, tx_handler_controller, sync_service, _bitswap) =
        sc_service::build_network(sc_service::BuildNetworkParams {
            config: &config,
            net_config,
            client: parts.client.clone(),
            transaction_pool: parts.pool.clone(),
            spawn_handle: tasks.spawn_handle(),
            spawn_essential_handle: tasks.spawn_essential_handle(),
            import_queue,
            block_announce_validator_builder: None,
            warp_sync_config: None,
            block_relay: None,
            metrics: NotificationMetrics::new(None),
            gap_sync_body_policy: None,
        })?;
    let reports = telemetry.as_ref().map(|telemetry| telemetry.handle());
    start_services(&config, &parts, &network, mill, mill_suri, &tasks)?;
    seal(&config, &parts, block_time, reports, &tasks)?;
    sc_service::spawn_tasks(sc_service::SpawnTasksParams {
        config,
        client: parts.client.clone(),
        backend: parts.backend.clone(),
        task_manager: &mut tasks,
        keystore: parts.keystore.clone(),
        transaction_pool: parts.pool.clone(),
        rpc_builder: parts.rpc_builder(),
        network,
        system_rpc_tx,
        tx_handler_controller,
        sync_service,
        telemetry: telemetry.as_mut(),
        tracing_execute_block: Some(Arc::new(ParachainTracingExecuteBlock::new(parts.client))),
    })?;
    Ok(tasks)
}

/// Starts the off-chain workers and the mill with its key.
fn start_services(
    config: &Configuration,
    parts: &Parts,
    network: &Arc<dyn NetworkService>,
    mill: Option<MillOptions>,
    mill_suri: Option<String>,
    tasks: &TaskManager,
) -> sc_service::error::Result<()> {
    parts.spawn_offchain_workers(config, network, tasks)?;
    insert_mill_key(&parts.keystore, mill_suri.as_deref().unwrap_or(DEV_MILL_SURI))?;
    // Nobody else makes blocks, so there is nothing to catch up with.
    parts.start_mill(mill, config.prometheus_registry(), || false, tasks)
}

/// Makes and finalizes a block at every tick.
fn seal(
    config: &Configuration,
    parts: &Parts,
    block_time: Duration,
    telemetry: Option<TelemetryHandle>,
    tasks: &TaskManager,
) -> sc_service::error::Result<()> {
    let client = parts.client.clone();
    let mut proposer = parts.proposer(config.prometheus_registry(), telemetry, tasks);
    proposer.set_default_block_size_limit(POV_LIMIT);

    let slot_duration = sc_consensus_aura::slot_duration::<AuraId, Block, _>(&*client)?;
    let inherents = InherentBuilder::new(client.clone(), para_id(&client, config)?, slot_duration)?;

    let mut ticks = tokio::time::interval(block_time);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let commands = stream::unfold(ticks, |mut ticks| async move {
        ticks.tick().await;
        let seal = EngineCommand::<Hash>::SealNewBlock {
            create_empty: true,
            finalize: true,
            parent_hash: None,
            sender: None,
        };
        Some((seal, ticks))
    })
    .boxed();

    let sealing = run_manual_seal(ManualSealParams {
        block_import: client.clone(),
        env: proposer,
        client,
        pool: parts.pool.clone(),
        commands_stream: commands,
        select_chain: LongestChain::new(parts.backend.clone()),
        consensus_data_provider: Some(Box::new(AuraConsensusDataProvider::<Block>::new_with_slot_duration(
            slot_duration,
        ))),
        create_inherent_data_providers: move |parent: Hash, ()| future::ready(inherents.build(parent)),
    });
    tasks.spawn_essential_handle().spawn_blocking("manual-seal", None, sealing);
    Ok(())
}

/// The relay chain's limits, as the parachain reads them in each block.
fn host_configuration() -> (Vec<u8>, Vec<u8>) {
    use cumulus_primitives_core::{
        relay_chain::{well_known_keys, AsyncBackingParams, MAX_CODE_SIZE},
        AbridgedHostConfiguration,
    };
    let config = AbridgedHostConfiguration {
        max_code_size: MAX_CODE_SIZE,
        max_head_data_size: 1024 * 1024,
        max_upward_queue_count: 8,
        max_upward_queue_size: 1024,
        max_upward_message_size: 256,
        max_upward_message_num_per_candidate: 5,
        hrmp_max_message_num_per_candidate: 5,
        validation_upgrade_cooldown: 6,
        validation_upgrade_delay: 6,
        async_backing_params: AsyncBackingParams { allowed_ancestry_len: 0, max_candidate_depth: 0 },
    };
    (well_known_keys::ACTIVE_CONFIG.to_vec(), config.encode())
}
