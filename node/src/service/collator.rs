//! The collator: makes blocks when it is its turn, and offers them to the relay chain.

use std::{sync::Arc, time::Duration};

use cumulus_client_collator::service::CollatorService;
use cumulus_client_consensus_aura::collators::lookahead::{self as aura, Params as AuraParams};
use cumulus_primitives_core::{
    relay_chain::{CollatorPair, ValidationCode},
    ParaId,
};
use cumulus_relay_chain_interface::{OverseerHandle, RelayChainInterface};
use millrace_runtime::opaque::Block;
use prometheus_endpoint::Registry;
use sc_network::PeerId;
use sc_service::TaskManager;
use sc_telemetry::TelemetryHandle;
use sp_consensus_aura::sr25519::AuthorityPair as AuraPair;

use super::{network::RELAY_CHAIN_SLOT, parts::Parts};
use crate::types::{Hash, ParachainBlockImport};

/// How long a collator fills a block.
const AUTHORING_DURATION: Duration = Duration::from_millis(2000);

/// Tells the network of a block.
pub type AnnounceBlock = Arc<dyn Fn(Hash, Option<Vec<u8>>) + Send + Sync>;

/// What a collator needs.
pub struct Collator {
    /// Client, database, transactions and keys.
    pub parts: Parts,
    /// Takes the blocks that it makes.
    pub block_import: ParachainBlockImport,
    /// Answers for the relay chain.
    pub relay_chain_interface: Arc<dyn RelayChainInterface>,
    /// The relay chain's node.
    pub overseer_handle: OverseerHandle,
    /// Tells the network of a block.
    pub announce_block: AnnounceBlock,
    /// Signs blocks for the relay chain.
    pub collator_key: CollatorPair,
    /// The node's name on the relay chain's network.
    pub collator_peer_id: PeerId,
    /// The chain's id.
    pub para_id: ParaId,
    /// How much of the relay chain's limit a block's proof may take.
    pub max_pov_percentage: Option<u32>,
    /// Reports, if it was asked for.
    pub telemetry: Option<TelemetryHandle>,
}

impl Collator {
    /// Starts it.
    pub fn start(self, registry: Option<&Registry>, tasks: &TaskManager) {
        let Parts { client, backend, pool, keystore } = self.parts;
        let proposer = sc_basic_authorship::ProposerFactory::new(
            tasks.spawn_handle(),
            client.clone(),
            pool,
            registry,
            self.telemetry,
        );
        let collator_service = CollatorService::new(client.clone(), self.announce_block, client.clone());
        let code_client = client.clone();

        let params = AuraParams {
            create_inherent_data_providers: move |_, ()| async move { Ok(()) },
            block_import: self.block_import,
            para_client: client,
            para_backend: backend,
            relay_client: self.relay_chain_interface,
            code_hash_provider: move |hash| {
                code_client.code_at(hash).ok().map(|code| ValidationCode::from(code).hash())
            },
            keystore,
            collator_key: self.collator_key,
            collator_peer_id: self.collator_peer_id,
            para_id: self.para_id,
            overseer_handle: self.overseer_handle,
            relay_chain_slot_duration: RELAY_CHAIN_SLOT,
            proposer,
            collator_service,
            authoring_duration: AUTHORING_DURATION,
            reinitialize: false,
            max_pov_percentage: self.max_pov_percentage,
        };

        let fut = aura::run::<Block, AuraPair, _, _, _, _, _, _, _, _>(params);
        tasks.spawn_essential_handle().spawn("aura", None, fut);
    }
}
