//! A miner takes leases by the lowest ask and declines each.

use crate::{market::Market, player::Answers, scenarios::Scenario};

pub struct Decliner;

impl Scenario for Decliner {
    fn name(&self) -> &'static str {
        "decliner"
    }

    fn about(&self) -> &'static str {
        "a miner underbids everybody and declines every lease"
    }

    fn join(&mut self, market: &mut Market, attack: bool) {
        if attack {
            market.attacker(0, Answers::Declines);
        } else {
            market.attacker_as_honest();
        }
    }
}
