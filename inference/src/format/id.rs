//! What names a model: the version of its format and the hash of its encoding.

/// First byte of every encoded model.
pub const FORMAT_VERSION: u8 = 1;

/// Name of a model: blake2-256 of its encoding, version byte included.
pub type ModelId = [u8; 32];

/// blake2-256. The host's function inside a runtime, a crate's elsewhere; always the same digest.
pub type HashFunction = fn(&[u8]) -> [u8; 32];

/// Name of the model with this encoding.
pub fn model_id(bytes: &[u8], blake2_256: HashFunction) -> ModelId {
    blake2_256(bytes)
}
