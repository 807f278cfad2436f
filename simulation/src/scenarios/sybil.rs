//! A miner divides its hardware among a hundred accounts.

use crate::{
    market::{Market, CAPITAL, COST, POWER},
    scenarios::Scenario,
};

const ACCOUNTS: u64 = 100;

pub struct Sybil;

impl Scenario for Sybil {
    fn name(&self) -> &'static str {
        "sybil"
    }

    fn about(&self) -> &'static str {
        "a miner divides its hardware and capital among a hundred accounts"
    }

    fn join(&mut self, market: &mut Market, attack: bool) {
        if !attack {
            market.attacker_as_honest();
            return;
        }
        for _ in 0..ACCOUNTS {
            let (power, models) = (POWER / ACCOUNTS, vec![market.model]);
            let capital = CAPITAL / u128::from(ACCOUNTS);
            let player = market.join((power, COST), capital, (COST * 6 / 5, vec![power]), models);
            market.players[player].attacker = true;
        }
    }
}
