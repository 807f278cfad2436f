//! The parachain as its relay chain knows it.

use std::{sync::Arc, time::Duration};

use cumulus_primitives_core::{GetParachainInfo, ParaId};
use cumulus_relay_chain_interface::{OverseerHandle, RelayChainInterface};
use sc_service::Configuration;
use sp_api::ProvideRuntimeApi;

use crate::{chain_spec::Extensions, types::ParachainClient};

/// The relay chain makes a block each slot.
pub const RELAY_CHAIN_SLOT: Duration = Duration::from_secs(6);

/// The chain's place on its relay chain.
pub struct Para {
    /// Its id there.
    pub id: ParaId,
    /// Asks the relay chain.
    pub relay_chain: Arc<dyn RelayChainInterface>,
    /// Speaks with the relay chain node's subsystems.
    pub overseer: OverseerHandle,
}

/// The chain's id on its relay chain. The runtime knows it; a database without state (warp sync) falls back on the chain
/// specification, which must not say another.
///
/// # Errors
/// If the two differ, or neither has an id.
pub fn para_id(client: &ParachainClient, config: &Configuration) -> Result<ParaId, String> {
    let runtime = client.runtime_api().parachain_id(client.chain_info().best_hash).ok();
    let spec = Extensions::try_get(&*config.chain_spec).map(|extensions| extensions.para_id.into());
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
