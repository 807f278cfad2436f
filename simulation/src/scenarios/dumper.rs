//! A miner sells its slots for nothing, for the full weight of its sprints.

use crate::{market::Market, player::Answers, scenarios::Scenario};

pub struct Dumper;

impl Scenario for Dumper {
    fn name(&self) -> &'static str {
        "dumper"
    }

    fn about(&self) -> &'static str {
        "a miner asks for nothing, whatever its work costs it"
    }

    fn join(&mut self, market: &mut Market, attack: bool) {
        if attack {
            market.attacker(0, Answers::Rightly);
        } else {
            market.attacker_as_honest();
        }
    }
}
