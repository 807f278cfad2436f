//! Counts and says what the finalized chain did with the miners' work.

use millrace_primitives::BlockNumber;
use millrace_runtime::{configs::monetary::UNIT, AccountId, MinerEvent};
use sp_core::offchain::OffchainStorage;

use super::{chain::Chain, state::Mill};

/// Blocks whose leases' ends are counted at once.
const COUNTED_AT_ONCE: u32 = 64;

impl<C: Chain, S: OffchainStorage> Mill<C, S> {
    /// Counts and says what happened to the node's miners on the chain's finalized blocks since the last call; after a long
    /// absence only on the newest.
    pub fn follow_chain(&mut self) {
        let heads = self.chain.heads();
        let newest = heads.finalized_number;
        let from = self.counted.replace(newest).unwrap_or(newest).max(newest.saturating_sub(COUNTED_AT_ONCE));
        for number in from.saturating_add(1)..=newest {
            self.count(number, self.chain.events(number));
        }
    }

    /// Counts and says what of this happened to the node's miners.
    fn count(&self, number: BlockNumber, events: Vec<(AccountId, MinerEvent)>) {
        let (mut sprints, mut credited) = (0u32, 0);
        for (miner, event) in events.into_iter().filter(|(miner, _)| self.miners.contains(miner)) {
            match event {
                MinerEvent::LeaseEnded(how) => {
                    self.metrics.ended(how);
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
                    let mill = amount as f64 / UNIT as f64;
                    log::info!(target: "millrace", "💰 {miner} was paid {mill:.6} MILL for round {round}");
                }
            }
        }
        if sprints > 0 {
            log::info!(target: "millrace", "🏁 block {number} accepted {sprints} sprints: {credited} MAC credited");
        }
    }
}
