//! An account fills the queue with tasks that nobody serves, because they offer less than the cheapest slot asks.

use crate::{
    market::{Market, CAPITAL},
    scenarios::Scenario,
};

/// Blocks for which it goes on: the longest walks through the queue are slow to simulate.
const BLOCKS: u32 = 100;
/// Tasks that it posts in a block.
const TASKS: u32 = 60;

#[derive(Default)]
pub struct QueueSquatter {
    companion: usize,
}

impl Scenario for QueueSquatter {
    fn name(&self) -> &'static str {
        "queue-squatter"
    }

    fn about(&self) -> &'static str {
        "an account keeps the queue full for a hundred blocks with tasks that offer too little"
    }

    fn join(&mut self, market: &mut Market, _: bool) {
        market.attacker_as_honest();
        self.companion = market.companion(CAPITAL);
    }

    fn act(&mut self, market: &mut Market, attack: bool, block: u32, blocks: u32) {
        let first = blocks / 2;
        if !attack || !(first..first + BLOCKS).contains(&block) {
            return;
        }
        let account = market.players[self.companion].account.clone();
        for _ in 0..TASKS {
            // The shorter the deadline, the firmer a task stands in a full queue.
            let batch = market.batch();
            if !market.post(&account, batch, market.too_low(), 20) {
                return;
            }
        }
    }
}
