//! Which call comes next: drawn at random, so that most could succeed and some never may.

use millrace_runtime_tests::Random;

use crate::{
    reference::{
        Balance, Call, Id, Model, Parameter, Parameters, Terms, EXISTENTIAL, MAX_QUEUE, MICRO, UNIT,
    },
    world::World,
};

/// Most open tasks of a chain that isn't crowded, so that each step is quick to check.
const MOST_OPEN: usize = 12;

/// More than an anchor may be old.
const OLD: usize = 170;

impl World {
    /// One step: a call, or some blocks.
    pub fn step(&mut self, random: &mut Random) {
        if self.crowded && random.one_in(8) {
            self.fill_queue(random);
        }
        match random.below(100) {
            0..=26 => self.pass(random),
            27..=29 => self.collate(random),
            30..=44 => self.post(random),
            45..=61 => self.answer(random),
            62..=67 => self.end_task(random),
            68..=82 => self.change_miner(random),
            83..=89 => self.mine(random),
            90..=94 => self.change_models(random),
            95 => self.batch(random),
            96 => self.proxied(random),
            97 => self.govern(random),
            _ => {
                let from = self.person(random);
                self.call(self.transfer(from, random), true);
            }
        }
    }

    fn has_room(&self) -> bool {
        self.crowded || self.reference.tasks.len() < MOST_OPEN
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
            // In so many the tasks of a full queue would spend their ceilings on rent.
            0 if !self.crowded => 620,
            1..=9 if !self.crowded => 40,
            other => 1 + other % 3,
        };
        for _ in 0..blocks {
            self.block();
        }
        self.check();
    }

    fn post(&mut self, random: &mut Random) {
        if !self.has_room() {
            return self.pass(random);
        }
        let requester = self.person(random);
        self.call(self.task(requester, random), true);
    }

    fn task(&self, requester: Id, random: &mut Random) -> Call {
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
        Call::Post { requester, model, samples, ceiling, deadline }
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

    /// Sends a sprint, or claims what one brought.
    fn mine(&mut self, random: &mut Random) {
        let miners: Vec<_> = self.reference.miners.keys().copied().collect();
        if let Some(miner) = random.pick(&miners).filter(|_| !random.one_in(3)) {
            let miner = if random.one_in(16) { self.person(random) } else { miner };
            let age = if random.one_in(4) { random.below(OLD) } else { 1 + random.below(3) };
            let anchor = self.reference.now.saturating_sub(age as u32);
            return self.call(Call::Sprint { miner, anchor, honest: !random.one_in(8) }, true);
        }
        let shares: Vec<_> = self.reference.shares.iter().copied().collect();
        let unclaimed = random.pick(&shares).filter(|_| !random.one_in(4));
        let (round, account) = unclaimed.unwrap_or((self.reference.round, self.person(random)));
        self.call(Call::Claim { round, account }, true);
    }

    /// Has somebody stand or stand down, sets keys, or has root say who authors.
    fn collate(&mut self, random: &mut Random) {
        let who = self.person(random);
        let candidates: Vec<_> = self.reference.collators.candidates.keys().copied().collect();
        let call = match random.below(12) {
            0..=2 if !self.reference.collators.keys.contains(&who) => Call::SetKeys { who },
            0..=6 => Call::Stand { who },
            7..=8 => Call::StandDown { who: random.pick(&candidates).unwrap_or(who) },
            9 if random.one_in(4) => Call::PurgeKeys { who },
            9..=10 => {
                let seats = if random.one_in(8) { 33 } else { random.below(7) as u32 };
                Call::SetSeats { root: !random.one_in(3), seats }
            }
            _ => {
                let people = (0..self.accounts.len() - 1).filter(|_| random.one_in(3)).collect();
                Call::Appoint { root: !random.one_in(3), who: people }
            }
        };
        self.call(call, true);
    }

    /// Fills the queue with tasks that are too cheap for most, as long as their model is to be had.
    pub fn fill_queue(&mut self, random: &mut Random) {
        self.crowded = true;
        for _ in self.reference.waiting().count()..MAX_QUEUE {
            let ceiling = UNIT / 10 + random.planck(2 * UNIT);
            let deadline = self.reference.now + 20 + random.below(2_000) as u32;
            let (requester, model) = (self.person(random), self.models[0].0);
            self.make(Call::Post { requester, model, samples: 1, ceiling, deadline }, true);
        }
        self.check();
    }

    fn change_models(&mut self, random: &mut Random) {
        let model = self.model(random);
        let owner = self.reference.models.get(&model).map(|state| state.owner);
        let who = owner.filter(|_| !random.one_in(4)).unwrap_or_else(|| self.person(random));
        let call = match random.below(8) {
            draw if draw <= 2 && owner.is_none() => self.register_model(who, model, random),
            0 => Call::ForceRetire { root: !random.one_in(3), model },
            1 => Call::Retire { who, model },
            2..=3 => Call::RemoveModel { who, model },
            4..=5 => self.describe(who, model, random),
            _ => {
                let all = self.models.iter().map(|(name, _)| *name);
                let models = all.filter(|_| random.one_in(2)).collect();
                Call::List { root: !random.one_in(3), models }
            }
        };
        self.call(call, true);
    }

    /// No metadata, or some with as many labels as a classifier may have.
    fn labels(&self, random: &mut Random) -> Option<usize> {
        Some(random.below(100)).filter(|_| !random.one_in(3))
    }

    fn register_model(&self, owner: Id, model: Model, random: &mut Random) -> Call {
        let labels = self.labels(random);
        let deposit = self.model_deposit(&model, labels);
        Call::RegisterModel { owner, model, labels, deposit }
    }

    fn describe(&self, who: Id, model: Model, random: &mut Random) -> Call {
        let labels = self.labels(random);
        let deposit = self.model_deposit(&model, labels);
        Call::Describe { who, model, labels, deposit }
    }

    /// Two calls of one account; the second is a post now and then.
    fn batch(&mut self, random: &mut Random) {
        let who = self.person(random);
        let first = Box::new(self.part_of_a_batch(who, random));
        let posts = self.has_room() && random.one_in(2);
        let second = if posts { self.task(who, random) } else { self.part_of_a_batch(who, random) };
        self.call(Call::Batch { first, second: Box::new(second) }, true);
    }

    /// A call that somebody's proxy makes.
    fn proxied(&mut self, random: &mut Random) {
        let (multisig, who) = (random.one_in(2), self.person(random));
        let posts = self.has_room() && random.one_in(2);
        let call = if posts { self.task(who, random) } else { self.part_of_a_batch(who, random) };
        self.call(Call::Proxied { multisig, call: Box::new(call) }, true);
    }

    fn part_of_a_batch(&self, who: Id, random: &mut Random) -> Call {
        match random.below(4) {
            0 => self.register_model(who, self.model(random), random),
            1 => self.describe(who, self.model(random), random),
            _ => self.transfer(who, random),
        }
    }

    /// Sets a parameter within its bounds: to what a chain begins with, to a bound, or between them.
    fn govern(&mut self, random: &mut Random) {
        let launch = Parameters::default();
        let (root, kind) = (!random.one_in(4), random.below(12));
        let mut between = |launch: Balance, least: Balance, most: Balance| match random.below(4) {
            0 | 1 => launch,
            2 => [least, most][random.below(2)],
            // Most values lie near the least.
            _ => {
                let span = (most - least) >> random.below(20);
                least + random.planck(span)
            }
        };
        let parameter = match kind {
            0 => Parameter::SlotBond(between(launch.slot_bond, UNIT, 1_000 * UNIT)),
            1 => Parameter::SlashRatio(between(launch.slash_ratio.into(), 10_000, 500_000) as u32),
            2 => Parameter::ProtocolCut(between(launch.cut.into(), 10_000, 200_000) as u32),
            3 => Parameter::MinPrice(between(launch.min_price, 1_000, UNIT)),
            4 => Parameter::BondPerMegaMac(between(launch.bond_per_mega_mac, UNIT / 1_000, UNIT)),
            5 => Parameter::RecordDeposit(between(launch.record_deposit, UNIT / 1_000, 100 * UNIT)),
            6 => Parameter::CandidacyDeposit(between(launch.candidacy_deposit, UNIT, 10_000 * UNIT)),
            7 => Parameter::RentBase(between(launch.rent_base, 0, UNIT / 1_000)),
            8 => Parameter::RentPeak(between(launch.rent_peak, MICRO, UNIT)),
            9 => Parameter::OutputFee(between(launch.output_fee, 1_000, UNIT / 1_000)),
            10 => Parameter::SprintShare(between(launch.sprint_share.into(), 1_000_000, 100_000_000) as u32),
            _ => Parameter::UnbondingPeriod(between(launch.unbonding.into(), 100, 403_200) as u32),
        };
        self.call(Call::SetParameter { root, parameter }, true);
    }

    /// A transfer to somebody else.
    fn transfer(&self, from: Id, random: &mut Random) -> Call {
        let people = self.accounts.len() - 1;
        let to = (from + 1 + random.below(people - 1)) % people;
        let free = self.reference.free[from];
        let amount = match random.below(4) {
            // So poor that it can't pay for much any more.
            0 => free.saturating_sub(EXISTENTIAL + random.planck(40 * UNIT)),
            1 => free,
            _ => random.planck(free),
        };
        Call::Transfer { from, to, amount }
    }
}
