//! The node's types, spelt out once: the hash of a block, the client, its database and its transaction pool.

use std::sync::Arc;

use cumulus_client_consensus_common::ParachainBlockImport as TParachainBlockImport;
use millrace_runtime::{opaque::Block, RuntimeApi};
use sc_executor::WasmExecutor;
use sc_service::{TFullBackend, TFullClient};
use sc_transaction_pool::TransactionPoolHandle;
use sp_runtime::traits::Block as BlockT;

/// Hash of a block.
pub type Hash = <Block as BlockT>::Hash;
/// What the runtime may ask of its host: the SDK's functions for every parachain, storage proofs' sizes among them.
pub type HostFunctions = cumulus_client_service::ParachainHostFunctions;
/// Executes the runtime.
pub type ParachainExecutor = WasmExecutor<HostFunctions>;
/// The chain as this node knows it.
pub type ParachainClient = TFullClient<Block, RuntimeApi, ParachainExecutor>;
/// Its database.
pub type ParachainBackend = TFullBackend<Block>;
/// Imports blocks and tells which is the best.
pub type ParachainBlockImport = TParachainBlockImport<Block, Arc<ParachainClient>, ParachainBackend>;
/// Transactions that wait for a block.
pub type TransactionPool = TransactionPoolHandle<Block, ParachainClient>;
