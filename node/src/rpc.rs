//! What the node answers beyond the SDK's own methods.

use std::{str::FromStr, sync::Arc};

use jsonrpsee::{
    types::{error::INTERNAL_ERROR_CODE, error::INVALID_PARAMS_CODE, ErrorObjectOwned},
    RpcModule,
};
use millrace_primitives::{mill::KEY_TYPE, ownership_message, MillApi};
use millrace_runtime::{opaque::Block, AccountId, Balance, Nonce};
use sc_transaction_pool_api::TransactionPool;
use sp_api::ProvideRuntimeApi;
use sp_block_builder::BlockBuilder;
use sp_blockchain::{Error as BlockChainError, HeaderBackend, HeaderMetadata};
use sp_core::Bytes;
use sp_keystore::{Keystore, KeystorePtr};

use crate::mill::can_sign;

/// What the methods need.
pub struct FullDeps<C, P> {
    /// The chain.
    pub client: Arc<C>,
    /// Transactions that wait for a block.
    pub pool: Arc<P>,
    /// The node's keys.
    pub keystore: KeystorePtr,
}

/// The methods of one connection.
///
/// # Errors
/// If two methods have one name.
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
        + MillApi<Block, AccountId>
        + BlockBuilder<Block>,
    P: TransactionPool + Send + Sync + 'static,
{
    use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
    use substrate_frame_rpc_system::{System, SystemApiServer};
    let mut module = RpcModule::new(());
    module.merge(System::new(deps.client.clone(), deps.pool).into_rpc())?;
    module.merge(TransactionPayment::new(deps.client.clone()).into_rpc())?;

    let (client, keystore) = (deps.client, deps.keystore);
    // Only for who runs the node: a proof for a stranger's account would have this node mine for the stranger.
    module.register_method("millrace_proveMill", move |params, _, extensions| {
        sc_rpc_api::check_if_safe(extensions)?;
        let account = account(&params.one::<String>()?)?;
        let best = client.info().best_hash;
        let genesis = client.runtime_api().genesis_hash(best).map_err(|error| {
            ErrorObjectOwned::owned(
                INTERNAL_ERROR_CODE,
                format!("The runtime doesn't answer: {error}"),
                None::<()>,
            )
        })?;
        Ok::<_, ErrorObjectOwned>(proofs(&*keystore, &ownership_message(genesis, &account)))
    })?;
    Ok(module)
}

/// A mill key and its signature for an account, as `miners.register` takes them.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct MillProof {
    mill: Bytes,
    proof: Bytes,
}

/// The signatures of all mill keys that can sign.
fn proofs(keystore: &dyn Keystore, message: &[u8]) -> Vec<MillProof> {
    let keys = keystore.sr25519_public_keys(KEY_TYPE);
    let sign = |key: sp_core::sr25519::Public| {
        let signature = keystore.sr25519_sign(KEY_TYPE, &key, message).ok().flatten()?;
        Some(MillProof { mill: Bytes(key.0.to_vec()), proof: Bytes(signature.0.to_vec()) })
    };
    keys.into_iter().filter(|key| can_sign(keystore, key)).filter_map(sign).collect()
}

fn account(text: &str) -> Result<AccountId, ErrorObjectOwned> {
    AccountId::from_str(text).map_err(|error| {
        let message = format!(
            "'{text}' is no account ({error}): give the cold account's SS58 address or 0x and 64 digits"
        );
        ErrorObjectOwned::owned(INVALID_PARAMS_CODE, message, None::<()>)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sp_core::{sr25519, Pair};
    use sp_keystore::testing::MemoryKeystore;

    #[test]
    fn each_usable_key_proves_itself() {
        let keystore = MemoryKeystore::new();
        let key = keystore.sr25519_generate_new(KEY_TYPE, Some("//Ferdie")).expect("a secret");
        let [proof] = &proofs(&keystore, b"message")[..] else { panic!("one key, one proof") };
        assert_eq!(proof.mill.0, key.0);
        let signature = sr25519::Signature::try_from(&proof.proof.0[..]).expect("64 bytes");
        assert!(sr25519::Pair::verify(&signature, b"message", &key));
    }

    #[test]
    fn accounts_are_read_and_nonsense_named() {
        let alice = sr25519::Pair::from_string("//Alice", None).expect("a secret").public();
        let text = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
        assert_eq!(account(text).expect("an address"), AccountId::from(alice.0));
        assert!(account("Alice").expect_err("no address").message().contains("'Alice'"));
    }
}
