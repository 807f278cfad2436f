//! A miner keeps its rivals' slots busy with the smallest tasks there are, so that less of their capacity counts.

use crate::{
    market::{Market, CAPITAL, COST, MILLI, POWER},
    scenarios::Scenario,
};

/// How many honest rivals there are.
const RIVALS: usize = 9;
/// Smallest tasks that take all of a rival: one for each of its slots, more than half of which it takes.
const TASKS_OF_A_RIVAL: usize = 2;

pub struct Stripper {
    name: &'static str,
    about: &'static str,
    /// Its hardware and capital, in those of a rival.
    size: usize,
    /// Rivals that its tasks take at once.
    stripped: usize,
    companion: usize,
}

impl Stripper {
    /// One with a tenth of all work, as everyone else.
    pub fn small() -> Self {
        Self {
            name: "stripper",
            about: "a miner has the smallest tasks keep half of its rivals' slots leased, the cheapest first",
            size: 1,
            stripped: RIVALS.div_ceil(2),
            companion: 0,
        }
    }

    /// One with half of all work.
    pub fn large() -> Self {
        Self {
            name: "large-stripper",
            about: "a miner with half of all work has the smallest tasks keep all slots of its rivals leased; honestly, it has as much",
            size: RIVALS,
            stripped: RIVALS,
            companion: 0,
        }
    }
}

impl Scenario for Stripper {
    fn name(&self) -> &'static str {
        self.name
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn join(&mut self, market: &mut Market, _: bool) {
        let (power, capital) = (POWER * self.size as u64, CAPITAL * self.size as u128);
        let player = market.join_honestly(power, COST, capital);
        market.players[player].attacker = true;
        self.companion = market.companion(capital);
    }

    fn act(&mut self, market: &mut Market, attack: bool, _: u32, _: u32) {
        let account = market.players[self.companion].account.clone();
        if attack {
            for _ in market.open_tasks(&account)..TASKS_OF_A_RIVAL * self.stripped {
                let smallest = market.sample();
                market.post(&account, smallest, 100 * MILLI, 20);
            }
        }
    }
}
