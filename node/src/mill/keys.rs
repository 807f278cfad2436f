//! The keystore's mill keys: only those that can sign are worked for.

use std::collections::HashMap;

use millrace_primitives::mill::{MillKey, KEY_TYPE};
use sp_core::{sr25519, Pair as _};
use sp_keystore::{Keystore, KeystorePtr};

/// What a key signs to show that it can.
const PROBE: &[u8] = b"millrace/probe";

/// Whether the keystore can sign with a key. One whose file holds another key's phrase, or none at all, can't; a node that
/// worked for it would never answer.
pub fn can_sign(keystore: &dyn Keystore, key: &sr25519::Public) -> bool {
    matches!(
        keystore.sr25519_sign(KEY_TYPE, key, PROBE),
        Ok(Some(signature)) if sr25519::Pair::verify(&signature, PROBE, key)
    )
}

/// Puts the mill key of a secret into the keystore.
///
/// # Errors
/// If `suri` is no secret, or the keystore can't be written.
pub fn insert_mill_key(keystore: &KeystorePtr, suri: &str) -> sc_service::error::Result<()> {
    keystore.sr25519_generate_new(KEY_TYPE, Some(suri)).map(drop).map_err(|error| {
        sc_service::Error::Other(format!("The mill key can't be put into the keystore: {error}"))
    })
}

/// The keys that were seen, and whether they can sign.
#[derive(Default)]
pub(super) struct Keys(HashMap<MillKey, bool>);

impl Keys {
    /// The keys that can sign now, sorted. Each is tried when it appears.
    pub fn usable(&mut self, keystore: &dyn Keystore) -> Vec<MillKey> {
        let mut present: Vec<MillKey> =
            keystore.sr25519_public_keys(KEY_TYPE).into_iter().map(Into::into).collect();
        present.sort_unstable();
        self.0.retain(|key, _| present.contains(key));
        for key in &present {
            self.0.entry(key.clone()).or_insert_with(|| {
                let usable = can_sign(keystore, &sr25519::Public::from(key.clone()));
                if usable {
                    log::info!(target: "millrace", "🔑 mill key {key:?} can sign");
                } else {
                    log::error!(
                        target: "millrace",
                        "mill key {key:?} can't sign: its file in the keystore holds another key's secret or none. Nothing \
                         is executed for it; remove the file and insert the key again"
                    );
                }
                usable
            });
        }
        present.retain(|key| self.0.get(key) == Some(&true));
        present
    }

    /// Whether the keystore has keys that can't sign.
    pub fn any_unusable(&self) -> bool {
        self.0.values().any(|usable| !usable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sp_keystore::testing::MemoryKeystore;

    #[test]
    fn a_key_without_its_secret_is_left_out() {
        let keystore = MemoryKeystore::new();
        let key = keystore.sr25519_generate_new(KEY_TYPE, Some("//Ferdie")).expect("a secret");
        let stranger = sr25519::Pair::from_string("//Eve", None).expect("a secret").public();
        assert!(can_sign(&keystore, &key) && !can_sign(&keystore, &stranger));
        // A public key with another's phrase, as `author_insertKey` takes it.
        keystore.insert(KEY_TYPE, "//Bob", &stranger.0).expect("it is taken");
        assert!(!can_sign(&keystore, &stranger));
        let mut keys = Keys::default();
        assert_eq!(keys.usable(&keystore), [MillKey::from(key)]);
    }
}
