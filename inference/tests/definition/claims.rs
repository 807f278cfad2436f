//! Section 6: the transcript, the lanes that follow from it, and a sprint's input.

use sp_crypto_hashing::blake2_256;

use super::{Definition, Mistake};

/// What is claimed along with a trace.
pub struct Claim<'a> {
    pub domain: &'a [u8],
    pub genesis_hash: [u8; 32],
    pub subject: [u8; 32],
    pub miner: &'a [u8],
    /// Its encoding.
    pub model: &'a [u8],
    pub input: &'a [u8],
    /// A sprint's attempt.
    pub attempt: Option<&'a Attempt>,
    pub samples: u32,
}

pub struct Attempt {
    pub miner: [u8; 32],
    pub anchor: [u8; 32],
    pub nonce: u64,
    pub model: [u8; 32],
    pub samples: u32,
}

/// A compact integer.
fn compact(value: usize) -> Vec<u8> {
    let shifted = value << 2;
    match value {
        0..0x40 => vec![shifted as u8],
        0x40..0x4000 => ((shifted | 1) as u16).to_le_bytes().to_vec(),
        _ => ((shifted | 2) as u32).to_le_bytes().to_vec(),
    }
}

/// A quarter round of ChaCha.
fn quarter(state: &mut [u32; 16], [a, b, c, d]: [usize; 4]) {
    for (x, y, z, by) in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)] {
        state[x] = state[x].wrapping_add(state[y]);
        state[z] = (state[z] ^ state[x]).rotate_left(by);
    }
}

impl Definition {
    pub fn name(self, model: &[u8]) -> [u8; 32] {
        blake2_256(if self.has(Mistake::NameWithoutVersion) { &model[1..] } else { model })
    }

    /// What stands for the input.
    pub fn input_field(self, claim: &Claim<'_>) -> [u8; 32] {
        match claim.attempt {
            Some(attempt) if !self.has(Mistake::SprintInputHashed) => self.attempt(attempt),
            _ => blake2_256(claim.input),
        }
    }

    pub fn seed(self, claim: &Claim<'_>, trace: &[u8]) -> [u8; 32] {
        let domain = if self.has(Mistake::DomainAlwaysLease) { b"mr/lease".as_slice() } else { claim.domain };
        let mut chain = vec![claim.genesis_hash, claim.subject];
        let mut executed = [self.name(claim.model), self.input_field(claim)];
        let mut length = compact(claim.miner.len());
        let mut samples = claim.samples.to_le_bytes().to_vec();
        let mut version = vec![1u8];
        let mut trace_field = blake2_256(trace).to_vec();
        match self.mistake {
            Some(Mistake::VersionMissing) => version.clear(),
            Some(Mistake::GenesisMissing) => chain.truncate(1),
            Some(Mistake::GenesisAndSubjectSwapped) => chain.reverse(),
            Some(Mistake::MinerWithoutLength) => length.clear(),
            Some(Mistake::MinerLengthInOneByte) => length.truncate(1),
            Some(Mistake::ModelAndInputSwapped) => executed.reverse(),
            Some(Mistake::SamplesInEightBytes) => samples.resize(8, 0),
            Some(Mistake::SamplesBigEndian) => samples.reverse(),
            Some(Mistake::TraceNotHashed) => trace_field = trace.to_vec(),
            _ => {}
        }
        let mut transcript = [domain, &version].concat();
        transcript.extend(chain.concat());
        transcript.extend(length);
        transcript.extend_from_slice(claim.miner);
        transcript.extend(executed.concat());
        transcript.extend(samples);
        transcript.extend(trace_field);
        blake2_256(&transcript)
    }

    /// The lanes of the first rows of a node.
    pub fn lanes(self, seed: &[u8; 32], node: u32, rows: usize) -> Vec<Vec<u64>> {
        let nonce = match self.mistake {
            Some(Mistake::NonceNodeFirst) => [node, 0, 0],
            Some(Mistake::NonceNodeLast) => [0, 0, node],
            Some(Mistake::NonceWithoutNode) => [0; 3],
            _ => [0, node, 0],
        };
        let first = u32::from(self.has(Mistake::KeystreamFromOne));
        let mut keystream = Vec::new();
        for counter in (first..).take((32 * rows).div_ceil(64)) {
            keystream.extend(self.block(seed, counter, nonce));
        }
        let lanes = match self.mistake {
            Some(Mistake::LanesTwo) => 2,
            Some(Mistake::LanesThree) => 3,
            _ => 4,
        };
        let lane = |at: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&keystream[at..at + 8]);
            if self.has(Mistake::LanesBigEndian) {
                u64::from_be_bytes(bytes)
            } else {
                u64::from_le_bytes(bytes)
            }
        };
        let row = |row: usize| (0..lanes).map(|l| lane(8 * (lanes * row + l))).collect();
        (0..rows).map(row).collect()
    }

    /// A block of ChaCha20's keystream, RFC 8439.
    fn block(self, key: &[u8; 32], counter: u32, nonce: [u32; 3]) -> Vec<u8> {
        let mut state = [0; 16];
        let start = [b"expand 32-byte k".as_slice(), key].concat();
        for (word, bytes) in state.iter_mut().zip(start.chunks(4)) {
            *word = bytes.iter().rev().fold(0u32, |word, byte| (word << 8) | u32::from(*byte));
        }
        state[12] = counter;
        state[13..].copy_from_slice(&nonce);
        let initial = state;
        let double_rounds = if self.has(Mistake::FewerRounds) { 4 } else { 10 };
        for _ in 0..double_rounds {
            for column in 0..4 {
                quarter(&mut state, [0, 4, 8, 12].map(|row| row + column));
            }
            for column in 0..4 {
                quarter(&mut state, [0, 1, 2, 3].map(|row| 4 * row + (column + row) % 4));
            }
        }
        let words = state.iter().zip(initial).map(|(word, initial)| word.wrapping_add(initial));
        words.flat_map(u32::to_le_bytes).collect()
    }

    /// The attempt's seed.
    pub fn attempt(self, attempt: &Attempt) -> [u8; 32] {
        let mut tag = b"millrace/attempt".to_vec();
        let mut miner = attempt.miner.to_vec();
        let mut nonce = attempt.nonce.to_le_bytes();
        let mut samples = attempt.samples.to_le_bytes().to_vec();
        match self.mistake {
            Some(Mistake::AttemptTagWithLength) => tag.insert(0, 16 << 2),
            Some(Mistake::AttemptMinerWithLength) => miner.insert(0, 32 << 2),
            Some(Mistake::AttemptNonceBigEndian) => nonce.reverse(),
            Some(Mistake::AttemptWithoutSamples) => samples.clear(),
            _ => {}
        }
        let parts: [&[u8]; 6] = [&tag, &miner, &attempt.anchor, &nonce, &attempt.model, &samples];
        blake2_256(&parts.concat())
    }

    /// The input of an attempt.
    pub fn expand(self, seed: &[u8; 32], length: usize) -> Vec<u8> {
        let first = u32::from(self.has(Mistake::ExpansionFromOne));
        let mut bytes = Vec::new();
        for counter in (first..).take(length.div_ceil(32)) {
            let mut counter = counter.to_le_bytes().to_vec();
            if self.has(Mistake::ExpansionCounterInEightBytes) {
                counter.resize(8, 0);
            }
            let mut parts = [seed.to_vec(), counter];
            if self.has(Mistake::ExpansionCounterFirst) {
                parts.reverse();
            }
            bytes.extend(blake2_256(&parts.concat()));
        }
        bytes.truncate(length);
        bytes
    }
}
