//! A miner takes leases by the lowest ask and lets each run out; it resumes as often as it is suspended.

use crate::{market::Market, player::Answers, scenarios::Scenario};

pub struct LeaseSquatter;

impl Scenario for LeaseSquatter {
    fn name(&self) -> &'static str {
        "lease-squatter"
    }

    fn about(&self) -> &'static str {
        "a miner underbids everybody and answers no lease"
    }

    fn join(&mut self, market: &mut Market, attack: bool) {
        if attack {
            market.attacker(0, Answers::Never);
        } else {
            market.attacker_as_honest();
        }
    }
}
