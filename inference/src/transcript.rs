use alloc::vec::Vec;

use codec::Encode;

use crate::{ModelId, FORMAT_VERSION};

/// blake2-256. The host's function inside a runtime, a crate's elsewhere; always the same digest.
pub type HashFunction = fn(&[u8]) -> [u8; 32];

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
    /// blake2-256 of the input.
    pub input_hash: [u8; 32],
    /// N.
    pub samples: u32,
}

impl Statement<'_> {
    /// Fiat–Shamir: the seed of the verifier's randomness, fixed only once the whole trace is.
    pub fn seed(&self, trace: &[u8], blake2_256: HashFunction) -> [u8; 32] {
        let transcript = (
            self.domain.tag(),
            FORMAT_VERSION,
            self.genesis_hash,
            self.subject,
            self.miner,
            self.model,
            self.input_hash,
            self.samples,
            blake2_256(trace),
        );
        blake2_256(&transcript.encode())
    }
}

/// Draws the verifier's random rows from a seed.
#[derive(Clone, Copy)]
pub struct Challenge {
    seed: [u8; 32],
    blake2_256: HashFunction,
}

impl Challenge {
    /// The randomness that follows from `seed`.
    pub fn new(seed: [u8; 32], blake2_256: HashFunction) -> Self {
        Self { seed, blake2_256 }
    }

    /// The four lanes of row `row` of node `node`: `blake2_256(seed, node, row)` as little-endian `u64`.
    pub fn lanes(&self, node: u32, row: u32) -> [u64; 4] {
        let digest = (self.blake2_256)(&(self.seed, node, row).encode());
        let mut lanes = [0u64; 4];
        for (lane, bytes) in lanes.iter_mut().zip(digest.chunks_exact(8)) {
            *lane = bytes.iter().rev().fold(0u64, |value, byte| (value << 8) | u64::from(*byte));
        }
        lanes
    }
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
