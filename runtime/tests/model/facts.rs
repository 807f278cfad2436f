//! What the reference keeps, which calls it judges, and what it is told.

use std::collections::BTreeMap;

pub type Balance = u128;
pub type Block = u32;
pub type TaskId = u64;
/// A model's hash.
pub type Model = [u8; 32];
/// An account's position in the list of accounts.
pub type Id = usize;
/// What accounts have on hold: planck by account and reason.
pub type Holds = BTreeMap<(Id, Reason), Balance>;

/// Why something is on hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    Price,
    InputDeposit,
    Fees,
    Bond,
    Record,
    Model,
}

/// Whether a call succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Must,
    MustNot,
    /// It hangs on figures that the reference doesn't know before.
    May,
}

impl From<bool> for Verdict {
    fn from(may: bool) -> Self {
        if may {
            Self::Must
        } else {
            Self::MustNot
        }
    }
}

#[derive(Clone, Debug)]
pub struct Lease {
    pub miner: Id,
    pub slot: usize,
    pub price: Balance,
    pub slash: Balance,
    pub since: Block,
    pub due: Block,
    pub until: Block,
}

#[derive(Clone, Debug)]
pub struct Task {
    pub requester: Id,
    pub model: Model,
    pub work: u128,
    pub ceiling: Balance,
    pub deposit: Balance,
    pub fee: Balance,
    pub retention: Balance,
    pub posting_cost: Balance,
    pub deadline: Block,
    pub rent_from: Balance,
    pub lease: Option<Lease>,
    pub failed: Vec<Id>,
    pub declined: Vec<Id>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    pub ask: Balance,
    pub rates: Vec<u64>,
    pub models: Vec<Model>,
}

impl Terms {
    pub fn bond(&self) -> Balance {
        self.rates.iter().map(|rate| bond_of(*rate)).sum()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    pub rate: u64,
    /// The task that it executes, and the rate at which it was leased.
    pub leased: Option<(TaskId, u64)>,
    pub suspended: bool,
    pub withdrawn: bool,
}

impl Slot {
    pub fn is_on_sale(&self) -> bool {
        self.leased.is_none() && !self.suspended && !self.withdrawn
    }
}

#[derive(Clone, Debug, Default)]
pub struct Miner {
    pub terms: Terms,
    /// The offer that follows, and its round.
    pub next: Option<(u32, Terms)>,
    pub slots: Vec<Slot>,
    pub bond: Balance,
    pub withdrawable_from: Block,
}

impl Miner {
    pub fn needed_bond(&self) -> Balance {
        let slot = |slot: &Slot| bond_of(slot.leased.map_or(slot.rate, |(_, rate)| rate.max(slot.rate)));
        let now: Balance = self.slots.iter().map(slot).sum();
        now.max(self.next.as_ref().map_or(0, |(_, terms)| terms.bond()))
    }

    pub fn is_due(&self, round: u32) -> bool {
        self.next.as_ref().is_some_and(|(from, _)| *from <= round)
    }

    pub fn is_suspended(&self) -> bool {
        self.slots.iter().any(|slot| slot.suspended)
    }

    pub fn is_gone(&self) -> bool {
        self.slots.is_empty() && self.next.is_none()
    }

    /// Brings the next offer into force if it is due; says whether it was.
    pub fn apply_if_due(&mut self, round: u32, now: Block) -> bool {
        if !self.is_due(round) {
            return false;
        }
        let (_, terms) = self.next.take().expect("it is due");
        let suspended = self.is_suspended();
        for (index, rate) in terms.rates.iter().enumerate() {
            match self.slots.get_mut(index) {
                Some(slot) => {
                    slot.rate = *rate;
                    slot.withdrawn = false;
                }
                None => self.slots.push(Slot { rate: *rate, leased: None, suspended, withdrawn: false }),
            }
        }
        self.slots.iter_mut().skip(terms.rates.len()).for_each(|slot| slot.withdrawn = true);
        self.terms = terms;
        self.withdrawable_from = now + 600;
        self.drop_withdrawn();
        true
    }

    pub fn drop_withdrawn(&mut self) {
        while self.slots.last().is_some_and(|slot| slot.withdrawn && slot.leased.is_none()) {
            self.slots.pop();
        }
    }
}

#[derive(Clone, Debug)]
pub struct ModelState {
    pub owner: Id,
    pub deposit: Balance,
    /// The block in which it was retired, if it was.
    pub retired: Option<Block>,
}

/// A call, with what the reference must know to judge it.
#[derive(Clone, Debug)]
pub enum Call {
    Post {
        requester: Id,
        model: Model,
        samples: usize,
        ceiling: Balance,
        deadline: Block,
    },
    Cancel {
        who: Id,
        task: TaskId,
    },
    Poke {
        task: TaskId,
    },
    /// A trace for an open lease, right or not; `stranger` if another's key signed it.
    Submit {
        task: TaskId,
        stranger: bool,
    },
    Decline {
        task: TaskId,
    },
    ForceRefund {
        root: bool,
        task: TaskId,
    },
    Offer {
        miner: Id,
        terms: Terms,
    },
    Register {
        miner: Id,
        terms: Terms,
    },
    Resume {
        miner: Id,
    },
    Withdraw {
        miner: Id,
    },
    Apply {
        miner: Id,
    },
    SetMill {
        miner: Id,
    },
    Credit {
        miner: Id,
        author: Option<Id>,
        work: u128,
    },
    Claim {
        round: u32,
        account: Id,
    },
    Transfer {
        from: Id,
        to: Id,
        amount: Balance,
    },
    RegisterModel {
        owner: Id,
        model: Model,
        deposit: Balance,
    },
    Retire {
        who: Id,
        model: Model,
    },
    ForceRetire {
        root: bool,
        model: Model,
    },
    RemoveModel {
        who: Id,
        model: Model,
    },
    List {
        root: bool,
        models: Vec<Model>,
    },
}

/// The figures of a task that its posting fixed.
#[derive(Clone, Debug)]
pub struct Posted {
    pub task: TaskId,
    pub work: u128,
    pub deposit: Balance,
    pub fee: Balance,
    pub retention: Balance,
    pub posting_cost: Balance,
}

/// Why a lease ended without payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    Expired,
    WrongTrace,
    Declined,
    Forced,
}

/// Why a task was refunded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refund {
    Deadline,
    Cancelled,
    RentSpent,
    TooManyFailures,
    Forced,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Fact {
    RoundClosed { emission: Balance, mined: u128 },
    Credited { account: Id },
    Claimed { round: u32, account: Id, amount: Balance },
    ModelRetired { model: Model },
    ModelRemoved { model: Model },
    OfferInForce { miner: Id },
    Withdrawn { miner: Id, amount: Balance },
    MinerRemoved { miner: Id },
    Suspended { miner: Id },
    Charged { miner: Id, amount: Balance },
    Slashed { miner: Id, slot: usize, amount: Balance, compensation: Balance },
    Leased { task: TaskId, lease: Lease, rent: Balance },
    LeaseFailed { task: TaskId, miner: Id, why: Failure },
    Refunded { task: TaskId, rent: Balance, why: Refund },
    Settled { task: TaskId, miner: Id, paid: Balance, burned: Balance, fees: Balance, returned: Balance },
}

/// `SlotBond + ⌈BondPerMegaMac · rate / 10⁶⌉`: ten MILL, and a hundredth for each mega-MAC a block.
pub fn bond_of(rate: u64) -> Balance {
    const MILL: Balance = 1_000_000_000_000;
    10 * MILL + (MILL / 100 * Balance::from(rate)).div_ceil(1_000_000)
}
