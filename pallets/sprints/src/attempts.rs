//! Attempts: what a miner may try now, and whether its digest wins.

use frame_support::traits::Get;
use millrace_inference::{sprint_digest, Profile};
use millrace_primitives::{
    genesis_hash, meets_target, mill::MillKey, Attempt, BlockNumber, MillKeys, MinerBond, ModelRegistry,
    SprintTerms,
};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::SaturatedConversion;

use crate::{Config, Difficulty, Pallet};

impl<T: Config> Pallet<T> {
    pub(crate) fn now() -> BlockNumber {
        frame_system::Pallet::<T>::block_number().saturated_into()
    }

    /// Hash of a recent block; none if it is not one.
    pub(crate) fn anchor_hash(number: BlockNumber) -> Option<H256> {
        let now = Self::now();
        if number >= now || number.saturating_add(T::MaxAnchorAge::get()) < now {
            return None;
        }
        let hash = frame_system::Pallet::<T>::block_hash(
            frame_system::pallet_prelude::BlockNumberFor::<T>::saturated_from(number),
        );
        Some(H256::from_slice(hash.as_ref())).filter(|hash| !hash.is_zero())
    }

    /// What a mill key may sprint on, asked by its node on top of the newest block.
    pub fn sprint_terms(key: MillKey) -> Option<SprintTerms<T::AccountId>> {
        let miner = T::Miners::miner_of(&key).filter(T::Miners::may_sprint)?;
        let listing = Self::sprint_model()?;
        // The newest block whose hash the chain knows is the parent of the newest.
        let anchor_number = Self::now().checked_sub(1)?;
        let anchor = Self::anchor_hash(anchor_number)?;
        Some(SprintTerms {
            miner,
            anchor_number,
            anchor,
            model: listing.model,
            samples: listing.samples,
            difficulty: Difficulty::<T>::get(),
        })
    }

    /// An attempt with the sizes of its model, if it could be made now and its trace could have so many bytes.
    pub(crate) fn attempt(
        miner: T::AccountId,
        anchor: BlockNumber,
        nonce: u64,
        trace_bytes: usize,
    ) -> Option<(Attempt<T::AccountId>, Profile)> {
        if !T::Miners::may_sprint(&miner) {
            return None;
        }
        let listing = Self::sprint_model()?;
        let profile = T::Models::find(listing.model)?.profile;
        if profile.max_trace_bytes(listing.samples) < u64::try_from(trace_bytes).ok()? {
            return None;
        }
        let attempt = Attempt {
            miner,
            anchor: Self::anchor_hash(anchor)?,
            nonce,
            model: listing.model,
            samples: listing.samples,
        };
        Some((attempt, profile))
    }

    /// The seed of an attempt whose trace has this hash, and its digest, if that wins.
    pub(crate) fn winning(attempt: &Attempt<T::AccountId>, trace_hash: H256) -> Option<([u8; 32], [u8; 32])> {
        let seed = attempt.seed(genesis_hash::<T>(), trace_hash.0);
        let digest = sprint_digest(&seed, blake2_256);
        meets_target(&digest, Difficulty::<T>::get()).then_some((seed, digest))
    }
}
