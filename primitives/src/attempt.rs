//! Attempts at the lottery: what draws a sprint's input, and which of them win.

use alloc::vec::Vec;

use codec::{Decode, Encode};
use millrace_inference::{Domain, Statement};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_io::hashing::blake2_256;

use crate::ModelId;

/// One try at the lottery: an inference on an input that nobody could know before the anchor.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Attempt<AccountId> {
    /// The miner: another's win can't be copied.
    pub miner: AccountId,
    /// Hash of a recent block.
    pub anchor: H256,
    /// Any number.
    pub nonce: u64,
    /// The round's sprint model.
    pub model: ModelId,
    /// N.
    pub samples: u32,
}

impl<AccountId: Encode> Attempt<AccountId> {
    /// The batch, of `sample_bytes` for each sample.
    pub fn input(&self, sample_bytes: u32) -> Vec<u8> {
        let bytes = sample_bytes.saturating_mul(self.samples);
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        millrace_inference::expand(&self.input_seed(), bytes, blake2_256)
    }

    /// What the batch is expanded from. It stands for the batch in the attempt's transcript, so that a digest can be
    /// compared with the target before anything is expanded.
    pub fn input_seed(&self) -> [u8; 32] {
        blake2_256(&(b"millrace/attempt", self).encode())
    }

    /// The subject of the attempt's transcript.
    pub fn subject(&self) -> [u8; 32] {
        blake2_256(&(self.anchor, self.nonce).encode())
    }

    /// The seed of the verifier's randomness for this attempt's trace, of which it takes the blake2-256; the attempt's
    /// digest follows from it.
    pub fn seed(&self, genesis: H256, trace_hash: [u8; 32]) -> [u8; 32] {
        Statement {
            domain: Domain::Sprint,
            genesis_hash: genesis.0,
            subject: self.subject(),
            miner: &self.miner.encode(),
            model: self.model.0,
            input_hash: self.input_seed(),
            samples: self.samples,
        }
        .seed_of_hash(trace_hash, blake2_256)
    }

    /// What a mill key signs to submit a winning trace.
    pub fn message(&self, genesis: H256, trace_hash: [u8; 32]) -> Vec<u8> {
        (b"millrace/sprint", genesis, self, trace_hash).encode()
    }
}

/// Whether an attempt's digest wins at this difficulty: its first 16 bytes, as a big-endian number, are at
/// most `(2¹²⁸ − 1) / difficulty`, the target. The chance is one in `difficulty`.
pub fn meets_target(digest: &[u8; 32], difficulty: u64) -> bool {
    let leading = digest.iter().take(16).fold(0u128, |value, byte| (value << 8) | u128::from(*byte));
    u128::MAX.checked_div(difficulty.into()).is_some_and(|target| leading <= target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_is_the_difficulty_th_part() {
        let digest = |first: u8| {
            let mut digest = [0xff; 32];
            digest[0] = first;
            digest
        };
        assert!(meets_target(&digest(0xff), 1));
        assert!(meets_target(&digest(0x7f), 2));
        assert!(!meets_target(&digest(0x80), 2));
        assert!(meets_target(&[0; 32], u64::MAX));
        assert!(!meets_target(&[0; 32], 0));
        let wins = (0..4096u32).filter(|i| meets_target(&blake2_256(&i.encode()), 16)).count();
        assert!((196..=316).contains(&wins), "{wins} wins of 4096 at one in 16");
    }

    #[test]
    fn attempts_differ_in_every_field() {
        let base = Attempt {
            miner: 1u64,
            anchor: H256::repeat_byte(1),
            nonce: 1,
            model: H256::repeat_byte(2),
            samples: 2,
        };
        let others = [
            Attempt { miner: 2, ..base.clone() },
            Attempt { anchor: H256::repeat_byte(3), ..base.clone() },
            Attempt { nonce: 2, ..base.clone() },
            Attempt { model: H256::repeat_byte(4), ..base.clone() },
        ];
        assert_eq!(base.input(33).len(), 66);
        for other in others {
            assert_ne!(base.input(33), other.input(33));
        }
    }
}
