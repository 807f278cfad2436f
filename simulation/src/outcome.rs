//! One run of a scenario, and what came of it.

use millrace_primitives::Balance;
use millrace_runtime::Runtime;
use millrace_runtime_tests::{chain, try_state, UNIT};

use crate::{
    authors,
    market::{Market, MILLI, POWER},
    scenarios::Scenario,
    sprints,
    totals::Totals,
};

/// Blocks of a round on the test networks, whose genesis this is.
pub const ROUND: u32 = 10;
/// Points of a figure.
const ROWS: u32 = 100;
/// Planck that a mega-MAC costs each honest miner, in thousandths of a MILL; 600 on average.
const COSTS: [Balance; 9] = [200, 320, 400, 480, 600, 720, 800, 880, 1_000];

/// What stood at a block.
#[derive(Clone, Debug)]
pub struct Row {
    pub round: u32,
    /// Emission per mined mega-MAC, MILL, as the chain's moving average has it.
    pub per_mega_mac: f64,
    /// What a customer's task cost on average since the row before, MILL.
    pub price: f64,
    /// Tasks that wait.
    pub waiting: usize,
    /// Attempts that a win takes.
    pub difficulty: u64,
    /// Profit of each side so far, MILL.
    pub attackers: f64,
    pub others: f64,
    /// Part of the customers' tasks that was settled since the row before.
    pub served: f64,
}

/// What the runs of a simulation have in common.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub rounds: u32,
    pub seed: u64,
    /// Tasks that the customer posts in a hundred blocks.
    pub demand: usize,
}

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub rows: Vec<Row>,
    pub totals: Totals,
    /// Profit of each side, MILL.
    pub attackers: f64,
    pub others: f64,
}

/// Planck as MILL.
pub fn mill(planck: Balance) -> f64 {
    planck as f64 / UNIT as f64
}

impl Outcome {
    /// Part of the customers' tasks that was settled.
    pub fn served(&self) -> f64 {
        self.totals.served as f64 / self.totals.demanded.max(1) as f64
    }
}

/// Runs a scenario for so many rounds. Without `attack` the attackers are honest with the same hardware and capital.
pub fn run(scenario: &mut dyn Scenario, attack: bool, setting: &Setting) -> Outcome {
    let &Setting { rounds, seed, demand } = setting;
    chain("local_testnet").execute_with(|| {
        let mut market = Market::new(seed, demand);
        for cost in COSTS {
            market.join_honestly(POWER, cost * MILLI, crate::market::CAPITAL);
        }
        scenario.join(&mut market, attack);
        authors::seat(&market.authors);
        let (blocks, every) = (rounds * ROUND, (rounds / ROWS).max(1) * ROUND);
        let mut rows = Vec::new();
        let mut before = Totals::default();
        for block in 0..blocks {
            scenario.act(&mut market, attack, block, blocks);
            market.block();
            if (block + 1) % every == 0 || block + 1 == blocks {
                market.claim();
                rows.push(row(&market, &before));
                before = market.totals.clone();
            }
        }
        try_state();
        Outcome { rows, attackers: market.profit(true), others: market.profit(false), totals: market.totals }
    })
}

fn row(market: &Market, before: &Totals) -> Row {
    let totals = &market.totals;
    let settled = totals.served - before.served;
    let demanded = totals.demanded - before.demanded;
    Row {
        round: pallet_rewards::CurrentRound::<Runtime>::get().0,
        per_mega_mac: mill(pallet_rewards::EmissionPerMegaMac::<Runtime>::get()),
        price: mill(totals.prices - before.prices) / settled.max(1) as f64,
        waiting: pallet_tasks::Queue::<Runtime>::get().len(),
        difficulty: sprints::attempts_of_a_win(),
        attackers: market.profit(true),
        others: market.profit(false),
        served: settled as f64 / demanded.max(1) as f64,
    }
}
