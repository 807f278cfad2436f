//! Leases that fail: tried again, and declined before a slash is certain.

use std::collections::{HashMap, HashSet};

use millrace_primitives::BlockNumber;
use sp_core::H256;

/// How often a lease that fails is tried before it is declined, while that is possible.
const TRIES: u32 = 3;
/// Blocks between further tries of a lease that can't be declined any more.
const REST: BlockNumber = 2;

/// Leases that failed here: how often, and in which block the last time.
#[derive(Default)]
pub(super) struct Failures(HashMap<H256, (u32, BlockNumber)>);

impl Failures {
    /// Whether a lease isn't tried now, so that it doesn't keep the others waiting.
    pub fn rests(&self, descriptor: &H256, now: BlockNumber) -> bool {
        self.0.get(descriptor).is_some_and(|(count, last)| *count >= TRIES && now < last.saturating_add(REST))
    }

    /// Whether a lease failed.
    pub fn contains(&self, descriptor: &H256) -> bool {
        self.0.contains_key(descriptor)
    }

    /// Counts a failure; whether the lease should be declined now, because it was tried often enough or can't be declined
    /// later. After that time it is tried until it ends: a slash is certain otherwise.
    pub fn add(&mut self, descriptor: H256, now: BlockNumber, declinable_until: BlockNumber) -> bool {
        let (count, last) = self.0.entry(descriptor).or_default();
        *count = count.saturating_add(1);
        *last = now;
        // A transaction sent now is in the next block at the earliest.
        let in_time = now < declinable_until;
        in_time && (*count >= TRIES || now.saturating_add(1) >= declinable_until)
    }

    /// Forgets leases that have ended.
    pub fn keep(&mut self, open: &HashSet<H256>) {
        self.0.retain(|descriptor, _| open.contains(descriptor));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_that_fails_is_declined_while_it_can_be() {
        let lease = H256::repeat_byte(1);
        let mut failures = Failures::default();
        assert!(!failures.add(lease, 10, 14) && !failures.add(lease, 10, 14));
        assert!(!failures.rests(&lease, 10));
        assert!(failures.add(lease, 10, 14), "it was tried often enough");
        assert!(failures.rests(&lease, 11) && !failures.rests(&lease, 12));
        let mut failures = Failures::default();
        assert!(failures.add(lease, 13, 14), "there is no later block for it");
        let mut failures = Failures::default();
        assert!((0..9).all(|_| !failures.add(lease, 14, 14)), "it is too late");
    }
}
