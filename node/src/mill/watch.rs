//! Asks the chain, while the engine executes, whether what it executes is still wanted.

use std::sync::{Mutex, PoisonError};

use millrace_primitives::{mill::MillKey, OpenLease};
use millrace_runtime::AccountId;

use super::chain::Chain;
use crate::types::Hash;

type Leases = [OpenLease<AccountId>];

/// Looks at the leases of some keys once a block.
pub(super) struct Watch<'a, C> {
    chain: &'a C,
    keys: &'a [MillKey],
    ends: Box<dyn Fn(&Leases) -> bool + Send + Sync + 'a>,
    /// The block that was asked last, and what it said.
    last: Mutex<(Hash, bool)>,
}

impl<'a, C: Chain> Watch<'a, C> {
    /// Watches from the block `best` on, whose leases are known; `ends` says of the leases of a later block whether the
    /// execution is over.
    pub fn new(
        chain: &'a C,
        best: Hash,
        keys: &'a [MillKey],
        ends: impl Fn(&Leases) -> bool + Send + Sync + 'a,
    ) -> Self {
        Self { chain, keys, ends: Box::new(ends), last: Mutex::new((best, false)) }
    }

    /// Whether the execution is over. A chain that doesn't answer ends nothing.
    pub fn is_over(&self) -> bool {
        let best = self.chain.heads().best;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.0 != best {
            let leases = self.chain.leases(best, self.keys.to_vec());
            *last = (best, leases.is_ok_and(|leases| (self.ends)(&leases)));
        }
        last.1
    }
}
