//! Answers leases with what the node's engine has left in the offchain database: a finished trace, or a note that it
//! can't execute the model.

use alloc::vec::Vec;

use frame_system::offchain::{CreateAuthorizedTransaction, SubmitTransaction};
use millrace_primitives::{
    decline_message, genesis_hash,
    handover::{declined_key, sent_key, trace_key},
    mill::MillKey,
    submission_message, BlockNumber, MillKeys, TaskId,
};
use sp_core::{offchain::StorageKind, H256};
use sp_io::hashing::blake2_256;
use sp_runtime::{
    offchain::{
        storage::StorageValueRef,
        storage_lock::{StorageLock, Time},
        Duration,
    },
    RuntimeAppPublic,
};

use crate::{Call, Config, Pallet};

/// A submission that isn't in a block after so many is sent again.
const RESEND_AFTER: BlockNumber = 4;
/// A run of the worker that takes longer gives others way.
const LOCK_MILLISECONDS: u64 = 20_000;

impl<T: Config> Pallet<T> {
    pub(crate) fn answer_leases() {
        let mut lock = StorageLock::<Time>::with_deadline(
            b"millrace/submit/lock",
            Duration::from_millis(LOCK_MILLISECONDS),
        );
        // Another run is at it; it sees the same leases.
        let Ok(_guard) = lock.try_lock() else { return };
        let keys = MillKey::all();
        let owned: Vec<(MillKey, T::AccountId)> =
            keys.into_iter().filter_map(|key| T::Miners::miner_of(&key).map(|miner| (key, miner))).collect();
        let miners: Vec<T::AccountId> = owned.iter().map(|(_, miner)| miner.clone()).collect();
        if miners.is_empty() {
            return;
        }
        let now = Self::now();
        for lease in Self::leases_of(&miners) {
            let Some((key, _)) = owned.iter().find(|(_, miner)| *miner == lease.miner) else { continue };
            let sent_key = sent_key(lease.descriptor);
            let sent = StorageValueRef::persistent(&sent_key);
            if matches!(sent.get::<BlockNumber>(), Ok(Some(at)) if at <= now && now < at.saturating_add(RESEND_AFTER))
            {
                continue;
            }
            let Some(call) = Self::answer_of(key, lease.task, lease.descriptor) else { continue };
            let transaction =
                <T as CreateAuthorizedTransaction<Call<T>>>::create_authorized_transaction(call.into());
            match SubmitTransaction::<T, Call<T>>::submit_transaction(transaction) {
                Ok(()) => {
                    sent.set(&now);
                    log::info!(target: "millrace::tasks", "answered the lease of task {}", lease.task);
                }
                Err(()) if matches!(sent.get::<BlockNumber>(), Ok(Some(_))) => {
                    sent.set(&now);
                    log::debug!(
                        target: "millrace::tasks",
                        "the answer to the lease of task {} still waits in the pool",
                        lease.task
                    );
                }
                Err(()) => {
                    log::warn!(
                        target: "millrace::tasks",
                        "the pool refused the answer to the lease of task {}; it is sent again with the next block",
                        lease.task
                    );
                }
            }
        }
    }

    /// The call that the engine's work on a lease makes possible, signed.
    fn answer_of(key: &MillKey, task: TaskId, descriptor: H256) -> Option<Call<T>> {
        let stored = |key: &[u8]| sp_io::offchain::local_storage_get(StorageKind::PERSISTENT, key);
        if let Some(trace) = stored(&trace_key(descriptor)) {
            let trace_hash = H256(blake2_256(&trace));
            let message = submission_message(genesis_hash::<T>(), descriptor, trace_hash.0);
            let signature = key.sign(&message)?;
            return Some(Call::submit { task, descriptor, trace_hash, trace, signature });
        }
        stored(&declined_key(descriptor))?;
        let signature = key.sign(&decline_message(genesis_hash::<T>(), descriptor))?;
        Some(Call::decline { task, descriptor, signature })
    }
}
