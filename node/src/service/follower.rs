//! What follows the relay chain: it takes what is included there for final, fetches blocks that nobody sends, and collates if
//! the node is an authority.

use std::sync::Arc;

use cumulus_client_service::{start_relay_chain_tasks, DARecoveryProfile, StartRelayChainTasksParams};
use cumulus_primitives_core::ParaId;
use millrace_runtime::opaque::Block;
use prometheus_endpoint::Registry;
use sc_consensus::import_queue::ImportQueueService;
use sc_network::NetworkBlock;
use sc_network_sync::SyncingService;
use sc_service::TaskManager;
use sc_telemetry::TelemetryHandle;

use super::{
    collator::{AnnounceBlock, Collator},
    network::{RelayChain, RELAY_CHAIN_SLOT},
    parts::Parts,
};
use crate::types::ParachainBlockImport;

/// What a node needs to follow its relay chain.
pub struct Follower {
    /// Client, database, transactions and keys.
    pub parts: Parts,
    /// The relay chain.
    pub relay_chain: RelayChain,
    /// Takes the blocks that the node makes itself.
    pub block_import: ParachainBlockImport,
    /// Takes the blocks that come from elsewhere.
    pub import_queue: Box<dyn ImportQueueService<Block>>,
    /// The parachain's network.
    pub sync: Arc<SyncingService<Block>>,
    /// The chain's id.
    pub para_id: ParaId,
    /// Whether the node is an authority, which collates.
    pub validator: bool,
    /// How much of the relay chain's limit a block's proof may take.
    pub max_pov_percentage: Option<u32>,
    /// Reports, if it was asked for.
    pub telemetry: Option<TelemetryHandle>,
}

impl Follower {
    /// Starts it.
    ///
    /// # Errors
    /// If the relay chain's node has no overseer, or an authority no key to sign its blocks with.
    pub fn start(
        self,
        registry: Option<&Registry>,
        task_manager: &mut TaskManager,
    ) -> sc_service::error::Result<()> {
        let Self { parts, relay_chain, sync, para_id, .. } = self;
        let announce_block: AnnounceBlock = {
            let sync = sync.clone();
            Arc::new(move |hash, data| sync.announce_block(hash, data))
        };
        let overseer_handle = relay_chain.overseer()?;
        start_relay_chain_tasks(StartRelayChainTasksParams {
            client: parts.client.clone(),
            announce_block: announce_block.clone(),
            para_id,
            relay_chain_interface: relay_chain.interface.clone(),
            task_manager,
            da_recovery_profile: match self.validator {
                true => DARecoveryProfile::Collator,
                false => DARecoveryProfile::FullNode,
            },
            import_queue: self.import_queue,
            relay_chain_slot_duration: RELAY_CHAIN_SLOT,
            recovery_handle: Box::new(overseer_handle.clone()),
            sync_service: sync,
            prometheus_registry: registry,
        })?;
        if self.validator {
            let collator = Collator {
                parts,
                block_import: self.block_import,
                collator_peer_id: relay_chain.peer_id(),
                collator_key: relay_chain.collator_key.ok_or("An authority has a collator key")?,
                relay_chain_interface: relay_chain.interface,
                overseer_handle,
                announce_block,
                para_id,
                max_pov_percentage: self.max_pov_percentage,
                telemetry: self.telemetry,
            };
            collator.start(registry, task_manager);
        }
        Ok(())
    }
}
