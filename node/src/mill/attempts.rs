//! Attempts: how many make a series, how they are divided among the threads, and which of them win.

use std::time::Duration;

use millrace_engine::{blake2_256_of_each, Engine, EngineError, PreparedModel};
use millrace_inference::sprint_digest;
use millrace_primitives::{handover::Win, meets_target, Attempt};
use millrace_runtime::AccountId;
use sp_core::H256;
use sp_crypto_hashing::blake2_256;

use super::chain::Terms;

/// A series of attempts should take about so long: long enough to fill the threads, short enough for a new anchor.
const SERIES: Duration = Duration::from_millis(100);

/// How a series is divided among the threads.
#[derive(Debug, PartialEq, Eq)]
pub struct Series {
    /// As many on each thread.
    pub pieces: u64,
    /// Attempts of a piece, whose traces are hashed together.
    pub together: u64,
}

impl Series {
    /// Of so many attempts, or a few less, so that no thread waits for another at the end; at least one on each thread.
    pub fn of(attempts: u64, threads: u64, hashes_at_once: u64) -> Self {
        let of_each = (attempts / threads.max(1)).max(1);
        let together = of_each.min(hashes_at_once.max(1));
        Self { pieces: (of_each / together).saturating_mul(threads.max(1)), together }
    }
}

/// Attempts that should fit the next series, from how long this one took; at most twice as many, so that one slow series
/// or one quick one changes little.
pub fn next_attempts(count: u64, took: Duration) -> u64 {
    let fitting = SERIES.as_nanos().saturating_mul(count.into()) / took.as_nanos().max(1);
    u64::try_from(fitting).unwrap_or(u64::MAX).clamp(count / 2, count.saturating_mul(2)).max(1)
}

/// What the attempts of a series have in common.
pub struct Draw<'a> {
    /// Executes them.
    pub engine: &'a Engine,
    /// On this model.
    pub model: &'a PreparedModel,
    /// Who sprints, on which anchor, at which difficulty.
    pub terms: &'a Terms,
    /// Hash of the first block.
    pub genesis: H256,
    /// The first attempt's nonce.
    pub first: u64,
    /// Attempts of a piece.
    pub together: u64,
}

impl Draw<'_> {
    /// Makes the attempts of one piece; the wins, if there are any.
    ///
    /// # Errors
    /// What the engine says; [`EngineError::Stopped`] once `stop` says so.
    pub fn piece(
        &self,
        piece: u64,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<Vec<Win<AccountId>>>, EngineError> {
        let begin = piece.saturating_mul(self.together);
        let numbers = begin..begin.saturating_add(self.together);
        let executed =
            numbers.map(|number| self.execute(number, stop)).collect::<Result<Vec<_>, EngineError>>()?;
        let traces: Vec<&[u8]> = executed.iter().map(|(_, trace)| trace.as_slice()).collect();
        let hashes = blake2_256_of_each(&traces);
        let wins = executed.into_iter().zip(hashes).filter_map(|((attempt, trace), hash)| {
            let digest = sprint_digest(&attempt.seed(self.genesis, hash), blake2_256);
            let won = meets_target(&digest, self.terms.difficulty);
            won.then_some(Win { attempt, anchor_number: self.terms.anchor_number, trace })
        });
        let wins: Vec<_> = wins.collect();
        Ok((!wins.is_empty()).then_some(wins))
    }

    /// Makes one attempt; it and its trace.
    fn execute(
        &self,
        number: u64,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<(Attempt<AccountId>, Vec<u8>), EngineError> {
        let attempt = Attempt {
            miner: self.terms.miner.clone(),
            anchor: self.terms.anchor,
            nonce: self.first.wrapping_add(number),
            model: self.terms.model,
            samples: self.terms.samples,
        };
        let input = attempt.input(self.model.checked().profile().sample_bytes);
        let trace = self.engine.execute_unless(self.model, &input, stop)?.trace;
        Ok((attempt, trace))
    }
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
