//! Claims the shares of the miners for which the node's mill keys sign, unless the node was told not to.

use alloc::vec::Vec;

use frame_system::offchain::{CreateAuthorizedTransaction, SubmitTransaction};
use millrace_primitives::{
    handover::{claim_key, NO_CLAIM_KEY},
    mill::MillKey,
    MillKeys, RoundIndex,
};
use sp_core::offchain::StorageKind;
use sp_runtime::{offchain::storage::StorageValueRef, RuntimeAppPublic};

use crate::{Call, Config, CurrentRound, Pallet};

/// Rounds that a run of the worker looks at for each miner.
const ROUNDS_AT_ONCE: u32 = 32;

impl<T: Config> Pallet<T> {
    pub(crate) fn claim_shares() {
        if sp_io::offchain::local_storage_get(StorageKind::PERSISTENT, NO_CLAIM_KEY).is_some() {
            return;
        }
        let miners: Vec<T::AccountId> = MillKey::all().iter().filter_map(T::Keys::miner_of).collect();
        for miner in miners {
            let key = claim_key(&miner);
            let cursor = StorageValueRef::persistent(&key);
            let (first, current) = (Self::first_claimable(), CurrentRound::<T>::get().0);
            // After the last closed round the search begins again: a claim may have been dropped.
            let from = cursor.get::<RoundIndex>().ok().flatten().unwrap_or(first).max(first);
            let from = if from < current { from } else { first };
            let until = from.saturating_add(ROUNDS_AT_ONCE).min(current);
            for round in (from..until).filter(|round| Self::is_claimable(*round, &miner)) {
                Self::send_claim(round, miner.clone());
            }
            cursor.set(&until);
        }
    }

    fn send_claim(round: RoundIndex, miner: T::AccountId) {
        let call = Call::<T>::claim { round, miner };
        let transaction =
            <T as CreateAuthorizedTransaction<Call<T>>>::create_authorized_transaction(call.into());
        match SubmitTransaction::<T, Call<T>>::submit_transaction(transaction) {
            Ok(()) => log::info!(target: "millrace::rewards", "claimed the share of round {round}"),
            // It waits in the pool already.
            Err(()) => {
                log::debug!(target: "millrace::rewards", "the pool refused the claim of round {round}")
            }
        }
    }
}
