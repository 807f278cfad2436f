//! Sprints: attempts on the round's model while no lease waits; only winners leave the engine.

use std::time::{Duration, Instant};

use codec::{Decode, Encode};
use millrace_engine::{blake2_256_of_each, hashes_at_once, EngineError};
use millrace_inference::sprint_digest;
use millrace_primitives::{
    handover::{sent_key, win_key, wins_key, Win, Wins},
    meets_target,
    mill::MillKey,
    Attempt, BlockNumber, SprintTerms,
};
use millrace_runtime::AccountId;
use sp_core::{
    offchain::{OffchainStorage, STORAGE_PREFIX},
    H256,
};
use sp_crypto_hashing::blake2_256;

use super::{chain::Chain, error::MillError, metrics::Work, state::Mill, watch::Watch};
use crate::types::Hash;

/// A series of attempts should take about so long: long enough to fill the threads, short enough for a new anchor.
const SERIES: Duration = Duration::from_millis(100);
/// Wins of one key that wait for the chain at most; more are dropped, the oldest first, and counted.
const WINS_KEPT: usize = 1024;

/// Wins that are kept no longer.
struct Dropped {
    subjects: Vec<H256>,
    /// How many of them the chain would still have taken.
    unsent: usize,
}

/// Takes wins off a list: those on anchors before `oldest`, and the oldest of those that leave no room for `new` ones.
fn drop_wins(kept: &mut Wins, oldest: BlockNumber, new: usize) -> Dropped {
    let mut subjects = Vec::new();
    kept.retain(|(anchor, subject)| {
        let keep = *anchor >= oldest;
        if !keep {
            subjects.push(*subject);
        }
        keep
    });
    let unsent = kept.len().saturating_add(new).saturating_sub(WINS_KEPT).min(kept.len());
    subjects.extend(kept.drain(..unsent).map(|(_, subject)| subject));
    Dropped { subjects, unsent }
}

impl<C: Chain, S: OffchainStorage> Mill<C, S> {
    /// Makes a series of attempts for a key; false if the key may not sprint. A lease of one of the keys ends it early.
    pub fn sprint(&mut self, best: Hash, key: &MillKey, keys: &[MillKey]) -> Result<bool, MillError> {
        let terms = match self.sprints.terms.get(key) {
            Some((at, terms)) if *at == best => terms.clone(),
            _ => {
                let terms = self.chain.sprint(best, key.clone())?;
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
            None => *self.sprints.genesis.insert(self.chain.genesis_hash(best)?),
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
        self.keep_wins(best, key, terms.anchor_number, wins)?;
        Ok(true)
    }

    /// Leaves wins for the off-chain worker, and removes those whose anchors the chain takes no more.
    fn keep_wins(
        &mut self,
        best: Hash,
        key: &MillKey,
        newest: BlockNumber,
        wins: Vec<Win<AccountId>>,
    ) -> Result<(), MillError> {
        let age = match self.sprints.max_anchor_age {
            Some(age) => age,
            None => *self.sprints.max_anchor_age.insert(self.chain.max_anchor_age(best)?),
        };
        let list = wins_key(key);
        let stored = self.database.get(STORAGE_PREFIX, &list);
        let mut kept = stored.and_then(|bytes| Wins::decode(&mut &bytes[..]).ok()).unwrap_or_default();
        let before = kept.len();
        let dropped = drop_wins(&mut kept, newest.saturating_sub(age), wins.len());
        if dropped.unsent > 0 {
            log::warn!(
                target: "millrace",
                "{} won sprints are dropped: more than {WINS_KEPT} wait for the chain, which is congested or stands",
                dropped.unsent
            );
            self.metrics.lost(dropped.unsent as u64);
        }
        for subject in &dropped.subjects {
            self.database.remove(STORAGE_PREFIX, &win_key(key, *subject));
            self.database.remove(STORAGE_PREFIX, &sent_key(*subject));
        }
        if wins.is_empty() && kept.len() == before {
            return Ok(());
        }
        for win in wins {
            let subject = H256(win.attempt.subject());
            self.store(&win_key(key, subject), &win.encode())?;
            kept.push((win.anchor_number, subject));
            self.metrics.won();
            log::debug!(target: "millrace", "a sprint on block {} won", win.anchor_number);
        }
        self.store(&list, &kept.encode())
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
        let watch = Watch::new(&self.chain, best, keys, |leases| {
            let known = |descriptor| done.contains_key(descriptor) || failures.contains(descriptor);
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
            Ok((attempt, trace))
        };
        let attempts = |piece: u64| {
            let begin = piece.saturating_mul(together);
            let numbers = begin..begin.saturating_add(together);
            let executed = numbers.map(execute).collect::<Result<Vec<_>, EngineError>>()?;
            let traces: Vec<&[u8]> = executed.iter().map(|(_, trace)| trace.as_slice()).collect();
            let hashes = blake2_256_of_each(&traces);
            let wins = executed.into_iter().zip(hashes).filter_map(|((attempt, trace), hash)| {
                let digest = sprint_digest(&attempt.seed(genesis, hash), blake2_256);
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
    fn wins_are_dropped_by_age_and_for_room_only() {
        let subject = |index: usize| H256::from_low_u64_be(index as u64);
        let mut kept: Wins = (0..WINS_KEPT).map(|index| (index as u32, subject(index))).collect();
        let dropped = drop_wins(&mut kept, 3, 2);
        assert_eq!((dropped.subjects, dropped.unsent), (vec![subject(0), subject(1), subject(2)], 0));
        let dropped = drop_wins(&mut kept, 3, 5);
        assert_eq!((dropped.subjects, dropped.unsent), (vec![subject(3), subject(4)], 2));
        assert_eq!(kept.first(), Some(&(5, subject(5))));
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
