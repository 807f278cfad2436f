//! Honest miners of different cost; half-way three join that are twice as cheap as the average.

use crate::{
    market::{Market, CAPITAL, COST, POWER},
    scenarios::Scenario,
};

pub struct Honest;

impl Scenario for Honest {
    fn name(&self) -> &'static str {
        "honest"
    }

    fn about(&self) -> &'static str {
        "no attack: three miners twice as cheap join half-way, beside one of average cost that is watched"
    }

    fn join(&mut self, market: &mut Market, _: bool) {
        market.attacker_as_honest();
    }

    fn act(&mut self, market: &mut Market, attack: bool, block: u32, blocks: u32) {
        if attack && block == blocks / 2 {
            for _ in 0..3 {
                market.join_honestly(POWER, COST / 2, CAPITAL);
            }
        }
    }
}
