//! What the reference keeps, which calls it judges, and what it is told.

use std::collections::BTreeMap;

/// A MILL, and a millionth of it, in planck.
pub const UNIT: Balance = 1_000_000_000_000;
pub const MICRO: Balance = UNIT / 1_000_000;

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

/// What governance has set, and a new chain begins with.
#[derive(Clone, Debug)]
pub struct Parameters {
    pub slot_bond: Balance,
    /// Parts per million of a slot's bond.
    pub slash_ratio: u32,
    /// Parts per million of a price.
    pub cut: u32,
    pub min_price: Balance,
}

impl Default for Parameters {
    fn default() -> Self {
        Self { slot_bond: 10 * UNIT, slash_ratio: 100_000, cut: 50_000, min_price: MICRO }
    }
}

impl Parameters {
    /// `SlotBond + ⌈BondPerMegaMac · rate / 10⁶⌉`, where a mega-MAC a block takes a hundredth of a MILL.
    pub fn bond_of(&self, rate: u64) -> Balance {
        self.slot_bond + (UNIT / 100 * Balance::from(rate)).div_ceil(1_000_000)
    }

    /// What failing takes of a slot of this rate.
    pub fn slash_of(&self, rate: u64) -> Balance {
        self.bond_of(rate) * Balance::from(self.slash_ratio) / 1_000_000
    }

    /// What is burned of a price.
    pub fn cut_of(&self, price: Balance) -> Balance {
        (price * Balance::from(self.cut)).div_ceil(1_000_000)
    }

    pub fn set(&mut self, parameter: Parameter) {
        match parameter {
            Parameter::SlotBond(bond) => self.slot_bond = bond,
            Parameter::SlashRatio(ratio) => self.slash_ratio = ratio,
            Parameter::ProtocolCut(cut) => self.cut = cut,
            Parameter::MinPrice(price) => self.min_price = price,
        }
    }
}

/// A new value of a parameter, within its bounds.
#[derive(Clone, Copy, Debug)]
pub enum Parameter {
    SlotBond(Balance),
    SlashRatio(u32),
    ProtocolCut(u32),
    MinPrice(Balance),
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
    pub fn bond(&self, parameters: &Parameters) -> Balance {
        self.rates.iter().map(|rate| parameters.bond_of(*rate)).sum()
    }
}

/// What a slot executes, and what was fixed when it was leased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leased {
    pub task: TaskId,
    pub rate: u64,
    pub slash: Balance,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    pub rate: u64,
    pub leased: Option<Leased>,
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
    /// What its slots need, those in force or those that follow. What a lease can cost stays covered whatever was set
    /// since.
    pub fn needed_bond(&self, parameters: &Parameters) -> Balance {
        let slot = |slot: &Slot| {
            let (rate, slash) = slot.leased.map_or((0, 0), |leased| (leased.rate, leased.slash));
            parameters.bond_of(slot.rate.max(rate)).max(slash)
        };
        let now: Balance = self.slots.iter().map(slot).sum();
        now.max(self.next.as_ref().map_or(0, |(_, terms)| terms.bond(parameters)))
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
    /// With so many labels in its metadata, if with any metadata; `deposit` is for all of its bytes.
    RegisterModel {
        owner: Id,
        model: Model,
        labels: Option<usize>,
        deposit: Balance,
    },
    Describe {
        who: Id,
        model: Model,
        labels: Option<usize>,
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
    SetParameter {
        root: bool,
        parameter: Parameter,
    },
    /// Two calls that one account signs: both succeed, or neither does anything. A post comes second.
    Batch {
        first: Box<Call>,
        second: Box<Call>,
    },
}

impl Call {
    /// Whether it makes a task.
    pub fn posts(&self) -> bool {
        match self {
            Self::Post { .. } => true,
            Self::Batch { second, .. } => second.posts(),
            _ => false,
        }
    }
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
