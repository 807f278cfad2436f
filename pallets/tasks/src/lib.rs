//! # Tasks
//!
//! Escrow, assignment and life of tasks.
//!
//! ```text
//! post ─► Queued ─► Leased ─► settled: the miner is paid, its part of the slot is free
//!            ▲          │ the lease ran out, or its trace was wrong: slash, back to the queue
//!            └──────────┘
//! Queued past its deadline, cancelled, displaced or out of rent while Queued, failed by one miner too many, by a trace that the
//! chain can't check, or ended by root ─► refunded, less the rent and the fee for its record
//! ```
//!
//! A task waits in the queue until a free slot's ask is within its ceiling and the slot can finish by the
//! deadline at the rate that is free of it. The queue is walked from its oldest task on; a walk for which a block has too little
//! weight goes on in the next one. A lease is due after the latency floor plus `work / rate` blocks; from then on its
//! price falls linearly to a quarter at `until`, four times as long after its beginning or at the deadline if that is
//! earlier; a grace period later it is slashed. A miner may decline in the first blocks of a lease, as many as the
//! latency floor; then only a trace ends it well. So a task is settled before the grace period after its deadline is past,
//! or refunded then. A decline costs its miner the fee of the verification that won't take place, because it kept a part of
//! a slot, and room for a submission, from others; or what mining the task's work brings, if that is more.
//!
//! The requester's ceiling stays on hold until the task is settled or refunded, so that a second lease can
//! cost more than the first.
//!
//! The queue has a bound, so nobody may fill it for nothing. Each block that a task still waits after the block's walk
//! costs it rent, more the fuller the queue is, out of its ceiling; rent is burned when the wait ends. A full queue keeps
//! those that bid most for a block of it; who takes another's place owes a block's rent for that at once. And a task needs a
//! model that some slot offers.
//!
//! ## Properties
//! 1. What each requester has on hold, by reason, is the sum over its open tasks.
//! 2. The queue holds exactly the queued tasks, oldest first, with their bids; the open leases exactly the leased ones.
//! 3. Every open task has its input, which hashes to the record's hash; no settled one has.
//! 4. What all open leases will submit fits the capacity that is set aside for it before each `until`.
//! 5. No queued task began to wait at a higher rent index than the present one.
//! 6. Each ended task has its fate until its retention is over, and only a settled one has an output.
//! 7. A requester's list names exactly its open tasks and those whose fate is kept.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::float_arithmetic)
)]

extern crate alloc;

pub use pallet::*;

mod authorize;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod calls;
mod escrow;
mod hooks;
mod leases;
mod limits;
#[cfg(test)]
mod mock;
mod offchain;
mod outputs;
mod pricing;
mod queue;
mod rent;
mod requesters;
mod room;
mod terms;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
mod view;
pub mod weights;

pub use types::*;
pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
    use alloc::vec::Vec;

    use frame_support::{
        pallet_prelude::*,
        traits::{
            fungible::{Balanced, BalancedHold, Credit, Inspect, Mutate, MutateHold},
            OnUnbalanced,
        },
    };
    use frame_system::{
        offchain::CreateAuthorizedTransaction,
        pallet_prelude::{ensure_authorized, ensure_root, ensure_signed, BlockNumberFor, OriginFor},
    };
    use millrace_primitives::{
        mill::MillSignature, queue::QueueBounds, Balance, BlockNumber, MarketView, MillKeys, MinerBond,
        MiningPay, ModelId, ModelRegistry, OnWork, OpenLease, Quote, SlotMarket, TaskFate, TaskId, TaskView,
        Unpostable, Verifier,
    };
    use sp_core::H256;
    use sp_runtime::{traits::Convert, Permill};

    use super::{
        LeaseEntry, MaxInput, MaxLeases, MaxOutput, MaxQueue, NewestFirst, Prices, QueueEntry, TaskRecordOf,
        WeightInfo,
    };

    /// The layout of this pallet's storage.
    pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config:
        frame_system::Config<RuntimeEvent: From<Event<Self>>> + CreateAuthorizedTransaction<Call<Self>>
    {
        /// The token.
        type Currency: Inspect<Self::AccountId, Balance = Balance>
            + Mutate<Self::AccountId>
            + Balanced<Self::AccountId>
            + MutateHold<Self::AccountId, Reason: From<HoldReason>>
            + BalancedHold<Self::AccountId>;
        /// The registry of models.
        type Models: ModelRegistry;
        /// The miners: their slots on sale, their bonds and their mill keys.
        type Miners: SlotMarket<Self::AccountId> + MinerBond<Self::AccountId> + MillKeys<Self::AccountId>;
        /// The verification of traces.
        type Verifier: Verifier;
        /// The draw of collators' seats, which goes by verified work.
        type OnWork: OnWork<Self::AccountId>;
        /// What mining pays, and so what a task's execution keeps a miner from.
        type Mining: MiningPay;
        /// Fee of a weight.
        type WeightToFee: Convert<Weight, Balance>;
        /// Fee of a length in bytes.
        type LengthToFee: Convert<u32, Balance>;
        /// Fee of a signed transaction whose call has this weight and so many bytes, planck.
        type TransactionFee: Convert<(Weight, u32), Balance>;
        /// Gets the verification fees.
        type FeeHandler: OnUnbalanced<Credit<Self::AccountId, Self::Currency>>;
        /// Deposit for each byte of an input while its task is open, planck.
        #[pallet::constant]
        type DepositPerByte: Get<Balance>;
        /// Fee for keeping one byte of an output, or of the record of a task's end, for [`Config::Retention`], planck.
        type OutputFeePerByte: Get<Balance>;
        /// Rent of a waiting task for a block, whatever the queue's length, planck.
        type RentBase: Get<Balance>;
        /// What a full queue adds to the rent of a block, planck.
        type RentPeak: Get<Balance>;
        /// Least price ceiling of a task, planck.
        type MinPrice: Get<Balance>;
        /// Part of each payment that is burned.
        type ProtocolCut: Get<Permill>;
        /// Blocks that any lease takes at least.
        #[pallet::constant]
        type LatencyFloor: Get<u32>;
        /// Blocks after `until` before a lease is slashed.
        #[pallet::constant]
        type GracePeriod: Get<u32>;
        /// Blocks from its posting that a task's deadline may lie ahead.
        #[pallet::constant]
        type MaxDeadline: Get<u32>;
        /// Blocks that the fate of an ended task, and its output, are kept.
        #[pallet::constant]
        type Retention: Get<u32>;
        /// Most bytes of a trace.
        #[pallet::constant]
        type MaxTrace: Get<u32>;
        /// Most weight that verifying one trace may take.
        #[pallet::constant]
        type MaxVerificationWeight: Get<Weight>;
        /// Weight of each block that assigning and cleaning up may use before the transactions.
        #[pallet::constant]
        type ServiceWeight: Get<Weight>;
        /// Priority of submissions in the transaction pool.
        #[pallet::constant]
        type Priority: Get<TransactionPriority>;
        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// The number that the next task gets.
    #[pallet::storage]
    pub type NextTask<T> = StorageValue<_, TaskId, ValueQuery>;

    /// The open tasks.
    #[pallet::storage]
    pub type Tasks<T: Config> = StorageMap<_, Twox64Concat, TaskId, TaskRecordOf<T>>;

    /// The inputs of the open tasks.
    #[pallet::storage]
    pub type Inputs<T: Config> = StorageMap<_, Twox64Concat, TaskId, BoundedVec<u8, MaxInput>>;

    /// The outputs of tasks settled of late.
    #[pallet::storage]
    pub type Outputs<T: Config> = StorageMap<_, Twox64Concat, TaskId, BoundedVec<u8, MaxOutput>>;

    /// What became of the tasks that ended of late.
    #[pallet::storage]
    pub type Fates<T: Config> = StorageMap<_, Twox64Concat, TaskId, TaskFate<T::AccountId>>;

    /// The tasks of each requester, newest first: the open ones and those whose fate is kept.
    #[pallet::storage]
    pub type Requested<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Identity, NewestFirst, ()>;

    /// The tasks that wait for a slot, oldest first.
    #[pallet::storage]
    pub type Queue<T> = StorageValue<_, BoundedVec<QueueEntry, MaxQueue>, ValueQuery>;

    /// The task with which the next search for slots begins; if it waits no more, the next younger one.
    #[pallet::storage]
    pub type QueueCursor<T> = StorageValue<_, TaskId, ValueQuery>;

    /// What a task that waited since the first block would owe by now, planck, and [`FirstIndex`].
    #[pallet::storage]
    pub type RentIndex<T> = StorageValue<_, Balance, ValueQuery, FirstIndex>;

    /// The rent index of the first block: more than any block's rent, so that a task can owe one from its first moment.
    #[pallet::type_value]
    pub fn FirstIndex() -> Balance {
        1 << 64
    }

    /// The open leases by `until`, with what their submissions will take.
    #[pallet::storage]
    pub type Leases<T> = StorageValue<_, BoundedVec<LeaseEntry, MaxLeases>, ValueQuery>;

    /// The ended tasks, oldest first: the block from which fate and output may go, by the position in the queue.
    #[pallet::storage]
    pub type Prunable<T> = StorageMap<_, Twox64Concat, u32, (BlockNumber, TaskId)>;

    /// The positions of [`Prunable`] in use.
    #[pallet::storage]
    pub type PrunableBounds<T> = StorageValue<_, QueueBounds, ValueQuery>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A task was posted and waits for a slot.
        TaskPosted {
            /// The task.
            task: TaskId,
            /// Who pays.
            requester: T::AccountId,
            /// The model to execute.
            model: ModelId,
            /// Samples of the batch.
            samples: u32,
            /// The most that it may cost, planck.
            max_price: Balance,
        },
        /// A slot took a task.
        TaskLeased {
            /// The task.
            task: TaskId,
            /// The miner.
            miner: T::AccountId,
            /// What it costs if it is on time, planck.
            price: Balance,
            /// What was burned of its ceiling for its wait, planck.
            rent: Balance,
            /// From this block on the price falls.
            due: BlockNumber,
            /// After this block and the grace period the lease is slashed.
            until: BlockNumber,
        },
        /// A task was executed, verified and paid.
        TaskSettled {
            /// The task.
            task: TaskId,
            /// Who executed it.
            miner: T::AccountId,
            /// What the miner got, planck.
            paid: Balance,
            /// What was burned, planck.
            burned: Balance,
            /// What went to the fee handler for the verification, planck.
            fee: Balance,
            /// What went to the fee handler for keeping the output and the record of this end, planck.
            retention: Balance,
            /// What the requester got back of its ceiling, planck.
            returned: Balance,
            /// The model's output, as its last node's bytes.
            output: Vec<u8>,
        },
        /// A lease ended without a right trace; the task waits again.
        LeaseFailed {
            /// The task.
            task: TaskId,
            /// The miner that failed it.
            miner: T::AccountId,
            /// Why.
            reason: super::LeaseFailure,
        },
        /// A task was not executed; everything on hold for it was released but the rent and the fee for its record.
        TaskRefunded {
            /// The task.
            task: TaskId,
            /// What was burned of its ceiling for its last wait, planck.
            rent: Balance,
            /// What went to the fee handler for keeping the record of its end, planck.
            retention: Balance,
            /// Why.
            why: super::RefundReason,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// No open task has this number.
        NotFound,
        /// Only the task's requester may do this.
        NotAuthorized,
        /// No model with this hash is registered.
        UnknownModel,
        /// The model was retired.
        RetiredModel,
        /// No slot offers the model, so that nothing could come of waiting.
        NobodyOffers,
        /// The input's length is not a positive multiple of a sample's.
        InputLength,
        /// The input's bytes aren't those that were hashed: a library encoded them in its own way.
        InputHash,
        /// The input is longer than 512 KiB.
        InputTooLong,
        /// The output would be longer than the chain stores.
        OutputTooLong,
        /// The batch takes no work.
        ZeroWork,
        /// The price ceiling is below the least price.
        PriceTooLow,
        /// The deadline is too near for any lease, or too far ahead.
        InvalidDeadline,
        /// The task's submission could not fit one transaction: its trace is too long or its verification
        /// too heavy. Post fewer samples at once.
        SubmissionTooLarge,
        /// Verifying a single sample of the model takes more memory than a verification may.
        VerificationMemory,
        /// The queue is full of tasks that bid as much for a block of it, or the ceiling can't pay the rent of a block for
        /// another's place. Raise the ceiling or shorten the deadline.
        QueueFull,
        /// The task is leased; only a queued task can be cancelled.
        NotQueued,
        /// The task is neither past its deadline nor its lease, and its ceiling still pays its rent.
        NotOverdue,
        /// The lease is not, or not any more, what the submission says.
        NotLeased,
        /// A lease can be declined in its first blocks only.
        TooLateToDecline,
    }

    /// Why this pallet holds funds.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The price ceiling of an open task.
        Price,
        /// The deposit for an open task's input.
        InputDeposit,
        /// The fees of the verification to come, and of keeping its output and the record of its end.
        VerificationFee,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(_: BlockNumberFor<T>) -> Weight {
            let used = Self::service(T::ServiceWeight::get());
            // Who was served pays no rent for this block. The base of the service counts this too.
            Self::accrue_rent();
            used
        }

        fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
            // Nothing after this can take proof back that was reckoned too low: no more than a few services.
            let most = T::ServiceWeight::get().proof_size().saturating_mul(2);
            Self::service(Weight::from_parts(remaining.ref_time(), remaining.proof_size().min(most)))
        }

        fn offchain_worker(_: BlockNumberFor<T>) {
            Self::answer_leases();
        }

        #[cfg(feature = "std")]
        fn integrity_test() {
            Self::check_sizes();
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Posts a task: execute `model` on `input` (whole samples, one byte an element) for at most
        /// `max_price` planck, to be finished by block `deadline`. Holds the ceiling, a deposit for the
        /// input, the fee of the verification and the one for keeping the output and the record of the task's end.
        ///
        /// `input_hash` is the blake2-256 of the input as its owner has it. Some libraries read bytes in a way of their own,
        /// and a task on shifted pixels is paid like any other: with the hash it is refused.
        ///
        /// Each block of waiting costs rent, out of the ceiling; a task that finds a slot at once pays none. It needs
        /// `minPrice` besides the rent to go on waiting. A full queue keeps those with the highest bids, a bid being the
        /// ceiling over the blocks until the deadline; who gives way is refunded, and who takes the place owes a block's
        /// rent at once. `prices` says what is in force.
        ///
        /// # Errors
        /// - [`Error::UnknownModel`]: register the model first.
        /// - [`Error::RetiredModel`]: post to another model.
        /// - [`Error::NobodyOffers`]: post again when a miner offers the model.
        /// - [`Error::PriceTooLow`]: offer at least `minPrice`.
        /// - [`Error::InvalidDeadline`]: name a block more than `LatencyFloor` and at most `MaxDeadline` blocks ahead.
        /// - [`Error::InputTooLong`], [`Error::OutputTooLong`], [`Error::SubmissionTooLarge`]: post fewer samples at
        ///   once.
        /// - [`Error::InputHash`]: encode the input anew, as a hex string for instance; its bytes came out different.
        /// - [`Error::InputLength`]: send whole samples, one at least.
        /// - [`Error::ZeroWork`], [`Error::VerificationMemory`]: no batch of this model can be posted; take another.
        /// - [`Error::QueueFull`]: raise the ceiling or shorten the deadline, or post again later.
        /// - The currency's, if the account can't pay what is held: top it up.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::post(u32::try_from(input.len()).unwrap_or(u32::MAX)))]
        pub fn post(
            origin: OriginFor<T>,
            model: ModelId,
            input: Vec<u8>,
            max_price: Balance,
            deadline: BlockNumber,
            input_hash: Option<H256>,
        ) -> DispatchResult {
            let requester = ensure_signed(origin)?;
            Self::do_post(requester, model, input, max_price, deadline, input_hash)
        }

        /// Takes back a task that waits in the queue and releases everything held for it but the rent of its wait and the
        /// fee for the record of its end.
        ///
        /// # Errors
        /// - [`Error::NotFound`]: the task is settled or refunded already.
        /// - [`Error::NotAuthorized`]: sign as the task's requester.
        /// - [`Error::NotQueued`]: wait until its lease has ended.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::cancel())]
        pub fn cancel(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
            let requester = ensure_signed(origin)?;
            Self::do_cancel(&requester, task)
        }

        /// Does what is overdue for a task now: refund it after its deadline or when its ceiling can't pay its rent, end
        /// its lease after its grace period. Anyone may.
        ///
        /// # Errors
        /// - [`Error::NotFound`]: the task is settled or refunded already.
        /// - [`Error::NotOverdue`]: poke again after its deadline, or after its lease's grace period.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::poke())]
        pub fn poke(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_poke(task)
        }

        /// Submits the trace of a leased task. No fee and no nonce: the mill key's signature over the lease
        /// and `trace_hash`, the trace's blake2-256, authorises it. A right trace is paid; a wrong one is
        /// slashed; one that the chain can't verify refunds the task and slashes nobody.
        ///
        /// # Errors
        /// - [`Error::NotLeased`]: the lease has ended, or never was; drop the trace.
        #[pallet::call_index(3)]
        #[pallet::weight(Pallet::<T>::max_submission_weight())]
        #[pallet::weight_of_authorize(
            T::WeightInfo::authorize_submit(u32::try_from(trace.len()).unwrap_or(u32::MAX))
        )]
        #[pallet::authorize(Self::authorize_submit)]
        pub fn submit(
            origin: OriginFor<T>,
            task: TaskId,
            descriptor: H256,
            trace_hash: H256,
            trace: Vec<u8>,
            signature: MillSignature,
        ) -> DispatchResultWithPostInfo {
            ensure_authorized(origin)?;
            let _ = signature;
            Self::do_submit(task, descriptor, trace_hash, &trace)
        }

        /// Gives a leased task back without a trace, because the miner's node can't execute it; possible in the
        /// first blocks of the lease only, as many as the latency floor. No fee and no nonce: the mill key's
        /// signature over the lease authorises it. It costs the miner the fee of the task's verification, for the room
        /// that the lease kept from others, or what mining the task's work brings, if that is more; burned from its bond.
        /// The offer stays as it is, and the task waits for a slot of another miner.
        ///
        /// # Errors
        /// - [`Error::NotLeased`]: the lease has ended, or never was; there is nothing to decline.
        /// - [`Error::TooLateToDecline`]: submit a trace, or let the lease run out and be slashed.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::decline())]
        #[pallet::weight_of_authorize(T::WeightInfo::authorize_decline())]
        #[pallet::authorize(Self::authorize_decline)]
        pub fn decline(
            origin: OriginFor<T>,
            task: TaskId,
            descriptor: H256,
            signature: MillSignature,
        ) -> DispatchResult {
            ensure_authorized(origin)?;
            let _ = signature;
            Self::do_decline(task, descriptor)
        }

        /// Ends an open task whatever its state, queued or leased. Only root may. For a task that nothing else ends.
        ///
        /// It does to funds what `cancel` does: the rent that the task owes for its wait is burned, the fee for the record of
        /// its end is paid, and everything else that is on hold for it goes back to its requester. A lease ends with it: its
        /// part of the slot is free, nobody is slashed and no work counts. Root can't name another beneficiary, pay the miner, keep the
        /// fees, or end what is settled.
        ///
        /// # Errors
        /// - [`Error::NotFound`]: the task is settled or refunded already.
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::force_refund())]
        pub fn force_refund(origin: OriginFor<T>, task: TaskId) -> DispatchResult {
            ensure_root(origin)?;
            Self::do_force_refund(task)
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// A task: what it is, where it stands and what happens to it next; or how it ended, with its output.
        pub fn task(task: TaskId) -> Option<TaskView<T::AccountId>> {
            Self::view_task(task)
        }

        /// The tasks of an account, newest first, those older than `before`; 100 at most, and without outputs.
        pub fn tasks_of(
            requester: T::AccountId,
            before: Option<TaskId>,
            count: u32,
        ) -> Vec<TaskView<T::AccountId>> {
            Self::view_tasks_of(&requester, before, count)
        }

        /// The open leases of a miner.
        pub fn leases(miner: T::AccountId) -> Vec<OpenLease<T::AccountId>> {
            Self::leases_of(core::slice::from_ref(&miner))
        }

        /// How a task ended.
        pub fn fate(task: TaskId) -> Option<TaskFate<T::AccountId>> {
            Self::fate_of(task)
        }

        /// What a batch of so many samples would cost now, and who would take it; or why it can't be posted.
        pub fn quote(
            model: ModelId,
            samples: u32,
            deadline: BlockNumber,
        ) -> Result<Quote<T::AccountId>, Unpostable> {
            Self::view_quote(model, samples, deadline)
        }

        /// The prices in force, which governance may change.
        pub fn prices() -> Prices {
            Self::view_prices()
        }

        /// The queue and the leases as a whole.
        pub fn market() -> MarketView {
            Self::view_market()
        }
    }
}
