//! The mill keys: which one signs for a miner, and the proof that it agrees to.

use frame_support::{ensure, pallet_prelude::DispatchResult};
use millrace_primitives::{
    genesis_hash,
    mill::{MillKey, MillSignature},
    ownership_message,
};
use sp_runtime::RuntimeAppPublic;

use crate::{Config, Error, MillKeys, Miners, Pallet};

impl<T: Config> millrace_primitives::MillKeys<T::AccountId> for Pallet<T> {
    fn mill_key(miner: &T::AccountId) -> Option<MillKey> {
        Miners::<T>::get(miner).map(|record| record.mill)
    }

    fn miner_of(key: &MillKey) -> Option<T::AccountId> {
        MillKeys::<T>::get(key)
    }
}

impl<T: Config> Pallet<T> {
    /// Whether a mill key agrees to sign for an account.
    pub(crate) fn ensure_owned(
        miner: &T::AccountId,
        mill: &MillKey,
        proof: &MillSignature,
    ) -> DispatchResult {
        let message = ownership_message(genesis_hash::<T>(), miner);
        ensure!(mill.verify(&message, proof), Error::<T>::InvalidProof);
        Ok(())
    }
}
