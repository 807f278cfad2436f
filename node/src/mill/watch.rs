//! Asks the chain, while the engine executes, whether what it executes is still wanted.

use std::sync::{Arc, Mutex, PoisonError};

use millrace_primitives::{mill::MillKey, MillApi, OpenLease};
use millrace_runtime::AccountId;
use sp_api::ProvideRuntimeApi;

use crate::types::{Hash, ParachainClient};

type Leases = [OpenLease<AccountId>];

/// Looks at the leases of some keys once a block.
pub(super) struct Watch<'a> {
    client: &'a Arc<ParachainClient>,
    keys: &'a [MillKey],
    ends: Box<dyn Fn(&Leases) -> bool + Send + Sync + 'a>,
    /// The block that was asked last, and what it said.
    last: Mutex<(Hash, bool)>,
}

impl<'a> Watch<'a> {
    /// Watches from the block `best` on, whose leases are known; `ends` says of the leases of a later block whether the
    /// execution is over.
    pub fn new(
        client: &'a Arc<ParachainClient>,
        best: Hash,
        keys: &'a [MillKey],
        ends: impl Fn(&Leases) -> bool + Send + Sync + 'a,
    ) -> Self {
        Self { client, keys, ends: Box::new(ends), last: Mutex::new((best, false)) }
    }

    /// Whether the execution is over. A chain that doesn't answer ends nothing.
    pub fn is_over(&self) -> bool {
        let best = self.client.chain_info().best_hash;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.0 != best {
            let leases = self.client.runtime_api().leases(best, self.keys.to_vec());
            *last = (best, leases.is_ok_and(|leases| (self.ends)(&leases)));
        }
        last.1
    }
}
