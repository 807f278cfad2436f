//! Finished leases: those whose answers are in the database until the chain is done with them.

use std::collections::{HashMap, HashSet};

use codec::{Decode, Encode};
use millrace_primitives::{
    handover::{declined_key, sent_key, trace_key},
    BlockNumber,
};
use sp_core::{offchain::OffchainStorage, H256};

use super::{chain::Heads, database::Database, error::MillError};

/// Key of the descriptors of finished leases whose answers the database still holds.
pub const DONE_KEY: &[u8] = b"millrace/done";

/// The finished leases, each with the best block's number when it was first seen to have ended. The database has the list
/// too, so that a restart can clean up.
pub struct Finished(HashMap<H256, Option<BlockNumber>>);

impl Finished {
    /// Those that an earlier run left.
    pub fn load<S: OffchainStorage>(database: &Database<S>) -> Self {
        let stored = database.get(DONE_KEY).and_then(|bytes| Vec::<H256>::decode(&mut &bytes[..]).ok());
        Self(stored.unwrap_or_default().into_iter().map(|descriptor| (descriptor, None)).collect())
    }

    /// Whether a lease is finished.
    pub fn contains(&self, descriptor: &H256) -> bool {
        self.0.contains_key(descriptor)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether the database has a lease's trace, though its list may not have the lease: the node may have ended between
    /// the two. The lease counts as finished then.
    pub fn finds_trace<S: OffchainStorage>(&mut self, database: &Database<S>, descriptor: H256) -> bool {
        let found = database.get(&trace_key(descriptor)).is_some();
        if found {
            self.0.insert(descriptor, None);
        }
        found
    }

    /// Leaves a lease's trace for the off-chain worker.
    ///
    /// # Errors
    /// [`MillError::NotStored`]; the lease isn't finished then.
    pub fn leave_trace<S: OffchainStorage>(
        &mut self,
        database: &mut Database<S>,
        descriptor: H256,
        trace: &[u8],
    ) -> Result<(), MillError> {
        self.leave(database, descriptor, &trace_key(descriptor), trace)
    }

    /// Leaves the note that a lease is declined.
    ///
    /// # Errors
    /// As [`Self::leave_trace`].
    pub fn leave_declined<S: OffchainStorage>(
        &mut self,
        database: &mut Database<S>,
        descriptor: H256,
    ) -> Result<(), MillError> {
        self.leave(database, descriptor, &declined_key(descriptor), &[1])
    }

    fn leave<S: OffchainStorage>(
        &mut self,
        database: &mut Database<S>,
        descriptor: H256,
        key: &[u8],
        answer: &[u8],
    ) -> Result<(), MillError> {
        database.store(key, answer)?;
        self.0.insert(descriptor, None);
        self.remember(database);
        Ok(())
    }

    /// Removes the answers for leases that the chain has settled or given away, once that is final: a re-org must find
    /// finished work again.
    pub fn forget_ended<S: OffchainStorage>(
        &mut self,
        database: &mut Database<S>,
        open: &HashSet<H256>,
        heads: Heads,
    ) {
        let before = self.0.len();
        self.0.retain(|descriptor, ended| {
            if open.contains(descriptor) {
                *ended = None;
                return true;
            }
            let ended = *ended.get_or_insert(heads.best_number);
            let keep = heads.finalized_number < ended;
            if !keep {
                database.remove(&trace_key(*descriptor));
                database.remove(&declined_key(*descriptor));
                database.remove(&sent_key(*descriptor));
            }
            keep
        });
        if self.0.len() != before {
            self.remember(database);
        }
    }

    fn remember<S: OffchainStorage>(&self, database: &mut Database<S>) {
        let descriptors: Vec<H256> = self.0.keys().copied().collect();
        database.set(DONE_KEY, &descriptors.encode());
    }
}
