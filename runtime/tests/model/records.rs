//! What the reference keeps.

use std::collections::BTreeMap;

/// A MILL, and a millionth of it, in planck.
pub const UNIT: Balance = 1_000_000_000_000;
pub const MICRO: Balance = UNIT / 1_000_000;

/// The longest record of how a task ended: a fate of 233 bytes under a key of 48, its places in two lists with 56 and 88.
pub const RECORD_BYTES: u128 = 425;

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
    Candidacy,
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
    /// For each mega-MAC a block that a slot promises.
    pub bond_per_mega_mac: Balance,
    pub record_deposit: Balance,
    pub candidacy_deposit: Balance,
    /// What a block's wait costs in an empty queue, and what a full one adds.
    pub rent_base: Balance,
    pub rent_peak: Balance,
    pub unbonding: Block,
    /// Parts per million of a slot's bond.
    pub slash_ratio: u32,
    /// Parts per million of a price.
    pub cut: u32,
    pub min_price: Balance,
    /// For a byte of an output or of the record of a task's end.
    pub output_fee: Balance,
    /// Parts per billion of a block that wins take on average.
    pub sprint_share: u32,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            slot_bond: 10 * UNIT,
            bond_per_mega_mac: UNIT / 100,
            record_deposit: (3 * 20_000 + 1_024 * 10) * MICRO,
            candidacy_deposit: 10 * UNIT,
            rent_base: MICRO,
            rent_peak: 10_000 * MICRO,
            unbonding: 600,
            slash_ratio: 100_000,
            cut: 50_000,
            min_price: MICRO,
            output_fee: MICRO,
            sprint_share: 20_000_000,
        }
    }
}

impl Parameters {
    /// `SlotBond + ⌈BondPerMegaMac · rate / 10⁶⌉`.
    pub fn bond_of(&self, rate: u64) -> Balance {
        self.slot_bond + (self.bond_per_mega_mac * Balance::from(rate)).div_ceil(1_000_000)
    }

    /// What failing takes of a slot of this rate.
    pub fn slash_of(&self, rate: u64) -> Balance {
        self.bond_of(rate) * Balance::from(self.slash_ratio) / 1_000_000
    }

    /// What is burned of a price.
    pub fn cut_of(&self, price: Balance) -> Balance {
        (price * Balance::from(self.cut)).div_ceil(1_000_000)
    }

    /// What is kept of a task for a week costs: the record of its end, and its output.
    pub fn retention_of(&self, output_bytes: u128) -> Balance {
        self.output_fee * (RECORD_BYTES + output_bytes)
    }

    pub fn set(&mut self, parameter: Parameter) {
        match parameter {
            Parameter::SlotBond(bond) => self.slot_bond = bond,
            Parameter::BondPerMegaMac(bond) => self.bond_per_mega_mac = bond,
            Parameter::RecordDeposit(deposit) => self.record_deposit = deposit,
            Parameter::CandidacyDeposit(deposit) => self.candidacy_deposit = deposit,
            Parameter::RentBase(rent) => self.rent_base = rent,
            Parameter::RentPeak(rent) => self.rent_peak = rent,
            Parameter::UnbondingPeriod(blocks) => self.unbonding = blocks,
            Parameter::SlashRatio(ratio) => self.slash_ratio = ratio,
            Parameter::ProtocolCut(cut) => self.cut = cut,
            Parameter::MinPrice(price) => self.min_price = price,
            Parameter::OutputFee(fee) => self.output_fee = fee,
            // It moves difficulties, which no task and no balance hangs on.
            Parameter::SprintShare(share) => self.sprint_share = share,
        }
    }
}

/// A new value of a parameter, within its bounds.
#[derive(Clone, Copy, Debug)]
pub enum Parameter {
    SlotBond(Balance),
    BondPerMegaMac(Balance),
    RecordDeposit(Balance),
    CandidacyDeposit(Balance),
    RentBase(Balance),
    RentPeak(Balance),
    UnbondingPeriod(Block),
    SlashRatio(u32),
    ProtocolCut(u32),
    MinPrice(Balance),
    OutputFee(Balance),
    SprintShare(u32),
}

#[derive(Clone, Debug)]
pub struct Lease {
    pub miner: Id,
    pub slot: usize,
    /// What it takes of the slot, MAC per block.
    pub rate: u64,
    pub price: Balance,
    pub slash: Balance,
    pub since: Block,
    pub due: Block,
    pub until: Block,
}

/// What was taken of a bond for a slot's failure.
#[derive(Clone, Copy, Debug)]
pub struct Slash {
    pub slot: usize,
    /// The whole bond before.
    pub before: Balance,
    pub amount: Balance,
    pub compensation: Balance,
}

/// What a task cost beside its price and its fees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    /// The rent of all its waits.
    pub rent: Balance,
    pub posting: Balance,
    /// What slashes gave back of that.
    pub compensation: Balance,
}

#[derive(Clone, Debug)]
pub struct Task {
    pub requester: Id,
    pub model: Model,
    pub work: u128,
    pub ceiling: Balance,
    /// What it offered for a block of the queue when it was posted.
    pub bid: Balance,
    pub deposit: Balance,
    pub fee: Balance,
    pub retention: Balance,
    /// The part of that which a refund costs too.
    pub record: Balance,
    pub bill: Bill,
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

/// A task that a slot executes: the MAC per block and the planck of bond that it takes.
pub type Part = (u64, Balance);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    pub rate: u64,
    pub leases: BTreeMap<TaskId, Part>,
    pub suspended: bool,
    pub withdrawn: bool,
}

impl Slot {
    /// What its leases take together.
    pub fn leased(&self) -> Part {
        let add = |(rate, at_stake): Part, part: &Part| (rate + part.0, at_stake + part.1);
        self.leases.values().fold((0, 0), add)
    }

    /// MAC per block that no lease takes; none while it is off the market, as it is with less than half of it free.
    pub fn on_sale(&self) -> u64 {
        let free = self.rate.saturating_sub(self.leased().0);
        if self.suspended || self.withdrawn || 2 * u128::from(free) < self.rate.into() {
            0
        } else {
            free
        }
    }

    /// The rate that its bond is for: that of its leases, if it promises less since.
    pub fn bonded_rate(&self) -> u64 {
        self.rate.max(self.leased().0)
    }

    /// What a further task takes: what does it within a block, if half of the slot is left and all leases together cost no more
    /// than failing the slot; otherwise all that is on sale. Failing it costs its part of that, and `least` at least.
    pub fn part_for(&self, work: u128, least: Balance, parameters: &Parameters) -> Part {
        let (free, whole) = (self.on_sale(), parameters.slash_of(self.rate));
        let slash = |rate: u64| (whole * u128::from(rate)).div_ceil(self.rate.into()).max(least).min(whole);
        let wanted = work.min(free.into()) as u64;
        let parted = self.leased().1 + slash(wanted) <= whole && 2 * (free - wanted) >= self.rate;
        let rate = if parted { wanted } else { free };
        (rate, slash(rate))
    }
}

#[derive(Clone, Debug, Default)]
pub struct Miner {
    pub terms: Terms,
    /// The offer that follows, and its round.
    pub next: Option<(u32, Terms)>,
    pub slots: Vec<Slot>,
    pub bond: Balance,
    /// What was put on hold for its record.
    pub record: Balance,
    pub withdrawable_from: Block,
    /// Whether a sprint of it was wrong and it hasn't resumed since.
    pub rejected: bool,
}

impl Miner {
    /// What its slots need, those in force or those that follow. What a lease can cost stays covered whatever was set
    /// since.
    pub fn needed_bond(&self, parameters: &Parameters) -> Balance {
        let slot = |slot: &Slot| parameters.bond_of(slot.bonded_rate()).max(slot.leased().1);
        let now: Balance = self.slots.iter().map(slot).sum();
        now.max(self.next.as_ref().map_or(0, |(_, terms)| terms.bond(parameters)))
    }

    pub fn is_due(&self, round: u32) -> bool {
        self.next.as_ref().is_some_and(|(from, _)| *from <= round)
    }

    pub fn is_suspended(&self) -> bool {
        self.rejected || self.slots.iter().any(|slot| slot.suspended)
    }

    /// The slot whose bond pays for a wrong sprint, and what that takes.
    pub fn at_stake(&self, parameters: &Parameters) -> (usize, Balance) {
        let slots = self.slots.iter().map(Slot::bonded_rate).enumerate();
        let (slot, rate) = slots.max_by_key(|(_, rate)| *rate).unwrap_or((0, 0));
        (slot, parameters.slash_of(rate))
    }

    /// Whether it may sprint: not if a wrong sprint couldn't be paid for.
    pub fn may_sprint(&self, parameters: &Parameters) -> bool {
        !self.is_suspended() && self.bond >= self.at_stake(parameters).1
    }

    pub fn is_gone(&self) -> bool {
        self.slots.is_empty() && self.next.is_none()
    }

    /// Brings the next offer into force if it is due; says whether it was.
    pub fn apply_if_due(&mut self, round: u32, now: Block, unbonding: Block) -> bool {
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
                None => {
                    let leases = BTreeMap::new();
                    self.slots.push(Slot { rate: *rate, leases, suspended, withdrawn: false });
                }
            }
        }
        self.slots.iter_mut().skip(terms.rates.len()).for_each(|slot| slot.withdrawn = true);
        self.terms = terms;
        self.withdrawable_from = now + unbonding;
        self.drop_withdrawn();
        true
    }

    pub fn drop_withdrawn(&mut self) {
        while self.slots.last().is_some_and(|slot| slot.withdrawn && slot.leases.is_empty()) {
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
