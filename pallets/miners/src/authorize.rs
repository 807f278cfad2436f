//! When bringing an offer into force without a sender is valid.

use frame_support::{
    pallet_prelude::{
        InvalidTransaction, TransactionLongevity, TransactionPriority, TransactionSource,
        TransactionValidityWithRefund, ValidTransaction,
    },
    weights::Weight,
};

use crate::{Config, Pallet};

/// Blocks for which the pool keeps such a call.
const LONGEVITY: TransactionLongevity = 64;
/// Any transaction with a tip goes first: until then the miner sells at its old offer.
const PRIORITY: TransactionPriority = 0;

impl<T: Config> Pallet<T> {
    /// Valid while an offer of the miner is due: whoever scheduled it has paid for this call, which uses it up.
    pub(crate) fn authorize_apply_offer(
        _source: TransactionSource,
        miner: &T::AccountId,
    ) -> TransactionValidityWithRefund {
        if !Self::has_due_offer(miner) {
            return Err(InvalidTransaction::Stale.into());
        }
        ValidTransaction::with_tag_prefix("millrace/offer")
            .priority(PRIORITY)
            .and_provides(miner)
            .longevity(LONGEVITY)
            .propagate(true)
            .build()
            .map(|validity| (validity, Weight::zero()))
    }
}
