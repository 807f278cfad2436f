//! The mill: what it works with and what it remembers.

use std::sync::Arc;

use millrace_engine::Engine;
use millrace_runtime::AccountId;
use sp_core::{offchain::OffchainStorage, H256};
use sp_keystore::KeystorePtr;

use super::{
    database::Database, failures::Failures, finished::Finished, follow::Follower, memory::SprintMemory,
    metrics::Metrics, models::Models, standing::Standing,
};

/// Executes the leases of the keystore's mill keys, and sprints while there are none.
pub struct Mill<C, S> {
    pub(super) engine: Engine,
    pub(super) metrics: Metrics,
    pub(super) chain: Arc<C>,
    pub(super) database: Database<S>,
    pub(super) keystore: KeystorePtr,
    pub(super) standing: Standing,
    pub(super) models: Models,
    pub(super) finished: Finished,
    pub(super) failures: Failures,
    pub(super) follower: Follower,
    pub(super) sprints: SprintMemory,
}

impl<C, S: OffchainStorage> Mill<C, S> {
    /// A mill that goes on with what an earlier one left in the database; `only` is the one miner that it works for, if it
    /// was told so.
    pub fn new(
        engine: Engine,
        metrics: Metrics,
        chain: Arc<C>,
        database: Database<S>,
        keystore: KeystorePtr,
        only: Option<AccountId>,
    ) -> Self {
        // Another one after each start, so that no attempt is made twice.
        let nonce = u64::from_le_bytes(std::array::from_fn(|i| H256::random().0[i]));
        Self {
            engine,
            metrics,
            chain,
            keystore,
            standing: Standing::new(only),
            models: Models::default(),
            finished: Finished::load(&database),
            failures: Failures::default(),
            follower: Follower::default(),
            sprints: SprintMemory::new(nonce),
            database,
        }
    }
}
