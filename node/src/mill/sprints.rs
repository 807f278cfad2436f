//! Sprints: attempts on the round's model while no lease waits; only winners leave the engine.

use std::time::Instant;

use millrace_engine::{hashes_at_once, EngineError};
use millrace_primitives::{handover::Win, mill::MillKey};
use millrace_runtime::AccountId;
use sp_core::{offchain::OffchainStorage, H256};

use super::{
    attempts::{next_attempts, Draw, Series},
    chain::{Chain, Terms},
    error::MillError,
    metrics::Work,
    state::Mill,
    watch::Watch,
    wins::keep_wins,
};
use crate::types::Hash;

impl<C: Chain, S: OffchainStorage> Mill<C, S> {
    /// Makes a series of attempts for a key; false if the key may not sprint. A lease of one of the keys ends it early.
    pub(super) fn sprint(&mut self, best: Hash, key: &MillKey, keys: &[MillKey]) -> Result<bool, MillError> {
        let Some(terms) = self.sprints.terms(&*self.chain, best, key)? else { return Ok(false) };
        if self.sprints.declined == Some(terms.model) {
            return Ok(false);
        }
        let genesis = self.sprints.genesis(&*self.chain, best)?;
        self.follower.include(terms.miner.clone());
        let wins = match self.attempts(best, &terms, genesis, keys) {
            Err(error @ MillError::Engine(_)) if error.is_final() => {
                log::error!(target: "millrace", "no sprints on model {:?} here: {error}", terms.model);
                self.sprints.declined = Some(terms.model);
                return Ok(false);
            }
            Err(MillError::Engine(EngineError::Stopped)) => return Ok(true),
            wins => wins?,
        };
        let age = self.sprints.max_anchor_age(&*self.chain, best)?;
        let oldest = terms.anchor_number.saturating_sub(age);
        keep_wins(&mut self.database, &self.metrics, key, oldest, wins)?;
        Ok(true)
    }

    /// Makes a series of attempts on the engine's threads; the wins.
    fn attempts(
        &mut self,
        best: Hash,
        terms: &Terms,
        genesis: H256,
        keys: &[MillKey],
    ) -> Result<Vec<Win<AccountId>>, MillError> {
        let model = self.models.get(&*self.chain, &self.engine, best, terms.model)?;
        let threads = self.engine.threads() as u64;
        let Series { pieces, together } = Series::of(self.sprints.attempts, threads, hashes_at_once() as u64);
        let count = pieces.saturating_mul(together);
        let first = self.sprints.take_nonces(count);
        let (finished, failures) = (&self.finished, &self.failures);
        let watch = Watch::new(&*self.chain, best, keys, |leases| {
            let known = |descriptor| finished.contains(descriptor) || failures.contains(descriptor);
            leases.iter().any(|lease| !known(&lease.descriptor))
        });
        let draw = Draw { engine: &self.engine, model: &model, terms, genesis, first, together };
        let begun = Instant::now();
        self.metrics.executing(true);
        let wins = self.engine.each(0..pieces, |piece| draw.piece(piece, &|| watch.is_over()));
        self.metrics.executing(false);
        let took = begun.elapsed();
        if wins.is_ok() {
            let mac = model.checked().profile().work(terms.samples).saturating_mul(count);
            self.metrics.executed(Work::Attempt, count, mac, took);
            self.sprints.attempts = next_attempts(count, took);
        }
        Ok(wins?.into_iter().flatten().collect())
    }
}
