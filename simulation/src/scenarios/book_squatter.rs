//! Sixteen accounts offer as many slots as they may, for nothing, and a little too slow for what customers post: searches look
//! at them and refuse them.

use millrace_primitives::Balance;
use millrace_runtime_tests::UNIT;

use crate::{market::Market, scenarios::Scenario};

const ACCOUNTS: usize = 16;
const SLOTS: usize = 16;
const FUNDS: Balance = 200 * UNIT;
/// MAC a block. A customer's batch needs 18,397 to be in time, and a search looks at all slots from 16,384 on.
const RATE: u64 = 18_000;

pub struct BookSquatter;

impl Scenario for BookSquatter {
    fn name(&self) -> &'static str {
        "book-squatter"
    }

    fn about(&self) -> &'static str {
        "sixteen accounts fill the book with 256 free slots that are a little too slow for what customers post"
    }

    fn join(&mut self, market: &mut Market, attack: bool) {
        market.attacker_as_honest();
        for _ in 0..ACCOUNTS {
            if attack {
                let models = vec![market.model];
                let player = market.join((0, 0), FUNDS, (0, vec![RATE; SLOTS]), models);
                market.players[player].attacker = true;
            } else {
                market.companion(FUNDS);
            }
        }
    }
}
