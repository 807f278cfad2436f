//! The mill key: the hot key with which a node signs submissions and sprints for a miner's cold account.

use sp_core::crypto::KeyTypeId;

/// Type of the key in a keystore.
pub const KEY_TYPE: KeyTypeId = KeyTypeId(*b"mill");

mod app {
    use sp_application_crypto::{app_crypto, sr25519};
    app_crypto!(sr25519, super::KEY_TYPE);
}

sp_application_crypto::with_pair! {
    /// The pair, where the secret is at hand.
    pub type MillPair = app::Pair;
}

/// Public half of a mill key (sr25519).
pub type MillKey = app::Public;
/// A mill key's signature.
pub type MillSignature = app::Signature;
