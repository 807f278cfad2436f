//! A miner keeps itself busy with tasks that an account of its own posts, so that its work counts as sold.

use crate::{
    market::{Market, CAPITAL, COST},
    scenarios::Scenario,
};

/// Open tasks that it keeps.
const TASKS: usize = 2;

#[derive(Default)]
pub struct SelfDealer {
    companion: usize,
}

impl Scenario for SelfDealer {
    fn name(&self) -> &'static str {
        "self-dealer"
    }

    fn about(&self) -> &'static str {
        "a miner posts tasks to its own slots under another name"
    }

    fn join(&mut self, market: &mut Market, _: bool) {
        market.attacker_as_honest();
        self.companion = market.companion(CAPITAL);
    }

    fn act(&mut self, market: &mut Market, attack: bool, _: u32, _: u32) {
        let account = market.players[self.companion].account.clone();
        if attack && market.open_tasks(&account) < TASKS {
            // No more than its own slots ask: the dearer ones don't get it.
            let batch = market.batch();
            market.post(&account, batch, COST * 13 / 10, 20);
        }
    }
}
