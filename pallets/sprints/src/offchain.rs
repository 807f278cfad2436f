//! Sends the winning sprints that the node's engine has left in the offchain database, until they are credited or their
//! anchors are too old.

use codec::Decode;
use frame_system::offchain::{CreateAuthorizedTransaction, SubmitTransaction};
use millrace_inference::sprint_digest;
use millrace_primitives::{
    genesis_hash,
    handover::{sent_key, win_key, wins_key, Win, Wins},
    mill::MillKey,
    BlockNumber, MillKeys,
};
use sp_core::{offchain::StorageKind, H256};
use sp_io::hashing::blake2_256;
use sp_runtime::{offchain::storage::StorageValueRef, RuntimeAppPublic};

use crate::{Call, Config, Pallet};

/// A sprint that isn't in a block after so many is sent again: the pool may have dropped it, or a re-org its block.
const RESEND_AFTER: BlockNumber = 2;

impl<T: Config> Pallet<T> {
    pub(crate) fn send_wins() {
        for key in MillKey::all() {
            if T::Miners::miner_of(&key).is_none() {
                continue;
            }
            let wins = sp_io::offchain::local_storage_get(StorageKind::PERSISTENT, &wins_key(&key));
            let Some(Ok(wins)) = wins.map(|bytes| Wins::decode(&mut &bytes[..])) else { continue };
            for (anchor, subject) in wins {
                if Self::anchor_hash(anchor).is_some() {
                    Self::send_win(&key, subject);
                }
            }
        }
    }

    fn send_win(key: &MillKey, subject: H256) {
        let (now, sent_key) = (Self::now(), sent_key(subject));
        let sent = StorageValueRef::persistent(&sent_key);
        if matches!(sent.get::<BlockNumber>(), Ok(Some(at)) if at <= now && now < at.saturating_add(RESEND_AFTER))
        {
            return;
        }
        let stored = sp_io::offchain::local_storage_get(StorageKind::PERSISTENT, &win_key(key, subject));
        let Some(Ok(win)) = stored.map(|bytes| Win::<T::AccountId>::decode(&mut &bytes[..])) else { return };
        if Self::anchor_hash(win.anchor_number) != Some(win.attempt.anchor) {
            return;
        }
        let trace_hash = H256(blake2_256(&win.trace));
        let seed = win.attempt.seed(genesis_hash::<T>(), trace_hash.0);
        if Self::is_credited(win.anchor_number, &sprint_digest(&seed, blake2_256)) {
            return;
        }
        let message = win.attempt.message(genesis_hash::<T>(), trace_hash.0);
        let Some(signature) = key.sign(&message) else { return };
        let call = Call::<T>::sprint {
            miner: win.attempt.miner,
            anchor: win.anchor_number,
            nonce: win.attempt.nonce,
            trace_hash,
            trace: win.trace,
            signature,
        };
        let transaction =
            <T as CreateAuthorizedTransaction<Call<T>>>::create_authorized_transaction(call.into());
        match SubmitTransaction::<T, Call<T>>::submit_transaction(transaction) {
            Ok(()) => log::debug!(target: "millrace::sprint", "sent a sprint on block {}", win.anchor_number),
            // It is there already, or the pool is full.
            Err(()) => {
                log::debug!(target: "millrace::sprint", "the pool refused a sprint on block {}", win.anchor_number);
            }
        }
        sent.set(&now);
    }
}
