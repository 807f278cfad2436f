//! The calls that the reference judges, each with what it must know of it.

use crate::records::*;

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
    /// A win on an anchor, whose trace is right or not.
    Sprint {
        miner: Id,
        anchor: Block,
        honest: bool,
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
    SetKeys {
        who: Id,
    },
    PurgeKeys {
        who: Id,
    },
    Stand {
        who: Id,
    },
    StandDown {
        who: Id,
    },
    Appoint {
        root: bool,
        who: Vec<Id>,
    },
    SetSeats {
        root: bool,
        seats: u32,
    },
    /// Two calls that one account signs: both succeed, or neither does anything. A post comes second.
    Batch {
        first: Box<Call>,
        second: Box<Call>,
    },
    /// A call that an account's proxy makes for it: a person, or a multisig.
    Proxied {
        multisig: bool,
        call: Box<Call>,
    },
}

impl Call {
    /// Whether it makes a task.
    pub fn posts(&self) -> bool {
        match self {
            Self::Post { .. } => true,
            Self::Batch { second, .. } => second.posts(),
            Self::Proxied { call, .. } => call.posts(),
            _ => false,
        }
    }
}
