//! The SDK's types with this chain's parameters filled in.

use std::sync::Arc;

use cumulus_client_consensus_common::ParachainBlockImport as TParachainBlockImport;
use millrace_runtime::{opaque::Block, RuntimeApi};
use sc_consensus::DefaultImportQueue;
use sc_executor::WasmExecutor;
use sc_service::{PartialComponents, TFullBackend, TFullClient};
use sc_telemetry::{Telemetry, TelemetryWorkerHandle};
use sc_transaction_pool::TransactionPoolHandle;
use sp_runtime::traits::Block as BlockT;

/// A block's hash, 32 bytes.
pub type Hash = <Block as BlockT>::Hash;
/// What the runtime may call: a parachain's functions, the size of a storage proof and elliptic curves among them.
pub type HostFunctions = cumulus_client_service::ParachainHostFunctions;
/// Executes the runtime.
pub type ParachainExecutor = WasmExecutor<HostFunctions>;
/// Answers for the chain.
pub type ParachainClient = TFullClient<Block, RuntimeApi, ParachainExecutor>;
/// The database, the offchain database included.
pub type ParachainBackend = TFullBackend<Block>;
/// Takes blocks into the database.
pub type ParachainBlockImport = TParachainBlockImport<Block, Arc<ParachainClient>, ParachainBackend>;
/// Transactions that wait for a block.
pub type TransactionPool = TransactionPoolHandle<Block, ParachainClient>;

/// What a node has besides the SDK's components.
pub struct Extra {
    /// Takes the blocks of a collator.
    pub block_import: ParachainBlockImport,
    /// Reports, if it was asked for.
    pub telemetry: Option<Telemetry>,
    /// Lets the relay chain's node report too.
    pub telemetry_worker_handle: Option<TelemetryWorkerHandle>,
}

/// A node before it has a network.
pub type Service = PartialComponents<
    ParachainClient,
    ParachainBackend,
    (),
    DefaultImportQueue<Block>,
    TransactionPool,
    Extra,
>;
