//! Asks how the keys stand, and says it.

use std::collections::{BTreeMap, BTreeSet};

use millrace_primitives::{mill::MillKey, MinerStatus};
use sp_core::offchain::OffchainStorage;

use super::{
    chain::Chain,
    error::MillError,
    state::Mill,
    status::{reasons, Reason},
};
use crate::types::Hash;

impl<C: Chain, S: OffchainStorage> Mill<C, S> {
    /// Why a key earns nothing, or less.
    pub fn standing_of(&self, key: &MillKey) -> BTreeSet<Reason> {
        self.standing.get(key).map(|(_, reasons)| reasons.clone()).unwrap_or_default()
    }

    /// Says what changed since the last block of why the node earns or doesn't.
    ///
    /// # Errors
    /// If the runtime doesn't answer.
    pub fn speak_of(&mut self, best: Hash, keys: &[MillKey]) -> Result<(), MillError> {
        let mut unclaimed = BTreeMap::new();
        for key in keys {
            if self.standing.get(key).is_some_and(|(at, _)| *at == best) {
                continue;
            }
            let status = self.chain.status(best, key.clone())?;
            self.said.update(key, &status, self.only.as_ref());
            if let Some(MinerStatus { miner, .. }) = &status {
                unclaimed.insert(miner.clone(), self.chain.unclaimed(best, miner.clone())?);
            }
            self.standing.insert(key.clone(), (best, reasons(&status, self.only.as_ref())));
        }
        if !unclaimed.is_empty() {
            self.metrics.unclaimed(unclaimed.values().sum());
        }
        self.said.keep(keys);
        self.standing.retain(|key, _| keys.contains(key));
        let mut all: BTreeSet<Reason> =
            self.standing.values().flat_map(|(_, reasons)| reasons.iter().copied()).collect();
        if self.keys.any_unusable() {
            all.insert(Reason::UnusableKey);
        }
        if keys.is_empty() && !self.keys.any_unusable() {
            all.insert(Reason::NoKey);
        }
        if all.contains(&Reason::NoKey) && !self.warned {
            log::warn!(
                target: "millrace",
                "mining is on, but the keystore has no mill key; add one with `key insert --key-type mill --scheme sr25519`"
            );
        }
        self.warned = all.contains(&Reason::NoKey);
        self.metrics.keys(keys.len());
        self.metrics.idle(&all);
        Ok(())
    }
}
