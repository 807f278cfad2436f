//! How the node's mill keys stand, asked once on each block: which of them are worked for, and why one earns nothing.

use std::collections::{BTreeSet, HashMap};

use millrace_primitives::mill::MillKey;
use millrace_runtime::AccountId;
use sp_api::ApiError;
use sp_keystore::Keystore;

use super::{
    chain::Chain,
    keys::Keys,
    metrics::Metrics,
    status::{reasons, Reason, Said},
};
use crate::types::Hash;

/// The keys' standing.
pub struct Standing {
    /// The only miner that is worked for, if the node was told so.
    only: Option<AccountId>,
    keys: Keys,
    /// What was said last of each key.
    said: Said,
    /// Whether it was said that there is no key.
    warned: bool,
    /// The block on which each key was asked about last, and why it earns nothing or less.
    asked: HashMap<MillKey, (Hash, BTreeSet<Reason>)>,
}

impl Standing {
    /// Of a node that works for `only`, if that is given.
    pub fn new(only: Option<AccountId>) -> Self {
        let (keys, said) = (Keys::default(), Said::default());
        Self { only, keys, said, warned: false, asked: HashMap::new() }
    }

    /// The keys that are worked for on a block. Says what has changed since the last one.
    ///
    /// # Errors
    /// If the chain doesn't answer.
    pub fn keys_to_work_for<C: Chain>(
        &mut self,
        chain: &C,
        best: Hash,
        keystore: &dyn Keystore,
        metrics: &Metrics,
    ) -> Result<Vec<MillKey>, ApiError> {
        let mut keys = self.keys.usable(keystore);
        for key in &keys {
            if self.asked.get(key).is_some_and(|(at, _)| *at == best) {
                continue;
            }
            let status = chain.status(best, key)?;
            self.said.update(key, &status, self.only.as_ref());
            self.asked.insert(key.clone(), (best, reasons(&status, self.only.as_ref())));
        }
        self.said.keep(&keys);
        self.asked.retain(|key, _| keys.contains(key));
        metrics.idle(&self.reasons(keys.is_empty()));
        keys.retain(|key| self.asked.get(key).is_none_or(|(_, why)| !why.contains(&Reason::OtherMiner)));
        Ok(keys)
    }

    /// All reasons together; says once that there is no key.
    fn reasons(&mut self, no_usable_key: bool) -> BTreeSet<Reason> {
        let mut all: BTreeSet<Reason> =
            self.asked.values().flat_map(|(_, reasons)| reasons.iter().copied()).collect();
        if self.keys.any_unusable() {
            all.insert(Reason::UnusableKey);
        } else if no_usable_key {
            all.insert(Reason::NoKey);
        }
        if all.contains(&Reason::NoKey) && !self.warned {
            log::warn!(
                target: "millrace",
                "mining is on, but the keystore has no mill key; add one with `key insert --key-type mill --scheme sr25519`"
            );
        }
        self.warned = all.contains(&Reason::NoKey);
        all
    }
}
