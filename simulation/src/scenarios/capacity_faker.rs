//! A miner promises far more than its hardware does, for nothing, and hides its slots from customers with tasks of its own, on a
//! model that nobody else uses.

use millrace_primitives::ModelId;
use sp_core::H256;
use sp_crypto_hashing::blake2_256;

use crate::{
    market::{linear, Market, CAPITAL, COST, MILLI, POWER},
    player::Answers,
    scenarios::Scenario,
};

const SLOTS: usize = 16;
/// Columns and rows of its model. A sample takes 131,072 MAC: more than half of a slot, so a lease takes all of it.
const COLUMNS: u32 = 512;
const ROWS: u32 = 256;

#[derive(Default)]
pub struct CapacityFaker {
    companion: usize,
    model: ModelId,
}

impl Scenario for CapacityFaker {
    fn name(&self) -> &'static str {
        "capacity-faker"
    }

    fn about(&self) -> &'static str {
        "a miner asks for nothing and hides its sixteen slots with tasks of its own, each of more than half of what a slot does in a block, on a model of its own"
    }

    fn join(&mut self, market: &mut Market, attack: bool) {
        self.companion = market.companion(CAPITAL);
        if !attack {
            market.attacker_as_honest();
            return;
        }
        let account = market.players[self.companion].account.clone();
        let encoding = linear(COLUMNS, ROWS);
        self.model = H256(blake2_256(&encoding));
        market.sign(&account, pallet_models::Call::register { encoding, metadata: None }.into());
        let models = vec![market.model, self.model];
        let player = market.join((POWER, COST), CAPITAL, (0, vec![POWER; SLOTS]), models);
        market.players[player].attacker = true;
        market.players[player].answers = Answers::Late;
    }

    fn act(&mut self, market: &mut Market, attack: bool, _: u32, _: u32) {
        if !attack {
            return;
        }
        let account = market.players[self.companion].account.clone();
        for _ in market.open_tasks(&account)..SLOTS {
            market.post(&account, (self.model, vec![1; COLUMNS as usize]), 100 * MILLI, 40);
        }
    }
}
