//! Sends the winning sprints that the node's engine has left in the offchain database.

use codec::Decode;
use frame_system::offchain::{CreateAuthorizedTransaction, SubmitTransaction};
use millrace_primitives::{
    handover::{sent_key, win_key, Win, WINS_KEPT},
    mill::MillKey,
    CapacityMarket,
};
use sp_core::offchain::StorageKind;
use sp_io::hashing::blake2_256;
use sp_runtime::{offchain::storage::StorageValueRef, RuntimeAppPublic};

use crate::{Call, Config, Pallet};

impl<T: Config> Pallet<T> {
    pub(crate) fn send_wins() {
        for key in MillKey::all() {
            if T::Miners::miner_of(&key).is_none() {
                continue;
            }
            for place in 0..WINS_KEPT {
                let stored =
                    sp_io::offchain::local_storage_get(StorageKind::PERSISTENT, &win_key(&key, place));
                let Some(Ok(win)) = stored.map(|bytes| Win::<T::AccountId>::decode(&mut &bytes[..])) else {
                    continue;
                };
                Self::send_win(&key, win);
            }
        }
    }

    fn send_win(key: &MillKey, win: Win<T::AccountId>) {
        if Self::anchor_hash(win.anchor_number) != Some(win.attempt.anchor) {
            return;
        }
        let trace_hash = blake2_256(&win.trace);
        let sent_key = sent_key(win.attempt.subject().into());
        let sent = StorageValueRef::persistent(&sent_key);
        // Sent once is enough: a sprint is worthless a few blocks later.
        if sent.get::<bool>().ok().flatten().is_some() {
            return;
        }
        let message = win.attempt.message(Self::genesis_hash(), trace_hash);
        let Some(signature) = key.sign(&message) else { return };
        let call = Call::<T>::sprint {
            miner: win.attempt.miner,
            anchor: win.anchor_number,
            nonce: win.attempt.nonce,
            trace: win.trace,
            signature,
        };
        let transaction =
            <T as CreateAuthorizedTransaction<Call<T>>>::create_authorized_transaction(call.into());
        match SubmitTransaction::<T, Call<T>>::submit_transaction(transaction) {
            Ok(()) => {
                sent.set(&true);
                log::debug!(target: "millrace::sprint", "sent a sprint on block {}", win.anchor_number);
            }
            Err(()) => {
                log::debug!(target: "millrace::sprint", "the pool refused a sprint on block {}", win.anchor_number);
            }
        }
    }
}
