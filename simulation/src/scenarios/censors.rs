//! Four of five authors keep everybody's wins out of their blocks but those of the miner that they belong to.

use millrace_runtime_tests::UNIT;

use crate::{market::Market, scenarios::Scenario};

const COLLUDING: usize = 4;

pub struct Censors;

impl Scenario for Censors {
    fn name(&self) -> &'static str {
        "censors"
    }

    fn about(&self) -> &'static str {
        "four of five authors include the wins of one miner only"
    }

    fn join(&mut self, market: &mut Market, attack: bool) {
        market.attacker_as_honest();
        for author in 0..COLLUDING {
            let player = market.companion(UNIT);
            market.authors[author] = market.players[player].account.clone();
        }
        if attack {
            market.censors = COLLUDING;
        }
    }
}
