//! A requester posts below what the slots ask, in the hope of the rare cheap one, takes its tasks back when none comes,
//! and posts them again.

use millrace_runtime::Runtime;

use crate::{
    market::{Market, CAPITAL},
    scenarios::Scenario,
};

/// It posts a task in one of so many blocks.
const EVERY: u32 = 4;

#[derive(Default)]
pub struct FreeRider {
    companion: usize,
}

impl Scenario for FreeRider {
    fn name(&self) -> &'static str {
        "free-rider"
    }

    fn about(&self) -> &'static str {
        "a requester bids less than the cheapest slot asks, cancels and bids again; honestly, it is a customer"
    }

    fn join(&mut self, market: &mut Market, _: bool) {
        self.companion = market.companion(CAPITAL);
        let account = market.players[self.companion].account.clone();
        market.riders.push(account);
    }

    fn act(&mut self, market: &mut Market, attack: bool, block: u32, _: u32) {
        let account = market.players[self.companion].account.clone();
        if attack {
            let waits: Vec<u64> = pallet_tasks::Tasks::<Runtime>::iter()
                .filter(|(_, task)| {
                    task.requester == account && task.state == pallet_tasks::TaskState::Queued
                })
                .map(|(task, _)| task)
                .collect();
            for task in waits {
                market.sign(&account, pallet_tasks::Call::cancel { task }.into());
            }
        }
        if block.is_multiple_of(EVERY) {
            let (batch, ceiling) = (market.batch(), if attack { market.too_low() } else { market.ceiling });
            market.post(&account, batch, ceiling, 60);
        }
    }
}
