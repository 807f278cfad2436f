//! What is said of tasks: where one stands, what happens to it next, how it ended, and what it would cost.

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;

#[cfg(feature = "std")]
use crate::json;
use crate::{Balance, BlockNumber, Mac, ModelId, SlotIndex, TaskId};

/// Why a task was not executed.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub enum RefundReason {
    /// Its deadline is past.
    Deadline,
    /// Its requester took it back.
    Cancelled,
    /// The queue was full, and the others bid more.
    Displaced,
    /// The rent has eaten its ceiling: less than the least price was left.
    RentSpent,
    /// More miners failed it than a task remembers.
    TooManyFailures,
    /// The chain can't verify any trace of it.
    Unverifiable,
    /// Root ended it.
    Forced,
}

impl RefundReason {
    /// Whether it was executed in vain, rather than not at all.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::TooManyFailures | Self::Unverifiable)
    }
}

/// How a task ended.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
    feature = "std",
    derive(serde::Serialize),
    serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")
)]
pub enum TaskEnd<AccountId> {
    /// It was executed, verified and paid.
    Settled {
        /// Who executed it.
        miner: AccountId,
        /// What the miner got, planck.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        paid: Balance,
        /// What was burned of the price, planck.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        burned: Balance,
        /// Fee of the verification, planck.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        fee: Balance,
        /// Fee for keeping the output and this record, planck.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        retention: Balance,
        /// What the requester got back of its ceiling, planck.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        returned: Balance,
        /// What was burned of its ceiling for all of its waits, planck.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        rent: Balance,
        /// What posting it costs in a signed transaction of its own, planck, without a tip, to a few bytes' fee.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        posting: Balance,
        /// What the requester got back of that from miners that failed the task, planck.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        compensation: Balance,
    },
    /// No miner executed it.
    Refunded {
        /// Why.
        why: RefundReason,
        /// What was burned of its ceiling for all of its waits, planck; the rest was released.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        rent: Balance,
        /// What was kept of the fee for output and record, planck: the record's part.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        retention: Balance,
        /// What posting it costs in a signed transaction of its own, planck, without a tip, to a few bytes' fee.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        posting: Balance,
        /// What the requester got back of that from miners that failed the task, planck.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        compensation: Balance,
    },
    /// Miners took it, and none of them brought a trace that the chain accepts; it was refunded.
    Failed {
        /// Why.
        why: RefundReason,
        /// What was burned of its ceiling for all of its waits, planck; the rest was released.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        rent: Balance,
        /// What was kept of the fee for output and record, planck: the record's part.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        retention: Balance,
        /// What posting it costs in a signed transaction of its own, planck, without a tip, to a few bytes' fee.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        posting: Balance,
        /// What the requester got back of that from miners that failed the task, planck.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        compensation: Balance,
    },
}

/// What became of a task. It is kept as long as an output.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct TaskFate<AccountId> {
    /// Who paid.
    pub requester: AccountId,
    /// The model.
    pub model: ModelId,
    /// N.
    pub samples: u32,
    /// The block in which it ended.
    pub block: BlockNumber,
    /// How.
    pub end: TaskEnd<AccountId>,
}

/// Why no free slot takes a task, or a batch like it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(
    feature = "std",
    derive(serde::Serialize),
    serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")
)]
pub enum NoTaker {
    /// No slot offers the model.
    NobodyOffers,
    /// Slots offer the model, but nothing of them is free now.
    AllBusy,
    /// The free slots are too slow for the deadline.
    TooSlow {
        /// The earliest deadline that one of those looked at could keep, if it were leased now.
        earliest: BlockNumber,
    },
    /// The free slots that are fast enough ask for more than is left of the ceiling.
    TooDear {
        /// What the cheapest of them would cost, planck.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        price: Balance,
    },
    /// The miners whose slots are free failed this task or declined it.
    AllRefused,
    /// The chain has promised its room for submissions until then to others.
    NoRoom,
    /// A slot would take it, in the next block whose time isn't used up before its turn.
    InTurn,
}

/// Where an open task stands.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(
    feature = "std",
    derive(serde::Serialize),
    serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")
)]
pub enum TaskStanding<AccountId> {
    /// It waits for a slot.
    Waiting {
        /// Tasks that are older than it.
        before: u32,
        /// Tasks that wait, with it.
        waiting: u32,
        /// What a further block costs now, planck.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        rent_per_block: Balance,
        /// Why no slot has it yet.
        why: NoTaker,
    },
    /// A part of a slot executes it.
    Leased {
        /// The miner.
        miner: AccountId,
        /// Which of its slots.
        slot: SlotIndex,
        /// What it costs if it is on time, planck.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        price: Balance,
        /// What it would cost in this block, planck.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        price_now: Balance,
        /// The block of the lease.
        since: BlockNumber,
    },
}

/// What happens to an open task next, if nothing else comes before it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(
    feature = "std",
    derive(serde::Serialize),
    serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")
)]
pub enum TaskNext {
    /// It is refunded from this block on, unless a slot takes it before.
    Refund {
        /// The block. An estimate, at the rent of now, if `why` is that the rent is spent.
        from: BlockNumber,
        /// Why.
        why: RefundReason,
    },
    /// Its answer should come by `due`; until then the price is whole.
    Answer {
        /// From this block on the price falls.
        due: BlockNumber,
        /// In this block it is a quarter.
        until: BlockNumber,
        /// From this block on the miner is slashed, and the task waits again or is refunded.
        slashed_from: BlockNumber,
    },
    /// Its answer is late, and its price falls.
    LateAnswer {
        /// In this block the price is a quarter.
        until: BlockNumber,
        /// From this block on the miner is slashed, and the task waits again or is refunded.
        slashed_from: BlockNumber,
    },
}

/// An open task.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct OpenTask<AccountId> {
    /// The task.
    pub task: TaskId,
    /// Who pays.
    pub requester: AccountId,
    /// The model.
    pub model: ModelId,
    /// blake2-256 of the input.
    pub input_hash: H256,
    /// N.
    pub samples: u32,
    /// MAC.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub work: Mac,
    /// What it may still pay a miner, planck: what is left of its ceiling after the rent of its wait.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub ceiling: Balance,
    /// What it offers for a block of the queue, planck.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub bid: Balance,
    /// Deposit for its input, planck.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub deposit: Balance,
    /// Fee of its verification, planck.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub fee: Balance,
    /// Fee for keeping its output and the record of its end, planck.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub retention: Balance,
    /// What its waits cost until now, planck: burned, or due.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub rent: Balance,
    /// What posting it costs in a signed transaction of its own, planck, without a tip, to a few bytes' fee.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub posting: Balance,
    /// What the requester got back of that from miners that failed the task, planck.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub compensation: Balance,
    /// Queued past this block it is refunded.
    pub deadline: BlockNumber,
    /// Where it stands.
    pub standing: TaskStanding<AccountId>,
    /// What happens to it next.
    pub next: TaskNext,
    /// The miners that failed it.
    pub failed: Vec<AccountId>,
    /// The miners that declined it last.
    pub declined: Vec<AccountId>,
}

/// A task, open or ended.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(
    feature = "std",
    derive(serde::Serialize),
    serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")
)]
pub enum TaskView<AccountId> {
    /// It waits or is executed.
    Open(OpenTask<AccountId>),
    /// It is over.
    Ended {
        /// The task.
        task: TaskId,
        /// What became of it.
        fate: TaskFate<AccountId>,
        /// Fate and output are kept until this block.
        kept_until: BlockNumber,
        /// The model's output, if it was settled. None in lists.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::some_bytes"))]
        output: Option<Vec<u8>>,
    },
}

impl<AccountId> TaskView<AccountId> {
    /// The task.
    pub fn task(&self) -> TaskId {
        match self {
            Self::Open(open) => open.task,
            Self::Ended { task, .. } => *task,
        }
    }
}

/// Who would take a batch.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(
    feature = "std",
    derive(serde::Serialize),
    serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")
)]
pub enum Taker<AccountId> {
    /// This slot, if nobody comes first.
    Slot {
        /// The miner.
        miner: AccountId,
        /// Which of its slots.
        slot: SlotIndex,
        /// Planck per mega-MAC.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        ask: Balance,
        /// MAC per block that are free of it.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        rate: u64,
        /// What the work costs, planck. A ceiling must hold the least price too.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        price: Balance,
        /// Blocks until its answer is due.
        blocks: u32,
        /// From this block on the price would fall.
        due: BlockNumber,
        /// In this block it would be a quarter.
        until: BlockNumber,
    },
    /// No slot now.
    Nobody {
        /// Why.
        why: NoTaker,
    },
}

/// What a batch would cost.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct Quote<AccountId> {
    /// The model.
    pub model: ModelId,
    /// N.
    pub samples: u32,
    /// The deadline.
    pub deadline: BlockNumber,
    /// Bytes of its input.
    pub input_bytes: u32,
    /// Bytes of its output.
    pub output_bytes: u32,
    /// MAC.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub work: Mac,
    /// Fee of the verification, planck: on hold, and paid if the task is settled.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub verification_fee: Balance,
    /// Fee for keeping the output and the record of its end, planck: as the other.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub retention_fee: Balance,
    /// The part of that fee which is kept if the task is refunded, planck: for the record of how it ended.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub refund_fee: Balance,
    /// Fee of the transaction that posts it, planck, as it is without a tip and the input's hash: paid in any case.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub posting_fee: Balance,
    /// Deposit for the input, planck: on hold until the task ends.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub deposit: Balance,
    /// What a block's wait costs now, planck, out of the ceiling.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub rent_per_block: Balance,
    /// Tasks that wait already.
    pub waiting: u32,
    /// The least ceiling that a task may have, planck. A full queue takes those with the highest bids among them.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub least_ceiling: Balance,
    /// Who would take it.
    pub taker: Taker<AccountId>,
}

/// Why a batch can't be posted at all.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(
    feature = "std",
    derive(serde::Serialize),
    serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")
)]
pub enum Unpostable {
    /// No model with this hash is registered.
    UnknownModel,
    /// The model was retired.
    RetiredModel,
    /// It has no sample.
    NoSamples,
    /// The deadline is too near for any lease, or too far ahead.
    Deadline {
        /// The first block that may be one.
        first: BlockNumber,
        /// The last block that may be one.
        last: BlockNumber,
    },
    /// The batch takes no work.
    ZeroWork,
    /// Verifying a single sample takes more memory than a verification may.
    VerificationMemory,
    /// The input, the output or the submission would be too long, or too heavy to verify.
    TooManySamples {
        /// So many samples can be posted at once.
        most: u32,
    },
}
