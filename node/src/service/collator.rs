//! The collator: makes the parachain's blocks when it is its turn.

use std::{sync::Arc, time::Duration};

use cumulus_client_collator::service::CollatorService;
use cumulus_client_consensus_aura::collators::lookahead::{self as aura, Params as AuraParams};
use cumulus_primitives_core::relay_chain::{CollatorPair, ValidationCode};
use millrace_runtime::opaque::Block;
use prometheus_endpoint::Registry;
use sc_network::PeerId;
use sc_service::TaskManager;
use sc_telemetry::TelemetryHandle;
use sp_consensus_aura::sr25519::AuthorityPair as AuraPair;

use super::{
    para::{Para, RELAY_CHAIN_SLOT},
    parts::Parts,
};
use crate::types::{Hash, ParachainBlockImport};

/// How long a block may take to make.
const AUTHORING_DURATION: Duration = Duration::from_millis(2000);

/// Tells the network of a block.
pub type Announce = Arc<dyn Fn(Hash, Option<Vec<u8>>) + Send + Sync>;

/// What a collator needs.
pub struct Collator {
    /// Client, database, pool and keys.
    pub parts: Parts,
    /// The chain's place on its relay chain.
    pub para: Para,
    /// Imports the blocks that it makes.
    pub block_import: ParachainBlockImport,
    /// Tells the network of them.
    pub announce: Announce,
    /// Signs collations.
    pub key: CollatorPair,
    /// Its name on the relay chain's network.
    pub peer_id: PeerId,
    /// Percent of the relay chain's limit that a block's proof may take.
    pub max_pov_percentage: Option<u32>,
    /// Where it reports to.
    pub telemetry: Option<TelemetryHandle>,
}

impl Collator {
    /// Starts it.
    pub fn start(self, registry: Option<&Registry>, tasks: &TaskManager) {
        let proposer = self.parts.proposer(registry, self.telemetry, tasks);
        let Parts { client, backend, keystore, .. } = self.parts;
        let code_client = client.clone();
        let params = AuraParams {
            create_inherent_data_providers: move |_, ()| async move { Ok(()) },
            block_import: self.block_import,
            para_client: client.clone(),
            para_backend: backend,
            relay_client: self.para.relay_chain,
            code_hash_provider: move |hash| {
                code_client.code_at(hash).ok().map(|code| ValidationCode::from(code).hash())
            },
            keystore,
            collator_key: self.key,
            collator_peer_id: self.peer_id,
            para_id: self.para.id,
            overseer_handle: self.para.overseer,
            relay_chain_slot_duration: RELAY_CHAIN_SLOT,
            proposer,
            collator_service: CollatorService::new(client.clone(), self.announce, client),
            authoring_duration: AUTHORING_DURATION,
            reinitialize: false,
            max_pov_percentage: self.max_pov_percentage,
        };
        let collating = aura::run::<Block, AuraPair, _, _, _, _, _, _, _, _>(params);
        tasks.spawn_essential_handle().spawn("aura", None, collating);
    }
}
