//! What the reference is told: what happened on the chain.

use crate::records::*;

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
    Displaced,
    Forced,
}

/// Why a candidacy ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    StoodDown,
    Idle,
    MadeWay,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Fact {
    RoundClosed {
        emission: Balance,
        mined: u128,
    },
    /// A win was credited: with so much work to the miner, and a part of the score to the author if that isn't nothing.
    Won {
        miner: Id,
        work: u128,
        author: Option<Id>,
        /// The part of a block that it takes, and the largest that a win on a listed model takes; none if its model isn't listed
        /// any more.
        share: Option<(u32, u32)>,
    },
    /// A wrong sprint took this of a slot's bond.
    Rejected {
        miner: Id,
        slot: usize,
        amount: Balance,
    },
    Claimed {
        round: u32,
        account: Id,
        amount: Balance,
    },
    ModelRetired {
        model: Model,
    },
    ModelRemoved {
        model: Model,
    },
    OfferInForce {
        miner: Id,
    },
    Withdrawn {
        miner: Id,
        amount: Balance,
    },
    MinerRemoved {
        miner: Id,
    },
    Suspended {
        miner: Id,
    },
    Leaving {
        who: Id,
    },
    Left {
        who: Id,
        why: Departure,
    },
    /// A session began: whose candidacies ended, and who holds the seats that were drawn, if any were.
    SessionBegan {
        left: Vec<(Id, Departure)>,
        drawn: Option<(u32, Vec<Id>)>,
    },
    Charged {
        miner: Id,
        amount: Balance,
    },
    Slashed {
        miner: Id,
        slot: usize,
        amount: Balance,
        compensation: Balance,
    },
    Leased {
        task: TaskId,
        lease: Lease,
        rent: Balance,
    },
    LeaseFailed {
        task: TaskId,
        miner: Id,
        why: Failure,
    },
    Refunded {
        task: TaskId,
        rent: Balance,
        retention: Balance,
        why: Refund,
        bill: Bill,
    },
    Settled {
        task: TaskId,
        miner: Id,
        paid: Balance,
        burned: Balance,
        fees: Balance,
        returned: Balance,
        bill: Bill,
    },
}
