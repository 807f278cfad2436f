//! What the chain stores of a task, and how much of it at most.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
pub use millrace_primitives::RefundReason;
use millrace_primitives::{Balance, BlockNumber, Mac, ModelId, Part, SlotIndex, TaskId};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::Permill;

/// Most bytes of an input.
pub type MaxInput = ConstU32<{ 512 * 1024 }>;
/// Most bytes of an output.
pub type MaxOutput = ConstU32<{ 64 * 1024 }>;
/// Most tasks that wait.
pub type MaxQueue = ConstU32<1024>;
/// Most open leases.
pub type MaxLeases = ConstU32<1024>;
/// Most miners that a task remembers to have failed it; the next failure after that refunds it.
pub type MaxFailures = ConstU32<8>;
/// Most miners that a task remembers to have declined it.
pub type MaxDeclines = ConstU32<16>;

/// A slot's obligation to execute one task. Its terms are fixed when it is given; what part of the price is burned is decided
/// when it is paid.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Lease<AccountId> {
    /// The miner.
    pub miner: AccountId,
    /// Its slot.
    pub slot: SlotIndex,
    /// MAC per block that the lease takes of the slot.
    pub rate: u64,
    /// Planck per mega-MAC that the slot asked for.
    pub ask: Balance,
    /// Planck for the work if it is on time.
    pub price: Balance,
    /// Planck of the slot's bond that failing it costs.
    pub slash: Balance,
    /// The block of the lease.
    pub since: BlockNumber,
    /// From this block on the price falls.
    pub due: BlockNumber,
    /// After this block and the grace period it is slashed.
    pub until: BlockNumber,
}

impl<AccountId> Lease<AccountId> {
    /// What it takes of its slot.
    pub fn part(&self) -> Part {
        Part { rate: self.rate, slash: self.slash }
    }
}

/// Where an open task stands.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum TaskState<AccountId> {
    /// It waits for a slot.
    Queued,
    /// A part of a slot executes it.
    Leased(Lease<AccountId>),
}

/// An open task.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct TaskRecord<AccountId> {
    /// Who pays.
    pub requester: AccountId,
    /// The model.
    pub model: ModelId,
    /// blake2-256 of the input.
    pub input_hash: H256,
    /// N.
    pub samples: u32,
    /// MAC.
    pub work: Mac,
    /// The most bytes that the trace can have.
    pub trace_bytes: u32,
    /// ref_time of the submission.
    pub submission_time: u64,
    /// Proof size of the submission, its own length included.
    pub submission_proof: u64,
    /// The most that it may still cost, planck; on hold. What it was posted with, less the rent that was burned.
    pub max_price: Balance,
    /// What it offers for a block of the queue, planck: what it was posted with over the blocks until its deadline.
    pub bid: Balance,
    /// The rent index when it began to wait, or a block's rent less if it took another's place; it owes what the index
    /// grew by since. Without meaning while it is leased.
    pub rent_from: Balance,
    /// Deposit for the input, planck; on hold.
    pub deposit: Balance,
    /// Fee of the verification, planck; on hold.
    pub fee: Balance,
    /// Fee for keeping the output and the record of its end, planck; on hold with the other.
    pub retention_fee: Balance,
    /// The record's part of that, which a refund costs too.
    pub record_fee: Balance,
    /// The rent that was burned for its waits until now, planck.
    pub rent: Balance,
    /// What posting it cost, planck; the most that a slash compensates.
    pub posting_cost: Balance,
    /// What slashes have given back of that, planck.
    pub compensation: Balance,
    /// Queued past this block it is refunded; no lease ends later.
    pub deadline: BlockNumber,
    /// Where it stands.
    pub state: TaskState<AccountId>,
    /// The miners that failed it; none of them gets it again.
    pub failed: BoundedVec<AccountId, MaxFailures>,
    /// The miners that declined it last, which don't get it again either. It waits on however many they are, so that
    /// nobody can end another's task.
    pub declined: BoundedVec<AccountId, MaxDeclines>,
}

/// [`TaskRecord`] of a runtime.
pub type TaskRecordOf<T> = TaskRecord<<T as frame_system::Config>::AccountId>;

/// A task that waits, and what it offers for its place.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct QueueEntry {
    /// The task.
    pub task: TaskId,
    /// Planck per block of queue.
    pub bid: Balance,
}

/// An open lease, and what its submission will take of a block.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct LeaseEntry {
    /// The lease's `until`.
    pub until: BlockNumber,
    /// The task.
    pub task: TaskId,
    /// The most bytes that the trace can have.
    pub bytes: u32,
    /// ref_time of the submission.
    pub time: u64,
    /// Proof size of the submission.
    pub proof: u64,
}

/// Why a lease ended without payment.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum LeaseFailure {
    /// Nothing came in time.
    Expired,
    /// The trace was not that of the execution.
    WrongTrace,
    /// The miner's node can't execute the task, and said so in time. It costs the miner as much as the verification
    /// would have cost, or what mining the task's work brings, if that is more.
    Declined,
    /// The chain can't verify any trace of it, so nothing is slashed and the task is refunded.
    Unverifiable,
    /// Root ended the task; nothing is slashed.
    Forced,
}

/// The prices that governance may change.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Prices {
    /// Fee for keeping a byte of an output or of the record of a task's end, planck.
    pub output_fee_per_byte: Balance,
    /// Rent of a waiting task for a block, whatever the queue's length, planck.
    pub rent_base: Balance,
    /// What a full queue adds to the rent of a block, planck.
    pub rent_peak: Balance,
    /// Least price ceiling of a task, planck.
    pub min_price: Balance,
    /// Part of each payment that is burned.
    pub protocol_cut: Permill,
}

/// A task in its requester's list. Storage sorts keys by their bytes: the number lies here inverted and with the highest
/// byte first, so that the newest task comes first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct NewestFirst([u8; 8]);

impl NewestFirst {
    /// The task.
    pub fn task(self) -> TaskId {
        !TaskId::from_be_bytes(self.0)
    }
}

impl From<TaskId> for NewestFirst {
    fn from(task: TaskId) -> Self {
        Self((!task).to_be_bytes())
    }
}
