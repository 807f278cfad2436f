//! Eight times the work of all others appears for a fifth of the time, and is gone again.

use crate::{
    market::{Market, CAPITAL, COST, POWER},
    scenarios::Scenario,
};

/// What is added while it lasts: seven times the nine others.
const ADDED: u64 = 7 * 9 * POWER;
/// It lasts for one part in so many of the time.
const PART: u32 = 5;

#[derive(Default)]
pub struct Spike {
    player: usize,
}

impl Scenario for Spike {
    fn name(&self) -> &'static str {
        "spike"
    }

    fn about(&self) -> &'static str {
        "all work becomes eight times as much for a fifth of the time; honestly, the same work comes evenly"
    }

    fn join(&mut self, market: &mut Market, _: bool) {
        let models = vec![market.model];
        let offer = (COST * 6 / 5, vec![ADDED / 2; 2]);
        self.player = market.join((ADDED / u64::from(PART), COST), CAPITAL, offer, models);
        market.players[self.player].attacker = true;
    }

    fn act(&mut self, market: &mut Market, attack: bool, block: u32, blocks: u32) {
        if attack {
            let length = blocks / PART;
            let lasts = (2 * length..3 * length).contains(&block);
            market.players[self.player].power = if lasts { ADDED } else { 0 };
        }
    }
}
