//! A miner keeps its rivals' slots busy with the smallest tasks there are, so that less of their capacity counts.

use crate::{
    market::{Market, CAPITAL, MILLI},
    scenarios::Scenario,
};

/// Open tasks that it keeps: as many as half of its rivals have slots.
const TASKS: usize = 9;

#[derive(Default)]
pub struct Stripper {
    companion: usize,
}

impl Scenario for Stripper {
    fn name(&self) -> &'static str {
        "stripper"
    }

    fn about(&self) -> &'static str {
        "a miner has the smallest tasks keep its cheapest rivals' slots leased"
    }

    fn join(&mut self, market: &mut Market, _: bool) {
        market.attacker_as_honest();
        self.companion = market.companion(CAPITAL);
    }

    fn act(&mut self, market: &mut Market, attack: bool, _: u32, _: u32) {
        let account = market.players[self.companion].account.clone();
        if attack {
            for _ in market.open_tasks(&account)..TASKS {
                let smallest = market.sample();
                market.post(&account, smallest, 100 * MILLI, 20);
            }
        }
    }
}
