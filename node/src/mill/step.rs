//! The mill's turn: one lease, or else one series of attempts.

use std::collections::HashSet;

use sp_core::{offchain::OffchainStorage, H256};

use super::{chain::Chain, error::MillError, state::Mill};

impl<C: Chain, S: OffchainStorage> Mill<C, S> {
    /// Executes one lease or one series of attempts; false if there was neither.
    ///
    /// # Errors
    /// If the chain doesn't answer, or finished work can't be stored.
    pub(super) fn step(&mut self) -> Result<bool, MillError> {
        let heads = self.chain.heads();
        let keys =
            self.standing.keys_to_work_for(&*self.chain, heads.best, &*self.keystore, &self.metrics)?;
        if keys.is_empty() {
            return Ok(false);
        }
        // Asked on the same block as the keys' standing, so these leases are of no other miner.
        let leases = self.chain.leases(heads.best, &keys)?;
        let open: HashSet<H256> = leases.iter().map(|lease| lease.descriptor).collect();
        self.finished.forget_ended(&mut self.database, &open, heads);
        self.failures.keep(&open);
        for lease in &leases {
            self.follower.include(lease.miner.clone());
        }
        self.follower.follow(&*self.chain, heads, &self.metrics);

        let unfinished = leases.iter().filter(|lease| !self.finished.contains(&lease.descriptor));
        self.metrics.queue(unfinished.count(), self.finished.count());
        for lease in leases {
            let rests = self.failures.rests(&lease.descriptor, heads.best_number);
            if !self.finished.contains(&lease.descriptor) && !rests {
                self.execute(heads, &lease, &keys)?;
                return Ok(true);
            }
        }
        for turn in turns(self.sprints.turn, keys.len()) {
            if self.sprint(heads.best, &keys[turn], &keys)? {
                self.sprints.turn = turn + 1;
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Which of the keys to ask for a sprint, one after the other, when it is a key's turn: one that may not sprint must not keep
/// the others from theirs.
fn turns(turn: usize, keys: usize) -> impl Iterator<Item = usize> {
    (0..keys).map(move |offset| turn.wrapping_add(offset) % keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sprints of each key in so many series, of which `may` tells who may sprint.
    fn sprints(keys: usize, series: usize, may: impl Fn(usize) -> bool) -> Vec<usize> {
        let (mut turn, mut sprints) = (0, vec![0; keys]);
        for _ in 0..series {
            if let Some(key) = turns(turn, keys).find(|key| may(*key)) {
                sprints[key] += 1;
                turn = key + 1;
            }
        }
        sprints
    }

    #[test]
    fn keys_take_turns() {
        assert_eq!(sprints(1, 60, |_| true), [60]);
        assert_eq!(sprints(2, 60, |_| true), [30, 30]);
        assert_eq!(sprints(3, 60, |_| true), [20, 20, 20]);
        assert_eq!(sprints(3, 60, |key| key != 1), [30, 0, 30]);
        assert_eq!(sprints(2, 60, |_| false), [0, 0]);
    }
}
