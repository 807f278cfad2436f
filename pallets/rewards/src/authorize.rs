//! When a claim without a sender is valid.

use frame_support::{
    pallet_prelude::{
        InvalidTransaction, TransactionLongevity, TransactionSource, TransactionValidityWithRefund,
        ValidTransaction,
    },
    traits::Get,
    weights::Weight,
};
use millrace_primitives::RoundIndex;

use crate::{Config, Pallet};

/// Blocks for which the pool keeps a claim without a sender.
const CLAIM_LONGEVITY: TransactionLongevity = 64;

impl<T: Config> Pallet<T> {
    /// A claim without a sender is valid while there is a share to claim.
    pub(crate) fn authorize_claim(
        _source: TransactionSource,
        round: &RoundIndex,
        miner: &T::AccountId,
    ) -> TransactionValidityWithRefund {
        if !Self::is_claimable(*round, miner) {
            return Err(InvalidTransaction::Stale.into());
        }
        ValidTransaction::with_tag_prefix("millrace/claim")
            .priority(T::Priority::get())
            .and_provides((round, miner))
            .longevity(CLAIM_LONGEVITY)
            .propagate(true)
            .build()
            .map(|validity| (validity, Weight::zero()))
    }
}
