//! What the market is meant to do, in plain Rust: who has what free, which task, lease, bond and model is open, and what
//! each of them keeps on hold. It knows nothing of pallets; it is told which calls succeeded and what happened, and
//! refuses what must not happen.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

pub use crate::{calls::*, collators::Collators, facts::*, records::*};

/// Planck that an account needs to exist.
pub const EXISTENTIAL: Balance = 1_000_000_000;
/// Most tasks that wait.
pub const MAX_QUEUE: usize = 1_024;
const FLOOR: Block = 3;
const GRACE: Block = 5;
const MAX_DEADLINE: Block = 7 * 24 * 600;
/// More than the deposit and the fees of any task here.
const POSTING: Balance = 20 * UNIT;

/// All that there is.
#[derive(Clone, Debug, Default)]
pub struct Reference {
    pub free: Vec<Balance>,
    pub tasks: BTreeMap<TaskId, Task>,
    /// The tasks that are over: none of them comes back.
    pub ended: BTreeMap<TaskId, Bill>,
    pub miners: BTreeMap<Id, Miner>,
    pub models: BTreeMap<Model, ModelState>,
    pub listed: Vec<Model>,
    /// The bytes of output of a sample of each model that there may be.
    pub output_bytes: BTreeMap<Model, u128>,
    pub parameters: Parameters,
    /// Shares that wait to be claimed.
    pub shares: BTreeSet<(u32, Id)>,
    /// What each closed round may still mint.
    pub emission: BTreeMap<u32, Balance>,
    pub now: Block,
    pub round: u32,
    /// The first block of the running round.
    pub round_start: Block,
    pub minted: Balance,
    pub burned: Balance,
    pub rent_index: Balance,
    /// Planck that mining brings for a mega-MAC: a round moves it by a sixteenth of the way to its own.
    pub mining_pay: Balance,
    /// What was charged for a lease that is about to be declined.
    pub charged: Option<Balance>,
    /// What was taken for a lease that is about to fail.
    pub slash: Option<Slash>,
    /// The task that lost its lease just now, and goes back to the queue.
    pub returning: Option<TaskId>,
    /// Whether a task gave way to one that is being posted.
    pub displaced: bool,
    /// The model in turn in each block that a win can be anchored on.
    pub anchors: BTreeMap<Block, Model>,
    /// The block in which a win was credited last.
    pub last_win: Block,
    /// The part of that block that its wins took.
    pub used: u32,
    pub collators: Collators,
}

impl Reference {
    /// What every account has on hold, by reason: the sum of its open obligations, and nothing else.
    pub fn obligations(&self) -> BTreeMap<(Id, Reason), Balance> {
        let mut sums = BTreeMap::new();
        let mut add = |who, reason, amount| *sums.entry((who, reason)).or_default() += amount;
        for task in self.tasks.values() {
            add(task.requester, Reason::Price, task.ceiling);
            add(task.requester, Reason::InputDeposit, task.deposit);
            add(task.requester, Reason::Fees, task.fee + task.retention);
        }
        for (who, miner) in &self.miners {
            add(*who, Reason::Bond, miner.bond);
            add(*who, Reason::Record, miner.record);
        }
        for model in self.models.values() {
            add(model.owner, Reason::Model, model.deposit);
        }
        for (who, candidate) in &self.collators.candidates {
            add(*who, Reason::Candidacy, candidate.deposit);
        }
        sums.retain(|_, amount| *amount > 0);
        sums
    }

    /// A block begins. Its author is paid half of what the pot holds beyond the least that it must.
    pub fn begin_block(&mut self, author: Option<Id>) {
        self.now += 1;
        let Some(author) = author else { return };
        let pot = self.free.len() - 1;
        let reward = self.free[pot].saturating_sub(EXISTENTIAL) / 2;
        self.free[pot] -= reward;
        self.free[author] += reward;
        self.collators.authored(author, self.now);
    }

    /// The block's walk through the queue is over: those who still wait owe rent. From now on its hash may be an anchor.
    pub fn end_walk(&mut self) {
        self.rent_index += self.rent_now(self.waiting().count());
        if !self.listed.is_empty() {
            let turn = self.round as usize % self.listed.len();
            self.anchors.insert(self.now, self.listed[turn]);
        }
    }

    /// The tasks that wait, oldest first.
    pub fn waiting(&self) -> impl Iterator<Item = (TaskId, &Task)> {
        self.tasks.iter().filter(|(_, task)| task.lease.is_none()).map(|(name, task)| (*name, task))
    }

    /// What a block costs in a queue of so many.
    fn rent_now(&self, waiting: usize) -> Balance {
        let Parameters { rent_base, rent_peak, .. } = self.parameters;
        rent_base + (rent_peak * (waiting as u128).pow(4)).div_ceil(1u128 << 40)
    }

    /// What a task that pushes another out of a full queue owes for that.
    pub fn rent_of_a_place(&self) -> Balance {
        self.rent_now(MAX_QUEUE)
    }

    pub fn rent_of(&self, task: &Task) -> Balance {
        if task.lease.is_some() {
            0
        } else {
            (self.rent_index - task.rent_from).min(task.ceiling)
        }
    }

    /// Whether `who` can put between `least` and `surely` planck on hold.
    pub fn affords(&self, who: Id, least: Balance, surely: Balance) -> Verdict {
        let spare = self.free[who].saturating_sub(EXISTENTIAL);
        if spare >= surely {
            Verdict::Must
        } else if spare < least {
            Verdict::MustNot
        } else {
            Verdict::May
        }
    }

    pub fn is_open(&self, model: &Model) -> bool {
        self.models.get(model).is_some_and(|state| state.retired.is_none())
    }

    fn is_overdue(&self, task: &Task) -> bool {
        match &task.lease {
            Some(lease) => lease.until + GRACE < self.now,
            None => task.deadline < self.now || task.ceiling - self.rent_of(task) < self.parameters.min_price,
        }
    }

    /// Whether a call has to succeed.
    pub fn judge(&self, call: &Call) -> Verdict {
        let task = |task: &TaskId| self.tasks.get(task);
        match call {
            Call::Post { requester, model, samples, ceiling, deadline } => {
                let offers =
                    |miner: &Miner| miner.terms.models.contains(model) && !miner.terms.rates.is_empty();
                let blocks = deadline.saturating_sub(self.now);
                let timely = blocks > FLOOR && blocks <= MAX_DEADLINE;
                let sound = *samples > 0 && *ceiling >= self.parameters.min_price && timely;
                if !(sound && self.is_open(model) && self.miners.values().any(offers)) {
                    return Verdict::MustNot;
                }
                if !self.has_place_for(*ceiling, blocks) {
                    return Verdict::MustNot;
                }
                self.affords(*requester, *ceiling, *ceiling + POSTING)
            }
            Call::Cancel { who, task: name } => {
                task(name).is_some_and(|task| task.requester == *who && task.lease.is_none()).into()
            }
            Call::Poke { task: name } => task(name).is_some_and(|task| self.is_overdue(task)).into(),
            Call::Submit { task: name, stranger } => {
                (!stranger && task(name).is_some_and(|task| task.lease.is_some())).into()
            }
            Call::Decline { task: name } => task(name)
                .and_then(|task| task.lease.as_ref())
                .is_some_and(|lease| self.now <= lease.since + FLOOR)
                .into(),
            Call::ForceRefund { root, task: name } => (*root && task(name).is_some()).into(),
            Call::Transfer { from, amount, .. } => (self.free[*from] >= amount + EXISTENTIAL).into(),
            Call::Claim { round, account } => {
                (*round < self.round && self.shares.contains(&(*round, *account))).into()
            }
            Call::Sprint { miner, anchor, .. } => self.judge_sprint(*miner, *anchor),
            Call::SetParameter { root, .. } => (*root).into(),
            Call::Batch { first, second } => self.judge_batch(first, second),
            Call::Proxied { call, .. } => self.judge(call),
            call => {
                let judged = self.judge_of_models(call).or_else(|| self.judge_of_collators(call));
                judged.unwrap_or_else(|| self.judge_miner(call))
            }
        }
    }

    /// Whether the queue takes a task: a full one only if it bids more than another, and can pay for its place.
    fn has_place_for(&self, ceiling: Balance, blocks: Block) -> bool {
        if self.waiting().count() < MAX_QUEUE {
            return true;
        }
        let weakest = self.weakest().and_then(|name| self.tasks.get(&name)).expect("it is full");
        ceiling / u128::from(blocks) > weakest.bid
            && ceiling >= self.parameters.min_price + self.rent_of_a_place()
    }

    /// Who gives way in a full queue: who bids least for a block of it, and of those the youngest.
    pub fn weakest(&self) -> Option<TaskId> {
        self.waiting().min_by_key(|(name, task)| (task.bid, Reverse(*name))).map(|(name, _)| name)
    }

    fn judge_batch(&self, first: &Call, second: &Call) -> Verdict {
        let alone = self.judge(first);
        if alone == Verdict::MustNot {
            return alone;
        }
        let mut after = self.clone();
        after.done(first.clone(), None);
        match (alone, after.judge(second)) {
            (_, Verdict::MustNot) => Verdict::MustNot,
            (Verdict::Must, Verdict::Must) => Verdict::Must,
            _ => Verdict::May,
        }
    }

    fn judge_miner(&self, call: &Call) -> Verdict {
        let need = |who: Id, bond: Balance, more: Balance| {
            let own = self.miners.get(&who).map_or(0, |record| record.bond);
            let missing = bond.saturating_sub(own) + more;
            self.affords(who, missing, missing)
        };
        match call {
            Call::Register { miner, terms } => {
                let sound = !terms.rates.is_empty() && terms.models.iter().all(|model| self.is_open(model));
                if !sound || self.miners.contains_key(miner) {
                    return Verdict::MustNot;
                }
                need(*miner, terms.bond(&self.parameters), self.parameters.record_deposit)
            }
            Call::Offer { miner, terms } => match self.miners.get(miner) {
                Some(_) if terms.models.iter().all(|model| self.is_open(model)) => {
                    need(*miner, terms.bond(&self.parameters), 0)
                }
                _ => Verdict::MustNot,
            },
            Call::Resume { miner } => match self.miners.get(miner) {
                Some(record)
                    if record.is_suspended() || record.needed_bond(&self.parameters) > record.bond =>
                {
                    let mut record = record.clone();
                    record.apply_if_due(self.round, self.now, self.parameters.unbonding);
                    need(*miner, record.needed_bond(&self.parameters), 0)
                }
                _ => Verdict::MustNot,
            },
            Call::Withdraw { miner } => {
                let can = |record: &Miner| {
                    record.withdrawable_from <= self.now
                        && (record.bond > record.needed_bond(&self.parameters) || record.is_gone())
                };
                self.miners.get(miner).is_some_and(can).into()
            }
            Call::Apply { miner } => {
                self.miners.get(miner).is_some_and(|record| record.is_due(self.round)).into()
            }
            Call::SetMill { miner } => self.miners.contains_key(miner).into(),
            _ => unreachable!("judged before"),
        }
    }

    /// A call succeeded; what it caused by way of events is told before.
    pub fn done(&mut self, call: Call, posted: Option<Posted>) {
        match call {
            Call::Post { requester, model, samples, ceiling, deadline } => {
                let Posted { task, work, deposit, fee, retention, posting_cost } =
                    posted.expect("a post makes a task");
                let output_bytes = samples as u128 * self.output_bytes[&model];
                assert_eq!(retention, self.parameters.retention_of(output_bytes), "for output and record");
                self.free[requester] -= ceiling + deposit + fee + retention;
                let place = if std::mem::take(&mut self.displaced) { self.rent_of_a_place() } else { 0 };
                let new = Task {
                    requester,
                    model,
                    work,
                    ceiling,
                    bid: ceiling / u128::from(deadline - self.now),
                    deposit,
                    fee,
                    retention,
                    record: self.parameters.retention_of(0),
                    bill: Bill { posting: posting_cost, ..Bill::default() },
                    deadline,
                    rent_from: self.rent_index - place,
                    lease: None,
                    failed: Vec::new(),
                    declined: Vec::new(),
                };
                assert!(!self.ended.contains_key(&task), "task {task} came back");
                assert!(self.tasks.insert(task, new).is_none(), "two tasks have one name");
            }
            Call::Register { miner, terms } => {
                let deposit = self.parameters.record_deposit;
                self.free[miner] -= deposit;
                let record = Miner { record: deposit, withdrawable_from: self.now, ..Miner::default() };
                self.miners.insert(miner, record);
                self.schedule(miner, terms);
            }
            Call::Offer { miner, terms } => self.schedule(miner, terms),
            Call::Resume { miner } => {
                let needed = self.miners[&miner].needed_bond(&self.parameters);
                self.top_up(miner, needed);
                let record = self.miners.get_mut(&miner).expect("judged");
                record.rejected = false;
                record.slots.iter_mut().for_each(|slot| slot.suspended = false);
            }
            Call::Transfer { from, to, amount } => {
                self.free[from] -= amount;
                self.free[to] += amount;
            }
            Call::SetParameter { parameter, .. } => self.parameters.set(parameter),
            Call::Batch { first, second } => {
                self.done(*first, None);
                self.done(*second, posted);
            }
            Call::Proxied { call, .. } => self.done(*call, posted),
            call => self.done_to_collators(&call).unwrap_or_else(|| self.done_to_models(call)),
        }
    }

    fn schedule(&mut self, miner: Id, terms: Terms) {
        let from = self.round + 1;
        let needed = terms.bond(&self.parameters);
        self.miners.get_mut(&miner).expect("judged").next = Some((from, terms));
        self.top_up(miner, needed);
    }

    fn top_up(&mut self, miner: Id, needed: Balance) {
        let record = self.miners.get_mut(&miner).expect("judged");
        let missing = needed.saturating_sub(record.bond);
        record.bond += missing;
        self.free[miner] -= missing;
    }

    /// Something happened. Panics if it must not have.
    pub fn learn(&mut self, fact: Fact) {
        match fact {
            Fact::ModelRetired { model } => {
                let state = self.models.get_mut(&model).expect("a retired model exists");
                assert_eq!(state.retired.replace(self.now), None, "a model was retired twice");
            }
            Fact::ModelRemoved { model } => {
                let state = self.models.remove(&model).expect("a removed model existed");
                self.free[state.owner] += state.deposit;
            }
            Fact::OfferInForce { miner } => {
                let (round, now, unbonding) = (self.round, self.now, self.parameters.unbonding);
                let record = self.miners.get_mut(&miner).expect("an offer has a miner");
                assert!(
                    record.apply_if_due(round, now, unbonding),
                    "an offer that wasn't due came into force"
                );
            }
            Fact::Withdrawn { miner, amount } => {
                let record = self.miners.get_mut(&miner).expect("who withdraws is a miner");
                let needed = record.needed_bond(&self.parameters);
                assert_eq!(amount, record.bond.saturating_sub(needed), "bond that is needed left");
                record.bond -= amount;
                self.free[miner] += amount;
            }
            Fact::MinerRemoved { miner } => {
                let record = self.miners.remove(&miner).expect("it was a miner");
                assert!(record.is_gone() && record.bond == 0, "a miner with obligations left");
                self.free[miner] += record.record;
            }
            Fact::Suspended { miner } => {
                let record = self.miners.get_mut(&miner).expect("a miner");
                record.slots.iter_mut().for_each(|slot| slot.suspended = true);
            }
            Fact::Charged { miner, amount } => {
                self.miners.get_mut(&miner).expect("a miner").bond -= amount;
                self.burned += amount;
                self.charged = Some(amount);
            }
            fact @ (Fact::RoundClosed { .. }
            | Fact::Claimed { .. }
            | Fact::Won { .. }
            | Fact::Rejected { .. }) => self.learn_of_mining(fact),
            fact @ (Fact::Leaving { .. } | Fact::Left { .. } | Fact::SessionBegan { .. }) => {
                self.learn_of_collators(fact)
            }
            fact => self.learn_of_task(fact),
        }
    }
}
