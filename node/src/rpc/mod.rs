//! What the node answers beyond the SDK's own methods. `docs/openrpc.json` describes it; a test holds the two together.

mod arguments;
mod chain;
mod error;
mod feed;
mod market;
mod prove;
mod subscriptions;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use chain::Chain;
pub use feed::Feed;
use jsonrpsee::RpcModule;
use millrace_runtime::{opaque::Block, AccountId, Balance, Nonce};
use sc_transaction_pool_api::TransactionPool;
use sp_api::ProvideRuntimeApi;
use sp_block_builder::BlockBuilder;
use sp_blockchain::{Error as BlockChainError, HeaderBackend, HeaderMetadata};
use sp_keystore::KeystorePtr;

/// What the methods need.
pub struct FullDeps<C, P> {
    /// Answers for the chain.
    pub client: Arc<C>,
    /// Transactions that wait for a block.
    pub pool: Arc<P>,
    /// The node's keys.
    pub keystore: KeystorePtr,
    /// The chain, as our own methods ask it.
    pub chain: Arc<dyn Chain>,
    /// Feeds the subscriptions.
    pub feed: Arc<Feed>,
}

/// All methods.
///
/// # Errors
/// If two of them have one name.
pub fn create_full<C, P>(
    deps: FullDeps<C, P>,
) -> Result<RpcModule<()>, Box<dyn std::error::Error + Send + Sync>>
where
    C: ProvideRuntimeApi<Block>
        + HeaderBackend<Block>
        + HeaderMetadata<Block, Error = BlockChainError>
        + Send
        + Sync
        + 'static,
    C::Api: substrate_frame_rpc_system::AccountNonceApi<Block, AccountId, Nonce>
        + pallet_transaction_payment_rpc::TransactionPaymentRuntimeApi<Block, Balance>
        + BlockBuilder<Block>,
    P: TransactionPool + Send + Sync + 'static,
{
    use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
    use substrate_frame_rpc_system::{System, SystemApiServer};
    let mut module = RpcModule::new(());
    module.merge(System::new(deps.client.clone(), deps.pool).into_rpc())?;
    module.merge(TransactionPayment::new(deps.client).into_rpc())?;
    module.merge(prove::module(deps.chain.clone(), deps.keystore)?)?;
    module.merge(market::module(deps.chain.clone())?)?;
    module.merge(subscriptions::module(deps.chain, deps.feed)?)?;
    Ok(module)
}
