//! What nodes may ask the runtime.

use alloc::vec::Vec;
use frame_support::{
    genesis_builder_helper::{build_state, get_preset},
    traits::Get,
    view_functions::{ViewFunctionDispatchError, ViewFunctionId},
    weights::Weight,
};
use millrace_primitives::{
    mill::MillKey, IdleReason, MillKeys, MinerStatus, MinerView, ModelId, ModelRegistry, ModelView, Offer,
    OfferPlace, OpenLease, Quote, RaceView, RoundIndex, SprintTerms, TaskFate, TaskId, TaskView,
    UnclaimedShare, Unpostable,
};
use sp_api::impl_runtime_apis;
use sp_consensus_aura::SlotDuration;
use sp_core::{crypto::KeyTypeId, OpaqueMetadata};
use sp_runtime::{
    traits::Block as BlockT,
    transaction_validity::{TransactionSource, TransactionValidity},
    ApplyExtrinsicResult,
};
use sp_version::RuntimeVersion;

use crate::{
    configs::{
        consensus::{ConsensusHook, RELAY_PARENT_OFFSET},
        time::SLOT_DURATION,
    },
    genesis_config_presets, AccountId, AuraId, Balance, Block, BlockNumber, Executive, Hash, InherentDataExt,
    Miners, Models, Nonce, ParachainInfo, ParachainSystem, Rewards, Runtime, RuntimeGenesisConfig,
    SessionKeys, Sprints, System, Tasks, TransactionPayment, VERSION,
};

/// A model with what only its users know.
fn with_uses(model: ModelView<AccountId>) -> ModelView<AccountId> {
    ModelView {
        slots: Some(Miners::slots_offering(model.model)),
        most_samples: Tasks::most_samples(model.model),
        ..model
    }
}

/// A miner with its leases, and what tasks would pay it.
fn with_market(mut view: MinerView<AccountId>) -> MinerView<AccountId> {
    let leases = Tasks::leases_of(core::slice::from_ref(&view.miner));
    match Tasks::highest_ask(&view.models) {
        Some(highest) if highest < view.ask => view.idle.push(IdleReason::AskTooHigh { highest }),
        None if leases.is_empty() => view.idle.push(IdleReason::NoTasks),
        _ => (),
    }
    view.leases = Some(leases);
    view
}

impl_runtime_apis! {
    impl sp_api::Core<Block> for Runtime {
        fn version() -> RuntimeVersion { VERSION }
        fn execute_block(block: <Block as BlockT>::LazyBlock) { Executive::execute_block(block) }
        fn initialize_block(header: &<Block as BlockT>::Header) -> sp_runtime::ExtrinsicInclusionMode {
            Executive::initialize_block(header)
        }
    }

    impl sp_api::Metadata<Block> for Runtime {
        fn metadata() -> OpaqueMetadata { OpaqueMetadata::new(Runtime::metadata().into()) }
        fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> { Runtime::metadata_at_version(version) }
        fn metadata_versions() -> Vec<u32> { Runtime::metadata_versions() }
    }

    impl frame_support::view_functions::runtime_api::RuntimeViewFunction<Block> for Runtime {
        fn execute_view_function(id: ViewFunctionId, input: Vec<u8>) -> Result<Vec<u8>, ViewFunctionDispatchError> {
            Runtime::execute_view_function(id, input)
        }
    }

    impl sp_block_builder::BlockBuilder<Block> for Runtime {
        fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
            Executive::apply_extrinsic(extrinsic)
        }
        fn finalize_block() -> <Block as BlockT>::Header { Executive::finalize_block() }
        fn inherent_extrinsics(data: sp_inherents::InherentData) -> Vec<<Block as BlockT>::Extrinsic> {
            data.create_extrinsics()
        }
        fn check_inherents(
            block: <Block as BlockT>::LazyBlock,
            data: sp_inherents::InherentData,
        ) -> sp_inherents::CheckInherentsResult {
            data.check_extrinsics(&block)
        }
    }

    impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
        fn validate_transaction(
            source: TransactionSource,
            tx: <Block as BlockT>::Extrinsic,
            block_hash: <Block as BlockT>::Hash,
        ) -> TransactionValidity {
            Executive::validate_transaction(source, tx, block_hash)
        }
    }

    impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
        fn offchain_worker(header: &<Block as BlockT>::Header) { Executive::offchain_worker(header) }
    }

    impl sp_session::SessionKeys<Block> for Runtime {
        fn generate_session_keys(owner: Vec<u8>, seed: Option<Vec<u8>>) -> sp_session::OpaqueGeneratedSessionKeys {
            SessionKeys::generate(&owner, seed).into()
        }
        fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
            SessionKeys::decode_into_raw_public_keys(&encoded)
        }
    }

    impl sp_consensus_aura::AuraApi<Block, AuraId> for Runtime {
        fn slot_duration() -> SlotDuration { SlotDuration::from_millis(SLOT_DURATION) }
        fn authorities() -> Vec<AuraId> { pallet_aura::Authorities::<Runtime>::get().into_inner() }
    }

    impl cumulus_primitives_aura::AuraUnincludedSegmentApi<Block> for Runtime {
        fn can_build_upon(included_hash: <Block as BlockT>::Hash, slot: cumulus_primitives_aura::Slot) -> bool {
            ConsensusHook::can_build_upon(included_hash, slot)
        }
    }

    impl cumulus_primitives_core::CollectCollationInfo<Block> for Runtime {
        fn collect_collation_info(header: &<Block as BlockT>::Header) -> cumulus_primitives_core::CollationInfo {
            ParachainSystem::collect_collation_info(header)
        }
    }

    impl cumulus_primitives_core::GetParachainInfo<Block> for Runtime {
        fn parachain_id() -> cumulus_primitives_core::ParaId { ParachainInfo::parachain_id() }
    }

    impl cumulus_primitives_core::RelayParentOffsetApi<Block> for Runtime {   // api_version(2)
        fn relay_parent_offset() -> u32 { RELAY_PARENT_OFFSET }
        fn max_claim_queue_offset() -> u8 { ParachainSystem::max_claim_queue_offset() }
    }

    impl cumulus_primitives_core::SchedulingV3EnabledApi<Block> for Runtime {
        fn scheduling_v3_enabled() -> bool { false } // must agree with SchedulingSignatureVerifier = ()
    }

    impl cumulus_primitives_core::KeyToIncludeInRelayProof<Block> for Runtime {
        fn keys_to_prove() -> cumulus_primitives_core::RelayProofRequest { Default::default() }
    }

    impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
        fn account_nonce(account: AccountId) -> Nonce { System::account_nonce(account) }
    }

    impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentApi<Block, Balance> for Runtime {
        fn query_info(
            uxt: <Block as BlockT>::Extrinsic,
            len: u32,
        ) -> pallet_transaction_payment_rpc_runtime_api::RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_info(uxt, len)
        }
        fn query_fee_details(uxt: <Block as BlockT>::Extrinsic, len: u32) -> pallet_transaction_payment::FeeDetails<Balance> {
            TransactionPayment::query_fee_details(uxt, len)
        }
        fn query_weight_to_fee(weight: Weight) -> Balance { TransactionPayment::weight_to_fee(weight) }
        fn query_length_to_fee(length: u32) -> Balance { TransactionPayment::length_to_fee(length) }
    }

    impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
        fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result { build_state::<RuntimeGenesisConfig>(config) }
        fn get_preset(id: &Option<sp_genesis_builder::PresetId>) -> Option<Vec<u8>> {
            get_preset::<RuntimeGenesisConfig>(id, &genesis_config_presets::get_preset)
        }
        fn preset_names() -> Vec<sp_genesis_builder::PresetId> { genesis_config_presets::preset_names() }
    }

    impl millrace_primitives::MillApi<Block, AccountId> for Runtime {
        fn leases(keys: Vec<MillKey>) -> Vec<OpenLease<AccountId>> {
            let miners: Vec<AccountId> =
                keys.iter().filter_map(<Miners as MillKeys<AccountId>>::miner_of).collect();
            Tasks::leases_of(&miners)
        }
        fn model(model: ModelId) -> Option<Vec<u8>> {
            Models::encoding(model)
        }
        fn input(task: TaskId) -> Option<Vec<u8>> {
            pallet_tasks::Inputs::<Runtime>::get(task).map(Into::into)
        }
        fn sprint(key: MillKey) -> Option<SprintTerms<AccountId>> {
            Sprints::sprint_terms(key)
        }
        fn status(key: MillKey) -> Option<MinerStatus<AccountId>> {
            Miners::status_of(&key, Models::listed())
        }
        fn max_anchor_age() -> BlockNumber {
            <Runtime as pallet_sprints::Config>::MaxAnchorAge::get()
        }
        fn genesis_hash() -> Hash {
            millrace_primitives::genesis_hash::<Runtime>()
        }
    }

    impl millrace_primitives::MarketApi<Block, AccountId> for Runtime {
        fn task(task: TaskId) -> Option<TaskView<AccountId>> {
            Tasks::task(task)
        }
        fn tasks_of(requester: AccountId, before: Option<TaskId>, count: u32) -> Vec<TaskView<AccountId>> {
            Tasks::tasks_of(requester, before, count)
        }
        fn fate(task: TaskId) -> Option<TaskFate<AccountId>> {
            Tasks::fate(task)
        }
        fn quote(model: ModelId, samples: u32, deadline: BlockNumber) -> Result<Quote<AccountId>, Unpostable> {
            Tasks::quote(model, samples, deadline)
        }
        fn offers(model: ModelId, after: Option<OfferPlace<AccountId>>, count: u32) -> Vec<Offer<AccountId>> {
            Miners::offers(model, after, count)
        }
        fn miner(miner: AccountId) -> Option<MinerView<AccountId>> {
            Miners::miner(miner).map(with_market)
        }
        fn model_view(model: ModelId) -> Option<ModelView<AccountId>> {
            Models::model(model).map(with_uses)
        }
        fn models(after: Option<ModelId>, count: u32) -> Vec<ModelView<AccountId>> {
            Models::models(after, count).into_iter().map(with_uses).collect()
        }
        fn unclaimed(account: AccountId, from: RoundIndex, count: u32) -> Vec<UnclaimedShare> {
            Rewards::unclaimed(account, from, count)
        }
        fn race() -> RaceView {
            RaceView {
                block: System::block_number(),
                round: Rewards::round(),
                sprints: Sprints::sprints(),
                market: Tasks::market(),
            }
        }
    }

    #[cfg(feature = "try-runtime")]
    impl frame_try_runtime::TryRuntime<Block> for Runtime {
        fn on_runtime_upgrade(checks: frame_try_runtime::UpgradeCheckSelect) -> (Weight, Weight) {
            // A panic keeps the backtrace that an error would lose; this API never runs on chain.
            let weight = Executive::try_runtime_upgrade(checks).expect("the migrations hold");
            (weight, crate::configs::system::RuntimeBlockWeights::get().max_block)
        }
        fn execute_block(
            block: <Block as BlockT>::LazyBlock,
            state_root_check: bool,
            signature_check: bool,
            select: frame_try_runtime::TryStateSelect,
        ) -> Weight {
            Executive::try_execute_block(block, state_root_check, signature_check, select)
                .expect("the block executes")
        }
    }
    #[cfg(feature = "runtime-benchmarks")]
    impl frame_benchmarking::Benchmark<Block> for Runtime {
        fn benchmark_metadata(
            extra: bool,
        ) -> (Vec<frame_benchmarking::BenchmarkList>, Vec<frame_support::traits::StorageInfo>) {
            use crate::{Collators, ProofOfWork};
            use frame_benchmarking::BenchmarkList;
            use frame_support::traits::StorageInfoTrait;

            let mut list = Vec::<BenchmarkList>::new();
            list_benchmarks!(list, extra);
            (list, crate::AllPalletsWithSystem::storage_info())
        }
        fn dispatch_benchmark(
            config: frame_benchmarking::BenchmarkConfig,
        ) -> Result<Vec<frame_benchmarking::BenchmarkBatch>, alloc::string::String> {
            use crate::{Collators, ProofOfWork};
            use frame_benchmarking::BenchmarkBatch;
            use frame_support::traits::WhitelistedStorageKeys;

            let whitelist = crate::AllPalletsWithSystem::whitelisted_storage_keys();
            let mut batches = Vec::<BenchmarkBatch>::new();
            let params = (&config, &whitelist);
            add_benchmarks!(params, batches);
            Ok(batches)
        }
    }
}
