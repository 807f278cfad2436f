//! What the reference says of leases: at which terms one is given, what it pays, and what failing it takes.

use crate::reference::*;

/// The account that gets the fees: the last of all.
fn pot(reference: &Reference) -> Id {
    reference.free.len() - 1
}

/// `⌈ask · work / 10⁶⌉`.
fn price_of(ask: Balance, work: u128) -> Balance {
    (ask * work).div_ceil(1_000_000)
}

/// What is paid at block `now`: all of it until `due`, a quarter at `until`, and in proportion between them.
fn price_at(lease: &Lease, now: Block) -> Balance {
    if now <= lease.due {
        return lease.price;
    }
    if now >= lease.until {
        return lease.price / 4;
    }
    let (late, span) = (u128::from(now - lease.due), u128::from(lease.until - lease.due));
    lease.price * (4 * span - 3 * late) / (4 * span)
}

impl Reference {
    pub fn learn_of_task(&mut self, fact: Fact) {
        let returning = self.returning.take();
        match fact {
            Fact::Leased { task, lease, rent } => self.leased(task, lease, rent),
            Fact::Slashed { miner, slot, amount, compensation } => {
                self.slashed(miner, slot, amount, compensation)
            }
            Fact::LeaseFailed { task, miner, why } => self.failed(task, miner, why),
            Fact::Refunded { task, rent, retention, why, bill } => {
                if why == Refund::Displaced {
                    self.gave_way(task, returning);
                }
                self.refunded(task, rent, retention, why);
                assert_eq!(bill, self.ended[&task], "the bill of task {task}");
            }
            Fact::Settled { task, miner, paid, burned, fees, returned, bill } => {
                self.settled(task, miner, [paid, burned, fees, returned]);
                assert_eq!(bill, self.ended[&task], "the bill of task {task}");
            }
            fact => unreachable!("{fact:?} is no task's"),
        }
    }

    /// When a lease of a task at this rate is due and runs out, if that is in time.
    fn times(&self, task: &Task, rate: u64) -> Option<(Block, Block)> {
        let blocks = u32::try_from(task.work.div_ceil(rate.into())).ok()?.checked_add(3)?;
        let due = self.now.checked_add(blocks).filter(|due| *due <= task.deadline)?;
        Some((due, self.now.saturating_add(blocks.saturating_mul(4)).min(task.deadline)))
    }

    /// Whether a slot may be given to a task.
    fn suits(&self, task: &Task, miner: Id, slot: &Slot) -> bool {
        let terms = &self.miners[&miner].terms;
        slot.on_sale() > 0
            && terms.models.contains(&task.model)
            && self.times(task, slot.on_sale()).is_some()
            && price_of(terms.ask, task.work) <= task.ceiling - self.rent_of(task)
            && !task.failed.contains(&miner)
            && !task.declined.contains(&miner)
    }

    fn leased(&mut self, name: TaskId, lease: Lease, rent: Balance) {
        let task = self.tasks.get(&name).expect("a leased task is open");
        assert!(task.lease.is_none(), "task {name} has two leases");
        let miner = &self.miners[&lease.miner];
        let slot = miner.slots.get(lease.slot).expect("a leased slot exists");
        assert!(self.suits(task, lease.miner, slot), "{slot:?} doesn't suit {task:?} in block {}", self.now);
        assert_eq!(lease.price, price_of(miner.terms.ask, task.work));
        let part = (lease.rate, lease.slash);
        // A decline keeps its part for three blocks; a lease of less than a block's work lasts sixteen, and five of grace.
        let decline = task.fee.max(price_of(self.mining_pay, task.work));
        let least = task.bill.posting + decline * (16 + 5) / 3;
        let taken = slot.part_for(task.work, least, &self.parameters);
        assert_eq!(part, taken, "what task {name} takes of {slot:?}");
        let times = self.times(task, slot.on_sale());
        assert_eq!((lease.since, Some((lease.due, lease.until))), (self.now, times));
        assert_eq!(times, self.times(task, lease.rate), "a part does it as soon as all that is free");
        assert_eq!(rent, self.rent_of(task));
        // With no other lease open there is room for any, so the cheapest slot has it.
        if self.tasks.values().all(|task| task.lease.is_none()) {
            for (other, record) in &self.miners {
                let cheaper = record.terms.ask < miner.terms.ask
                    && record.slots.iter().any(|slot| self.suits(task, *other, slot));
                assert!(!cheaper, "{other} sells task {name} more cheaply than {}", lease.miner);
            }
        }
        let miner = self.miners.get_mut(&lease.miner).expect("looked up above");
        let slot = &mut miner.slots[lease.slot];
        assert_eq!(slot.leases.insert(name, part), None, "task {name} is leased twice");
        assert!(slot.leased().0 <= slot.rate, "more is leased of {slot:?} than it promises");
        let task = self.tasks.get_mut(&name).expect("looked up above");
        task.ceiling -= rent;
        task.bill.rent += rent;
        task.lease = Some(lease);
        self.burned += rent;
    }

    /// Ends a task's lease and frees its part of the slot.
    fn end_lease(&mut self, name: TaskId, miner: Id) -> Lease {
        let task = self.tasks.get_mut(&name).expect("a task with a lease is open");
        let lease = task.lease.take().expect("it has one");
        assert_eq!(lease.miner, miner, "another miner's lease of task {name} ended");
        let record = self.miners.get_mut(&miner).expect("it has a lease");
        let part = record.slots[lease.slot].leases.remove(&name);
        assert_eq!(part, Some((lease.rate, lease.slash)), "the slot doesn't know of task {name}");
        record.drop_withdrawn();
        lease
    }

    /// A slash for a lease, whose failure is told next.
    fn slashed(&mut self, miner: Id, slot: usize, amount: Balance, compensation: Balance) {
        let record = self.miners.get_mut(&miner).expect("a slashed miner");
        let before = record.bond;
        record.bond -= amount;
        record.slots[slot].suspended = true;
        self.burned += amount - compensation;
        let slash = Slash { slot, before, amount, compensation };
        assert!(self.slash.replace(slash).is_none(), "nobody failed for the slash before");
    }

    /// What a slash for this lease of a task took, and whom it went to.
    fn slashed_for(&mut self, name: TaskId, lease: &Lease) {
        let Slash { slot, before, amount, compensation } = self.slash.take().expect("who fails is slashed");
        let task = self.tasks.get_mut(&name).expect("it had a lease");
        assert_eq!((slot, amount), (lease.slot, lease.slash.min(before)), "a slash is what the lease says");
        assert_eq!(compensation, (task.bill.posting - task.bill.compensation).min(amount));
        task.bill.compensation += compensation;
        self.free[task.requester] += compensation;
    }

    fn failed(&mut self, name: TaskId, miner: Id, why: Failure) {
        let lease = self.end_lease(name, miner);
        if matches!(why, Failure::Expired | Failure::WrongTrace) {
            self.slashed_for(name, &lease);
        }
        assert!(self.slash.is_none(), "a slash for {why:?}");
        let (now, index) = (self.now, self.rent_index);
        let (charged, mining_pay) = (self.charged.take(), self.mining_pay);
        let bond = self.miners[&miner].bond + charged.unwrap_or(0);
        let task = self.tasks.get_mut(&name).expect("it had a lease");
        task.rent_from = index;
        self.returning = Some(name).filter(|_| why != Failure::Forced);
        match why {
            Failure::Declined => {
                assert!(now <= lease.since + 3, "declined too late");
                let spared = price_of(mining_pay, task.work);
                assert_eq!(
                    charged,
                    Some(task.fee.max(spared).min(lease.slash).min(bond)),
                    "what a decline costs"
                );
                task.declined.push(miner);
            }
            Failure::Expired => {
                assert!(lease.until + 5 < now, "slashed within the grace period");
                task.failed.push(miner);
            }
            Failure::WrongTrace => task.failed.push(miner),
            // Nobody is at fault; the task's end follows.
            Failure::Forced => {}
        }
    }

    /// A task gave way in a full queue, to one that is being posted or to one that comes back.
    fn gave_way(&mut self, name: TaskId, returning: Option<TaskId>) {
        let place = self.rent_of_a_place();
        match returning {
            Some(returning) => {
                assert!(self.waiting().count() > MAX_QUEUE, "task {name} gave way though there was room");
                let back = self.tasks.get_mut(&returning).expect("it lost its lease");
                let can_pay = back.ceiling >= self.parameters.min_price + place;
                if name != returning {
                    assert!(can_pay, "task {returning} took a place that it can't pay for");
                    back.rent_from -= place;
                }
                assert!(
                    self.weakest() == Some(name) || (name == returning && !can_pay),
                    "{name} isn't the weakest"
                );
            }
            None => {
                assert_eq!(self.waiting().count(), MAX_QUEUE, "task {name} gave way though there was room");
                assert_eq!(self.weakest(), Some(name), "another bids less");
                self.displaced = true;
            }
        }
    }

    fn refunded(&mut self, name: TaskId, rent: Balance, retention: Balance, why: Refund) {
        let task = self.tasks.remove(&name).expect("a refunded task is open");
        assert!(task.lease.is_none(), "a leased task was refunded");
        assert_eq!(
            rent,
            self.rent_of(&task),
            "the rent of {task:?}, refunded for {why:?} in block {}",
            self.now
        );
        let sound = match why {
            Refund::Deadline => task.deadline < self.now,
            Refund::RentSpent => task.ceiling - rent < self.parameters.min_price,
            Refund::TooManyFailures => task.failed.len() > 8,
            Refund::Cancelled | Refund::Forced | Refund::Displaced => true,
        };
        assert!(sound, "no reason to refund {task:?}: {why:?}");
        assert_eq!(retention, task.record, "the fee for the record of its end");
        self.free[task.requester] +=
            task.ceiling - rent + task.deposit + task.fee + task.retention - retention;
        let pot = pot(self);
        self.free[pot] += retention;
        self.burned += rent;
        let bill = Bill { rent: task.bill.rent + rent, ..task.bill };
        self.ended.insert(name, bill);
    }

    fn settled(&mut self, name: TaskId, miner: Id, [paid, burned, fees, returned]: [Balance; 4]) {
        let lease = self.end_lease(name, miner);
        let task = self.tasks.remove(&name).expect("it had a lease");
        let price = price_at(&lease, self.now).min(task.ceiling);
        let cut = self.parameters.cut_of(price);
        assert_eq!([paid, burned], [price - cut, cut], "what was paid for task {name}");
        assert_eq!([fees, returned], [task.fee + task.retention, task.ceiling - price]);
        self.free[miner] += paid;
        self.free[task.requester] += returned + task.deposit;
        if miner != task.requester && self.listed.contains(&task.model) {
            self.collators.worked(miner, task.work);
        }
        let pot = pot(self);
        self.free[pot] += fees;
        self.burned += burned;
        assert!(self.ended.insert(name, task.bill).is_none(), "task {name} was paid twice");
    }
}
