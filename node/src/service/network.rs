//! The relay chain that a parachain's node follows.

use std::{sync::Arc, time::Duration};

use cumulus_client_cli::CollatorOptions;
use cumulus_client_service::build_relay_chain_interface;
use cumulus_primitives_core::relay_chain::CollatorPair;
use cumulus_relay_chain_interface::{OverseerHandle, RelayChainInterface};
use sc_network::{service::traits::NetworkService, NetworkStateInfo, PeerId};
use sc_service::{Configuration, TaskManager};
use sc_telemetry::TelemetryWorkerHandle;

/// How long the relay chain takes for a block.
pub const RELAY_CHAIN_SLOT: Duration = Duration::from_secs(6);

/// A relay chain that a node is connected to.
pub struct RelayChain {
    /// Answers for the relay chain.
    pub interface: Arc<dyn RelayChainInterface>,
    /// Signs a collator's blocks; an authority has one.
    pub collator_key: Option<CollatorPair>,
    network: Arc<dyn NetworkService>,
}

impl RelayChain {
    /// Starts a node of the relay chain, or connects to one.
    ///
    /// # Errors
    /// If neither can be done.
    pub async fn connect(
        relay: Configuration,
        parachain: &Configuration,
        telemetry: Option<TelemetryWorkerHandle>,
        tasks: &mut TaskManager,
        options: CollatorOptions,
        hwbench: Option<sc_sysinfo::HwBench>,
    ) -> sc_service::error::Result<Self> {
        let (interface, collator_key, network, _paranode_requests) =
            build_relay_chain_interface(relay, parachain, telemetry, tasks, options, hwbench)
                .await
                .map_err(|error| sc_service::Error::Application(Box::new(error)))?;
        Ok(Self { interface, collator_key, network })
    }

    /// The node's name on the relay chain's network.
    pub fn peer_id(&self) -> PeerId {
        self.network.local_peer_id()
    }

    /// The relay chain's node itself, as far as it runs in this process.
    ///
    /// # Errors
    /// If it has none.
    pub fn overseer(&self) -> sc_service::error::Result<OverseerHandle> {
        self.interface.overseer_handle().map_err(|error| sc_service::Error::Application(Box::new(error)))
    }
}
