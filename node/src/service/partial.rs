//! What a node starts before it has a network: database, transaction pool and import queue.

use std::sync::Arc;

use cumulus_primitives_core::{GetParachainInfo, ParaId};
use millrace_runtime::{opaque::Block, RuntimeApi};
use sc_consensus::DefaultImportQueue;
use sc_service::{Configuration, PartialComponents, TaskManager};
use sc_telemetry::{Telemetry, TelemetryHandle, TelemetryWorker};
use sp_api::ProvideRuntimeApi;
use sp_consensus_aura::sr25519::AuthorityPair as AuraPair;

use crate::types::{Extra, HostFunctions, ParachainBlockImport, ParachainClient, Service, TransactionPool};

/// Opens the database and starts what needs no network.
///
/// # Errors
/// If the database can't be opened, or belongs to another chain.
pub fn new_partial(config: &Configuration) -> sc_service::error::Result<Service> {
    let telemetry = telemetry(config)?;
    let executor = sc_service::new_wasm_executor::<HostFunctions>(&config.executor);

    let (client, backend, keystore_container, task_manager) =
        sc_service::new_full_parts_record_import::<Block, RuntimeApi, _>(
            config,
            telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()),
            executor,
            true,
            Vec::new(),
        )?;
    let client = Arc::new(client);

    let telemetry_worker_handle = telemetry.as_ref().map(|(worker, _)| worker.handle());
    let telemetry = telemetry.map(|(worker, telemetry)| {
        task_manager.spawn_handle().spawn("telemetry", None, worker.run());
        telemetry
    });

    let transaction_pool = transaction_pool(client.clone(), config, &task_manager);
    let block_import = ParachainBlockImport::new(client.clone(), backend.clone());

    let import_queue = if is_dev(config) {
        dev_import_queue(client.clone(), config, &task_manager)
    } else {
        build_import_queue(
            client.clone(),
            block_import.clone(),
            config,
            telemetry.as_ref().map(|telemetry| telemetry.handle()),
            &task_manager,
        )
    };

    Ok(PartialComponents {
        client,
        backend,
        task_manager,
        keystore_container,
        select_chain: (),
        import_queue,
        transaction_pool,
        other: Extra { block_import, telemetry, telemetry_worker_handle },
    })
}

/// The telemetry that the command line asks for.
fn telemetry(config: &Configuration) -> Result<Option<(TelemetryWorker, Telemetry)>, sc_telemetry::Error> {
    config
        .telemetry_endpoints
        .clone()
        .filter(|endpoints| !endpoints.is_empty())
        .map(|endpoints| -> Result<_, sc_telemetry::Error> {
            let worker = TelemetryWorker::new(16)?;
            let telemetry = worker.handle().new_telemetry(endpoints);
            Ok((worker, telemetry))
        })
        .transpose()
}

fn transaction_pool(
    client: Arc<ParachainClient>,
    config: &Configuration,
    tasks: &TaskManager,
) -> Arc<TransactionPool> {
    Arc::new(
        sc_transaction_pool::Builder::new(
            tasks.spawn_essential_handle(),
            client,
            config.role.is_authority().into(),
        )
        .with_options(config.transaction_pool.clone())
        .with_prometheus(config.prometheus_registry())
        .build(),
    )
}

fn build_import_queue(
    client: Arc<ParachainClient>,
    block_import: ParachainBlockImport,
    config: &Configuration,
    telemetry: Option<TelemetryHandle>,
    task_manager: &TaskManager,
) -> DefaultImportQueue<Block> {
    cumulus_client_consensus_aura::equivocation_import_queue::fully_verifying_import_queue::<
        AuraPair,
        _,
        _,
        _,
        _,
    >(
        client,
        block_import,
        move |_, _| async move { Ok(sp_timestamp::InherentDataProvider::from_system_time()) },
        &task_manager.spawn_essential_handle(),
        config.prometheus_registry(),
        telemetry,
    )
}

/// Whether the chain is one for development, which has no relay chain.
pub fn is_dev(config: &Configuration) -> bool {
    config.chain_spec.chain_type() == sc_service::ChainType::Development
}

fn dev_import_queue(
    client: Arc<ParachainClient>,
    config: &Configuration,
    tasks: &TaskManager,
) -> DefaultImportQueue<Block> {
    sc_consensus_manual_seal::import_queue(
        Box::new(client),
        &tasks.spawn_essential_handle(),
        config.prometheus_registry(),
    )
}

/// The chain's id on its relay chain. The runtime knows it; a database without state (warp sync) falls back on the chain
/// specification, which must not say another.
///
/// # Errors
/// If the two say different ids, or neither says one.
pub fn para_id(client: &ParachainClient, config: &Configuration) -> Result<ParaId, String> {
    let runtime = client.runtime_api().parachain_id(client.chain_info().best_hash).ok();
    let spec = crate::chain_spec::Extensions::try_get(&*config.chain_spec).map(|e| e.para_id.into());
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
