//! When a sprint, which has no sender and pays no fee, is valid.

use alloc::vec::Vec;

use frame_support::{
    pallet_prelude::{
        InvalidTransaction, TransactionSource, TransactionValidityWithRefund, ValidTransaction, Weight,
    },
    traits::Get,
};
use millrace_primitives::{genesis_hash, mill::MillSignature, BlockNumber, MillKeys};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::RuntimeAppPublic;

use crate::{Config, Pallet};

impl<T: Config> Pallet<T> {
    /// Cheap claims are checked before dear ones: the block's budget, the signature, then the target, and only then the
    /// trace is hashed. An author tries every win that waits, so most are refused for the budget.
    ///
    /// The win on the newest anchor goes first. More wins wait than blocks take while it is too easy to win, and the newest was
    /// the hardest. By it, the difficulty follows the attempts within dozens of blocks; by the oldest, which was the easiest, it
    /// would take hundreds, in which most wins lapse.
    #[allow(clippy::ptr_arg, reason = "the macro passes the call's arguments by reference as they are")]
    pub(crate) fn authorize_sprint(
        _source: TransactionSource,
        miner: &T::AccountId,
        anchor: &BlockNumber,
        nonce: &u64,
        trace_hash: &H256,
        trace: &Vec<u8>,
        signature: &MillSignature,
    ) -> TransactionValidityWithRefund {
        let key = T::Miners::mill_key(miner).ok_or(InvalidTransaction::BadSigner)?;
        let (attempt, terms, _) =
            Self::attempt(miner.clone(), *anchor, *nonce, trace.len()).ok_or(InvalidTransaction::Stale)?;
        if !Self::has_room(terms.share) {
            return Err(InvalidTransaction::ExhaustsResources.into());
        }
        if !key.verify(&attempt.message(genesis_hash::<T>(), trace_hash.0), signature) {
            return Err(InvalidTransaction::BadProof.into());
        }
        let (_, digest) = Self::winning(&attempt, terms.difficulty, *trace_hash)
            .filter(|(_, digest)| Self::is_creditable(*anchor, digest))
            .ok_or(InvalidTransaction::Stale)?;
        if blake2_256(trace) != trace_hash.0 {
            return Err(InvalidTransaction::BadProof.into());
        }
        let longevity = anchor.saturating_add(T::MaxAnchorAge::get()).saturating_sub(Self::now());
        ValidTransaction::with_tag_prefix("millrace/sprint")
            .priority(T::Priority::get().saturating_add((*anchor).into()))
            .and_provides(digest)
            .longevity(longevity.max(1).into())
            .propagate(true)
            .build()
            .map(|validity| (validity, Weight::zero()))
    }
}
