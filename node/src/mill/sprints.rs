//! Sprints: attempts on the round's model while no lease waits; only winners leave the engine.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use codec::Encode;
use millrace_engine::{blake2_256_of_each, hashes_at_once, EngineError};
use millrace_inference::sprint_digest;
use millrace_primitives::{
    handover::{win_key, Win, WINS_KEPT},
    meets_target,
    mill::MillKey,
    Attempt, MillApi, ModelId, SprintTerms,
};
use millrace_runtime::AccountId;
use sp_api::ProvideRuntimeApi;
use sp_core::H256;
use sp_crypto_hashing::blake2_256;

use super::{metrics::Work, watch::Watch, Mill, MillError};
use crate::service::Hash;

/// A series of attempts should take about so long: long enough to fill the threads, short enough for a new anchor.
const SERIES: Duration = Duration::from_millis(100);

#[derive(Default)]
pub(super) struct Sprints {
    /// What each key may sprint on, asked on top of this block.
    terms: HashMap<MillKey, (Hash, Option<SprintTerms<AccountId>>)>,
    genesis: Option<H256>,
    /// Attempts that should fit the next series.
    attempts: u64,
    /// A model that this engine can't execute.
    declined: Option<ModelId>,
}

impl Mill {
    /// Makes a series of attempts for a key; false if the key may not sprint. A lease of one of the keys ends it early.
    pub(super) fn sprint(&mut self, best: Hash, key: &MillKey, keys: &[MillKey]) -> Result<bool, MillError> {
        let terms = match self.sprints.terms.get(key) {
            Some((at, terms)) if *at == best => terms.clone(),
            _ => {
                let terms = self.client.runtime_api().sprint(best, key.clone())?;
                self.sprints.terms.insert(key.clone(), (best, terms.clone()));
                terms
            }
        };
        let Some(terms) = terms else { return Ok(false) };
        if self.sprints.declined == Some(terms.model) {
            return Ok(false);
        }
        let genesis = match self.sprints.genesis {
            Some(genesis) => genesis,
            None => *self.sprints.genesis.insert(self.client.runtime_api().genesis_hash(best)?),
        };
        self.miners.insert(terms.miner.clone());
        let wins = match self.attempts(best, &terms, genesis, keys) {
            Err(error @ MillError::Engine(_)) if error.is_final() => {
                log::error!(target: "millrace", "no sprints on model {:?} here: {error}", terms.model);
                self.sprints.declined = Some(terms.model);
                return Ok(false);
            }
            Err(MillError::Engine(EngineError::Stopped)) => return Ok(true),
            wins => wins?,
        };
        for win in wins {
            self.place = self.place.wrapping_add(1) % WINS_KEPT;
            let place = win_key(key, self.place);
            self.store(&place, &win.encode())?;
            self.metrics.won();
            log::debug!(target: "millrace", "a sprint on block {} won", win.anchor_number);
        }
        Ok(true)
    }

    fn attempts(
        &mut self,
        best: Hash,
        terms: &SprintTerms<AccountId>,
        genesis: H256,
        keys: &[MillKey],
    ) -> Result<Vec<Win<AccountId>>, MillError> {
        let model = self.model(best, terms.model)?;
        let profile = model.checked().profile();
        let threads = self.engine.threads() as u64;
        let Series { pieces, together } = Series::of(self.sprints.attempts, threads, hashes_at_once() as u64);
        let count = pieces.saturating_mul(together);
        let first = self.nonce;
        self.nonce = self.nonce.wrapping_add(count);
        let (done, failures) = (&self.done, &self.failures);
        let watch = Watch::new(&self.client, best, keys, |leases| {
            let known = |descriptor| done.contains_key(descriptor) || failures.contains_key(descriptor);
            leases.iter().any(|lease| !known(&lease.descriptor))
        });
        let execute = |number: u64| {
            let attempt = Attempt {
                miner: terms.miner.clone(),
                anchor: terms.anchor,
                nonce: first.wrapping_add(number),
                model: terms.model,
                samples: terms.samples,
            };
            let input = attempt.input(profile.sample_bytes);
            let trace = self.engine.execute_unless(&model, &input, &|| watch.is_over())?.trace;
            Ok((attempt, input, trace))
        };
        let attempts = |piece: u64| {
            let begin = piece.saturating_mul(together);
            let numbers = begin..begin.saturating_add(together);
            let executed = numbers.map(execute).collect::<Result<Vec<_>, EngineError>>()?;
            let traces: Vec<&[u8]> = executed.iter().map(|(.., trace)| trace.as_slice()).collect();
            let hashes = blake2_256_of_each(&traces);
            let wins = executed.into_iter().zip(hashes).filter_map(|((attempt, input, trace), hash)| {
                let digest = sprint_digest(&attempt.seed(genesis, &input, hash), blake2_256);
                let won = meets_target(&digest, terms.difficulty);
                won.then_some(Win { attempt, anchor_number: terms.anchor_number, trace })
            });
            let wins: Vec<_> = wins.collect();
            Ok((!wins.is_empty()).then_some(wins))
        };
        let begun = Instant::now();
        self.metrics.executing(true);
        let wins = self.engine.each(0..pieces, attempts);
        self.metrics.executing(false);
        let took = begun.elapsed();
        if wins.is_ok() {
            let mac = profile.work(terms.samples).saturating_mul(count);
            self.metrics.executed(Work::Attempt, count, mac, took);
            self.sprints.attempts = next_attempts(count, took);
        }
        Ok(wins?.into_iter().flatten().collect())
    }
}

/// How a series is divided among the threads.
#[derive(Debug, PartialEq, Eq)]
struct Series {
    /// As many on each thread.
    pieces: u64,
    /// Attempts of a piece, whose traces are hashed together.
    together: u64,
}

impl Series {
    /// Of so many attempts, or a few less, so that no thread waits for another at the end; at least one on each thread.
    fn of(attempts: u64, threads: u64, hashes_at_once: u64) -> Self {
        let of_each = (attempts / threads.max(1)).max(1);
        let together = of_each.min(hashes_at_once.max(1));
        Self { pieces: (of_each / together).saturating_mul(threads.max(1)), together }
    }
}

/// Attempts that should fit the next series, from how long this one took; at most twice as many, so that one slow series
/// or one quick one changes little.
fn next_attempts(count: u64, took: Duration) -> u64 {
    let fitting = SERIES.as_nanos().saturating_mul(count.into()) / took.as_nanos().max(1);
    u64::try_from(fitting).unwrap_or(u64::MAX).clamp(count / 2, count.saturating_mul(2)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_grow_and_shrink_towards_their_length() {
        assert_eq!(next_attempts(10, SERIES), 10);
        assert_eq!(next_attempts(10, SERIES / 100), 20);
        assert_eq!(next_attempts(10, SERIES * 100), 5);
        assert_eq!(next_attempts(1, SERIES * 100), 1);
        assert_eq!(next_attempts(1, Duration::ZERO), 2);
    }

    #[test]
    fn a_series_is_as_long_on_each_thread() {
        let of = |attempts, threads, hashes_at_once| {
            let Series { pieces, together } = Series::of(attempts, threads, hashes_at_once);
            (pieces, together)
        };
        assert_eq!(of(0, 2, 4), (2, 1), "none is known to fit yet");
        assert_eq!(of(7, 2, 4), (2, 3));
        assert_eq!(of(8, 2, 4), (2, 4));
        assert_eq!(of(15, 2, 4), (2, 4));
        assert_eq!(of(16, 2, 4), (4, 4));
        assert_eq!(of(100, 3, 4), (24, 4));
        assert_eq!(of(9, 2, 1), (8, 1));
    }
}
