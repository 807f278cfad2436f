//! What a relay chain would say to each block of a development node, which has none.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use codec::Encode;
use cumulus_client_parachain_inherent::MockValidationDataInherentDataProvider;
use cumulus_primitives_core::{
    relay_chain::{well_known_keys, AsyncBackingParams, HeadData, UpgradeGoAhead, MAX_CODE_SIZE},
    AbridgedHostConfiguration, CollectCollationInfo, ParaId, RelayParentOffsetApi,
};
use sp_api::ProvideRuntimeApi;
use sp_consensus_aura::SlotDuration;
use sp_runtime::traits::{Header as _, UniqueSaturatedInto};

use crate::types::{Hash, ParachainClient};

/// The clock, and what the relay chain says.
type DevInherents = (sp_timestamp::InherentDataProvider, MockValidationDataInherentDataProvider<()>);

/// Milliseconds of a relay chain's block.
const RELAY_SLOT_MILLIS: u64 = 6_000;
/// The mocked relay chain starts in the past, so that blocks faster than 6 s don't run ahead of the clock at once.
const HEAD_START: Duration = Duration::from_secs(2 * 60 * 60);

/// Makes what the relay chain would say to each block.
pub struct InherentBuilder {
    client: Arc<ParachainClient>,
    para_id: ParaId,
    initial_relay_slot: u64,
    relay_blocks_per_para_block: u32,
}

impl InherentBuilder {
    /// For blocks from now on.
    ///
    /// # Errors
    /// If the clock is before 1970.
    pub fn new(
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

    /// What the block after `parent` is told.
    ///
    /// # Errors
    /// If `parent` isn't in the database.
    pub fn build(&self, parent: Hash) -> Result<DevInherents, Box<dyn std::error::Error + Send + Sync>> {
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

/// The relay chain's limits, as its storage has them.
fn host_configuration() -> (Vec<u8>, Vec<u8>) {
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
