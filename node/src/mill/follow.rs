//! Counts and says what happened to the node's miners on the finalized chain.

use std::collections::HashSet;

use millrace_primitives::BlockNumber;
use millrace_runtime::{configs::monetary::UNIT, AccountId, MinerEvent};

use super::{
    chain::{Chain, Heads},
    metrics::Metrics,
};

/// Blocks whose events are counted at once.
const COUNTED_AT_ONCE: u32 = 64;

/// Follows the finalized chain.
#[derive(Default)]
pub struct Follower {
    /// The miners that this node's keys work for, as far as they were seen.
    miners: HashSet<AccountId>,
    /// The last finalized block whose events were counted.
    counted: Option<BlockNumber>,
}

impl Follower {
    /// From now on, what happens to a miner counts.
    pub fn include(&mut self, miner: AccountId) {
        self.miners.insert(miner);
    }

    /// Counts what happened since the last call; after a long absence only on the newest blocks.
    pub fn follow<C: Chain>(&mut self, chain: &C, heads: Heads, metrics: &Metrics) {
        let newest = heads.finalized_number;
        let from = self.counted.replace(newest).unwrap_or(newest).max(newest.saturating_sub(COUNTED_AT_ONCE));
        for number in from.saturating_add(1)..=newest {
            self.count(number, chain.miner_events(number), metrics);
        }
    }

    fn count(&self, number: BlockNumber, events: Vec<(AccountId, MinerEvent)>, metrics: &Metrics) {
        let (mut sprints, mut credited) = (0u32, 0);
        for (miner, event) in events.into_iter().filter(|(miner, _)| self.miners.contains(miner)) {
            match event {
                MinerEvent::LeaseEnded(how) => {
                    metrics.ended(how);
                    if matches!(how, "expired" | "wrong") {
                        log::warn!(target: "millrace", "{miner} was slashed in block {number}: a lease ended as {how}");
                    }
                }
                MinerEvent::SprintAccepted(work) => {
                    sprints = sprints.saturating_add(1);
                    credited += work;
                }
                MinerEvent::SprintRejected => {
                    log::warn!(target: "millrace", "{miner} was slashed in block {number}: a sprint's trace was wrong");
                }
                MinerEvent::Claimed(round, amount) => {
                    let tokens = amount as f64 / UNIT as f64;
                    log::info!(target: "millrace", "💰 {miner} was paid {tokens:.6} MILL for round {round}");
                }
            }
        }
        if sprints > 0 {
            log::info!(target: "millrace", "🏁 block {number} accepted {sprints} sprints: {credited} MAC credited");
        }
    }
}
