//! Which call comes next: drawn at random, so that most could succeed and some never may.

use crate::{
    reference::{Balance, Call, Id, Model, Terms, EXISTENTIAL},
    world::World,
};

const UNIT: Balance = 1_000_000_000_000;
/// Most open tasks, so that each step is quick to check.
const MOST_OPEN: usize = 12;

/// Random numbers that a seed determines (SplitMix64).
pub struct Random(pub u64);

impl Random {
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, most: usize) -> usize {
        (self.draw() % most as u64) as usize
    }

    pub fn one_in(&mut self, most: usize) -> bool {
        self.below(most) == 0
    }

    fn pick<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        if list.is_empty() {
            None
        } else {
            Some(list[self.below(list.len())].clone())
        }
    }

    fn planck(&mut self, most: Balance) -> Balance {
        (Balance::from(self.draw()) * most) >> 64
    }
}

impl World {
    /// One step: a call, or some blocks.
    pub fn step(&mut self, random: &mut Random) {
        match random.below(100) {
            0..=29 => self.pass(random),
            30..=44 => self.post(random),
            45..=61 => self.answer(random),
            62..=67 => self.end_task(random),
            68..=82 => self.change_miner(random),
            83..=89 => self.mine(random),
            90..=94 => self.change_models(random),
            _ => self.transfer(random),
        }
    }

    fn person(&self, random: &mut Random) -> Id {
        // Not the pot, which is the last.
        random.below(self.accounts.len() - 1)
    }

    fn model(&self, random: &mut Random) -> Model {
        self.models[random.below(self.models.len())].0
    }

    fn pass(&mut self, random: &mut Random) {
        let blocks = match random.below(200) {
            0 => 620,
            1..=9 => 40,
            other => 1 + other % 3,
        };
        for _ in 0..blocks {
            self.block();
        }
        self.compare();
        millrace_runtime_tests::try_state();
    }

    fn post(&mut self, random: &mut Random) {
        if self.reference.tasks.len() >= MOST_OPEN {
            return self.pass(random);
        }
        let requester = self.person(random);
        // The demo model's traces take longest to check.
        let model = if random.one_in(8) { self.models[0].0 } else { self.model(random) };
        let samples = if random.one_in(20) { 0 } else { 1 };
        let ceiling = match random.below(8) {
            0 => random.planck(2_000_000),
            1 => random.planck(UNIT / 10_000),
            2 => self.reference.free[requester],
            _ => random.planck(UNIT),
        };
        let now = self.reference.now;
        let deadline = match random.below(10) {
            0 => now,
            1 => now + 1_000_000,
            2..=4 => now + 1 + random.below(6) as u32,
            _ => now + 4 + random.below(80) as u32,
        };
        self.call(Call::Post { requester, model, samples, ceiling, deadline }, true);
    }

    /// Answers a lease: rightly, wrongly, with another's key, or not at all.
    fn answer(&mut self, random: &mut Random) {
        let open = self.reference.tasks.iter();
        let leased: Vec<_> = open.filter(|(_, task)| task.lease.is_some()).map(|(name, _)| *name).collect();
        let Some(task) = random.pick(&leased) else { return self.pass(random) };
        match random.below(12) {
            0..=1 => self.call(Call::Decline { task }, true),
            2 => self.call(Call::Submit { task, stranger: true }, true),
            3 => self.call(Call::Submit { task, stranger: false }, false),
            _ => self.call(Call::Submit { task, stranger: false }, true),
        }
    }

    fn end_task(&mut self, random: &mut Random) {
        let open: Vec<_> = self.reference.tasks.keys().copied().collect();
        // Now and then one that is over, or never was.
        let over = random.below(1 << 10) as u64;
        let task = random.pick(&open).filter(|_| !random.one_in(8)).unwrap_or(over);
        if random.one_in(2) {
            return self.call(Call::Poke { task }, true);
        }
        if random.one_in(6) {
            return self.call(Call::ForceRefund { root: !random.one_in(3), task }, true);
        }
        let requester = self.reference.tasks.get(&task).map_or(0, |task| task.requester);
        let who = if random.one_in(3) { self.person(random) } else { requester };
        self.call(Call::Cancel { who, task }, true);
    }

    fn terms(&self, random: &mut Random) -> Terms {
        let ask = match random.below(4) {
            0 => 0,
            1 => random.planck(UNIT),
            _ => random.planck(UNIT / 1_000),
        };
        let rates = (0..random.below(4)).map(|_| 1 + (random.draw() >> (40 + random.below(23)))).collect();
        let mut models: Vec<_> = self.models.iter().map(|(name, _)| *name).collect();
        models.retain(|_| !random.one_in(4));
        Terms { ask, rates, models }
    }

    fn change_miner(&mut self, random: &mut Random) {
        let miner = self.person(random);
        let known = self.reference.miners.contains_key(&miner);
        let call = match random.below(10) {
            draw if draw <= 3 && !known => Call::Register { miner, terms: self.terms(random) },
            0..=2 => Call::Offer { miner, terms: self.terms(random) },
            3..=5 => Call::Resume { miner },
            6..=7 => Call::Withdraw { miner },
            8 => Call::Apply { miner },
            _ => Call::SetMill { miner },
        };
        self.call(call, true);
    }

    /// Credits a sprint, or claims what one brought.
    fn mine(&mut self, random: &mut Random) {
        let miners: Vec<_> = self.reference.miners.keys().copied().collect();
        if let Some(miner) = random.pick(&miners).filter(|_| random.one_in(2)) {
            let author = if random.one_in(2) { Some(self.person(random)) } else { None };
            let work = u128::from(random.draw() >> random.below(50));
            return self.call(Call::Credit { miner, author, work }, true);
        }
        let shares: Vec<_> = self.reference.shares.iter().copied().collect();
        let unclaimed = random.pick(&shares).filter(|_| !random.one_in(4));
        let (round, account) = unclaimed.unwrap_or((self.reference.round, self.person(random)));
        self.call(Call::Claim { round, account }, true);
    }

    fn change_models(&mut self, random: &mut Random) {
        let model = self.model(random);
        let owner = self.reference.models.get(&model).map(|state| state.owner);
        let who = owner.filter(|_| !random.one_in(4)).unwrap_or_else(|| self.person(random));
        let call = match random.below(6) {
            draw if draw <= 2 && owner.is_none() => {
                let (_, encoding) = self.models.iter().find(|(name, _)| *name == model).expect("one of ours");
                // As `deposit(2, 256)` and 10 micro a byte.
                let deposit = (2 * 20_000 + 10 * (256 + encoding.len() as Balance)) * 1_000_000;
                Call::RegisterModel { owner: who, model, deposit }
            }
            0 => Call::ForceRetire { root: !random.one_in(3), model },
            1 => Call::Retire { who, model },
            2..=3 => Call::RemoveModel { who, model },
            _ => {
                let all = self.models.iter().map(|(name, _)| *name);
                let models = all.filter(|_| random.one_in(2)).collect();
                Call::List { root: !random.one_in(3), models }
            }
        };
        self.call(call, true);
    }

    fn transfer(&mut self, random: &mut Random) {
        let (from, to) = (self.person(random), self.person(random));
        if from == to {
            return self.pass(random);
        }
        let free = self.reference.free[from];
        let amount = match random.below(4) {
            // So poor that it can't pay for much any more.
            0 => free.saturating_sub(EXISTENTIAL + random.planck(40 * UNIT)),
            1 => free,
            _ => random.planck(free),
        };
        self.call(Call::Transfer { from, to, amount }, true);
    }
}
