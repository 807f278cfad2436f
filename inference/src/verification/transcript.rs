//! What the verifier's randomness is drawn from, and how.

use alloc::vec::Vec;
use core::{array, iter};

use chacha20::{
    rand_core::{Rng, SeedableRng},
    ChaCha20Rng,
};
use codec::Encode;

use crate::format::id::{HashFunction, ModelId, FORMAT_VERSION};

/// Keeps the randomness of the kinds of claim apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// A submission for a lease.
    Lease,
    /// A winning sprint.
    Sprint,
}

impl Domain {
    /// The bytes that open the transcript.
    pub const fn tag(self) -> [u8; 8] {
        match self {
            Self::Lease => *b"mr/lease",
            Self::Sprint => *b"mr/sprnt",
        }
    }
}

/// Everything that a submission claims, but for the trace itself.
#[derive(Clone, Copy, Debug)]
pub struct Statement<'a> {
    /// Kind of claim.
    pub domain: Domain,
    /// Hash of the chain's first block.
    pub genesis_hash: [u8; 32],
    /// What the trace is for: the lease descriptor, or the hash of a sprint's anchor and nonce.
    pub subject: [u8; 32],
    /// The miner's account, SCALE-encoded.
    pub miner: &'a [u8],
    /// The model.
    pub model: ModelId,
    /// What names the input: its blake2-256, or the seed from which a sprint's input is expanded.
    pub input_hash: [u8; 32],
    /// N.
    pub samples: u32,
}

impl Statement<'_> {
    /// Fiat–Shamir: the seed of the verifier's randomness, fixed only once the whole trace is.
    pub fn seed(&self, trace: &[u8], blake2_256: HashFunction) -> [u8; 32] {
        self.seed_of_hash(blake2_256(trace), blake2_256)
    }

    /// [`Self::seed`] from the trace's blake2-256, for those who have it already.
    pub fn seed_of_hash(&self, trace_hash: [u8; 32], blake2_256: HashFunction) -> [u8; 32] {
        let transcript = (
            self.domain.tag(),
            FORMAT_VERSION,
            self.genesis_hash,
            self.subject,
            self.miner,
            self.model,
            self.input_hash,
            self.samples,
            trace_hash,
        );
        blake2_256(&transcript.encode())
    }
}

/// The verifier's randomness for node `node`: four lanes for each of its rows, in order. They are the keystream of
/// ChaCha20 (RFC 8439) under the key `seed`, whose nonce is the node; a runtime computes it in about a tenth of
/// the time that a host's hash for each row takes.
pub fn lanes(seed: [u8; 32], node: u32) -> impl Iterator<Item = [u64; 4]> {
    let mut keystream = ChaCha20Rng::from_seed(seed);
    keystream.set_stream(node.into());
    iter::repeat_with(move || array::from_fn(|_| keystream.next_u64()))
}

/// What is compared with the target of the mining: unknown before the whole trace is.
pub fn sprint_digest(seed: &[u8; 32], blake2_256: HashFunction) -> [u8; 32] {
    blake2_256(&(*b"sprint", seed).encode())
}

/// The first `bytes` of `blake2_256(seed, 0) ‖ blake2_256(seed, 1) ‖ …`, counters as little-endian `u32`:
/// the input of a sprint's attempt.
pub fn expand(seed: &[u8; 32], bytes: usize, blake2_256: HashFunction) -> Vec<u8> {
    let blocks = u32::try_from(bytes.div_ceil(32)).unwrap_or(u32::MAX);
    let mut stream: Vec<u8> = (0..blocks).flat_map(|counter| blake2_256(&(seed, counter).encode())).collect();
    stream.truncate(bytes);
    stream
}
