//! Brings the offers of the miners for which the node's mill keys sign into force, as soon as they are due.

use frame_system::offchain::{CreateAuthorizedTransaction, SubmitTransaction};
use millrace_primitives::mill::MillKey;
use sp_runtime::RuntimeAppPublic;

use crate::{Call, Config, MillKeys, Pallet};

impl<T: Config> Pallet<T> {
    pub(crate) fn apply_own_offers() {
        let miners = MillKey::all().into_iter().filter_map(MillKeys::<T>::get);
        for miner in miners.filter(Self::has_due_offer) {
            let call = Call::<T>::apply_offer { miner };
            let transaction =
                <T as CreateAuthorizedTransaction<Call<T>>>::create_authorized_transaction(call.into());
            match SubmitTransaction::<T, Call<T>>::submit_transaction(transaction) {
                Ok(()) => log::info!(target: "millrace::miners", "the scheduled offer comes into force"),
                // It waits in the pool already.
                Err(()) => {
                    log::debug!(target: "millrace::miners", "the pool refused to bring an offer into force")
                }
            }
        }
    }
}
