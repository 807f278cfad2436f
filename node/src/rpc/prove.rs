//! Proofs of ownership by the node's mill keys: for who runs the node, and nobody else.

use std::{str::FromStr, sync::Arc};

use jsonrpsee::{
    core::RegisterMethodError,
    types::{error::INVALID_PARAMS_CODE, ErrorObjectOwned},
    RpcModule,
};
use millrace_primitives::{mill::KEY_TYPE, ownership_message};
use millrace_runtime::AccountId;
use sp_core::Bytes;
use sp_keystore::{Keystore, KeystorePtr};

use super::{
    arguments::{read, ProveArguments},
    chain::Chain,
    error::runtime_failed,
};
use crate::mill::can_sign;

/// The method that proves the node's keys.
///
/// # Errors
/// None; its name is registered once.
pub fn module(chain: Arc<dyn Chain>, keystore: KeystorePtr) -> Result<RpcModule<()>, RegisterMethodError> {
    let mut module = RpcModule::new(());
    // Only for who runs the node: a proof for a stranger's account would have this node mine for the stranger.
    module.register_method("millrace_proveMill", move |params, _, extensions| {
        sc_rpc_api::check_if_safe(extensions)?;
        let ProveArguments { account: text } = read(&params)?;
        let account = account(&text)?;
        let genesis = chain.genesis_hash(chain.newest().0).map_err(runtime_failed)?;
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

/// An account by its SS58 address or its 32 bytes in hexadecimal.
///
/// # Errors
/// What is wrong with the text.
pub fn account(text: &str) -> Result<AccountId, ErrorObjectOwned> {
    AccountId::from_str(text).map_err(|error| {
        let message = format!("'{text}' is no account ({error}): give its SS58 address, or 0x and 64 digits");
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
