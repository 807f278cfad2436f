//! Attempts: what a miner may try now, and whether its digest wins.

use millrace_inference::{sprint_digest, Profile};
use millrace_primitives::{
    genesis_hash, meets_target, mill::MillKey, Attempt, BlockNumber, MillKeys, MinerBond, ModelRegistry,
    SprintTerms,
};
use sp_core::H256;
use sp_io::hashing::blake2_256;

use crate::{Config, Pallet, Terms};

impl<T: Config> Pallet<T> {
    /// What a mill key may sprint on, asked by its node on top of the newest block.
    pub fn sprint_terms(key: MillKey) -> Option<SprintTerms<T::AccountId>> {
        let miner = T::Miners::miner_of(&key).filter(T::Miners::may_sprint)?;
        // The newest block whose hash the chain knows is the parent of the newest.
        let anchor_number = Self::now().checked_sub(1)?;
        let anchor = Self::anchor_hash(anchor_number)?;
        let Terms { model, samples, difficulty, .. } = Self::anchor_terms(anchor_number)?;
        Some(SprintTerms { miner, anchor_number, anchor, model, samples, difficulty })
    }

    /// An attempt on this anchor with the terms it was made on and the sizes of its model, if it still counts and its trace
    /// could have so many bytes.
    pub(crate) fn attempt(
        miner: T::AccountId,
        anchor: BlockNumber,
        nonce: u64,
        trace_bytes: usize,
    ) -> Option<(Attempt<T::AccountId>, Terms, Profile)> {
        if !T::Miners::may_sprint(&miner) {
            return None;
        }
        let hash = Self::anchor_hash(anchor)?;
        let terms = Self::anchor_terms(anchor)?;
        let profile = T::Models::find(terms.model)?.profile;
        if profile.max_trace_bytes(terms.samples) < u64::try_from(trace_bytes).ok()? {
            return None;
        }
        let attempt = Attempt { miner, anchor: hash, nonce, model: terms.model, samples: terms.samples };
        Some((attempt, terms, profile))
    }

    /// The seed of an attempt whose trace has this hash, and its digest, if that wins at this difficulty.
    pub(crate) fn winning(
        attempt: &Attempt<T::AccountId>,
        difficulty: u64,
        trace_hash: H256,
    ) -> Option<([u8; 32], [u8; 32])> {
        let seed = attempt.seed(genesis_hash::<T>(), trace_hash.0);
        let digest = sprint_digest(&seed, blake2_256);
        meets_target(&digest, difficulty).then_some((seed, digest))
    }
}
