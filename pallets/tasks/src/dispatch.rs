use alloc::vec::Vec;

use frame_support::{
    ensure,
    pallet_prelude::{DispatchResult, Weight},
    traits::{fungible::MutateHold, tokens::Precision, Get},
    BoundedVec,
};
use millrace_primitives::{
    lease_descriptor, Balance, BlockNumber, Mac, ModelId, ModelRegistry, OpenLease, TaskId, VerifySubmission,
};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::{traits::Convert, SaturatedConversion};

use crate::{
    Config, Error, Event, HoldReason, Inputs, Lease, Leases, MaxInput, MaxOutput, NextTask, Pallet, Queue,
    TaskRecord, TaskRecordOf, TaskState, Tasks, WeightInfo,
};

/// Bytes of a submission besides its trace: call, signature, extensions, with room to spare.
const SUBMISSION_OVERHEAD: u32 = 512;

/// Bytes of memory that a relay chain's validator gives the validation of a block: 2,080 pages, unless the relay chain sets
/// another limit.
#[cfg(feature = "std")]
const VALIDATOR_MEMORY: u64 = 2_080 * 64 * 1024;
/// Bytes of the runtime's stack and data.
#[cfg(feature = "std")]
const STATIC_MEMORY: u64 = 3 * 1024 * 1024;

impl<T: Config> Pallet<T> {
    pub(crate) fn now() -> BlockNumber {
        frame_system::Pallet::<T>::block_number().saturated_into()
    }

    /// Weight that a submission is admitted with; what it doesn't use is refunded.
    pub(crate) fn max_submission_weight() -> Weight {
        T::MaxVerificationWeight::get().saturating_add(Self::submission_base(<MaxOutput as Get<u32>>::get()))
    }

    /// Weight of a submission besides the verification, whichever way it ends.
    fn submission_base(output_bytes: u32) -> Weight {
        T::WeightInfo::submit_right(output_bytes).max(T::WeightInfo::submit_wrong())
    }

    /// The largest submission must fit one extrinsic of a block, in length, time and proof.
    #[cfg(feature = "std")]
    pub(crate) fn check_sizes() {
        let weights = T::BlockWeights::get();
        let class = weights.get(frame_support::dispatch::DispatchClass::Normal);
        let length = T::MaxTrace::get().saturating_add(SUBMISSION_OVERHEAD);
        assert!(
            length <= *T::BlockLength::get().max.get(frame_support::dispatch::DispatchClass::Normal),
            "the longest trace doesn't fit a block"
        );
        let total = Self::max_submission_weight()
            .saturating_add(T::WeightInfo::authorize_submit(T::MaxTrace::get()))
            .saturating_add(class.base_extrinsic)
            .saturating_add(Weight::from_parts(0, length.into()));
        let max = class.max_extrinsic.unwrap_or(weights.max_block);
        assert!(total.all_lte(max), "the heaviest submission {total:?} doesn't fit an extrinsic {max:?}");
        Self::check_memory(weights.max_block.proof_size());
    }

    /// The worst block must fit the memory that a relay chain's validator gives its validation, which executes all of it in
    /// one instance. Every allocation takes the next power of two, so up to twice its length.
    #[cfg(feature = "std")]
    fn check_memory(proof: u64) {
        // The block and its proof as they come, decoded, and as a database of trie nodes.
        let block = proof.next_power_of_two().saturating_add(proof.saturating_mul(4));
        // An input as bytes and decoded, and a trace decoded from its transaction.
        let input = u64::from(<MaxInput as Get<u32>>::get()).saturating_mul(4);
        let trace = u64::from(T::MaxTrace::get()).saturating_mul(2);
        let total =
            [block, input, trace, T::Verifier::memory()].into_iter().fold(STATIC_MEMORY, u64::saturating_add);
        assert!(total <= VALIDATOR_MEMORY, "the worst block takes {total} bytes of {VALIDATOR_MEMORY}");
    }

    pub(crate) fn do_post(
        requester: T::AccountId,
        model: ModelId,
        input: Vec<u8>,
        max_price: Balance,
        deadline: BlockNumber,
    ) -> DispatchResult {
        let profile = T::Models::profile(model).ok_or(Error::<T>::UnknownModel)?;
        ensure!(T::Models::is_open(model), Error::<T>::RetiredModel);
        ensure!(max_price >= T::MinPrice::get(), Error::<T>::PriceTooLow);
        let now = Self::now();
        ensure!(
            deadline > now && deadline <= now.saturating_add(T::MaxDeadline::get()),
            Error::<T>::InvalidDeadline
        );
        let posting_length = u32::try_from(input.len()).unwrap_or(u32::MAX);
        let input: BoundedVec<u8, MaxInput> = input.try_into().map_err(|_| Error::<T>::InputTooLong)?;
        let samples = profile.samples(input.len()).map_err(|_| Error::<T>::InputLength)?;
        let work = Mac::from(profile.work(samples));
        ensure!(work > 0, Error::<T>::ZeroWork);
        ensure!(
            profile.output_bytes(samples) <= <MaxOutput as Get<u32>>::get().into(),
            Error::<T>::OutputTooLong
        );
        ensure!(profile.fits_memory(), Error::<T>::VerificationMemory);
        let verification = T::Verifier::weight(&profile.cost(samples));
        let trace_bytes = u32::try_from(profile.max_trace_bytes(samples))
            .ok()
            .filter(|bytes| *bytes <= T::MaxTrace::get())
            .filter(|_| verification.all_lte(T::MaxVerificationWeight::get()))
            .ok_or(Error::<T>::SubmissionTooLarge)?;

        let output_bytes = u32::try_from(profile.output_bytes(samples)).unwrap_or(u32::MAX);
        let submission = verification
            .saturating_add(Self::submission_base(output_bytes))
            .saturating_add(T::WeightInfo::authorize_submit(trace_bytes));
        let fee = T::WeightToFee::convert(submission)
            .saturating_add(T::LengthToFee::convert(trace_bytes.saturating_add(SUBMISSION_OVERHEAD)));
        let posting_cost = T::WeightToFee::convert(T::WeightInfo::post(posting_length))
            .saturating_add(T::LengthToFee::convert(posting_length));
        let record = TaskRecord {
            requester: requester.clone(),
            model,
            input_hash: H256(blake2_256(&input)),
            samples,
            work,
            trace_bytes,
            submission_time: submission.ref_time(),
            submission_proof: submission.proof_size().saturating_add(trace_bytes.into()),
            max_price,
            deposit: T::DepositPerByte::get().saturating_mul(posting_length.into()),
            fee,
            posting_cost,
            deadline,
            state: TaskState::Queued,
            failed: BoundedVec::new(),
            declined: BoundedVec::new(),
        };
        for (reason, amount) in Self::holds(&record) {
            T::Currency::hold(&reason.into(), &requester, amount)?;
        }
        T::Models::acquire(model)?;
        let task = NextTask::<T>::mutate(|next| {
            let task = *next;
            *next = next.saturating_add(1);
            task
        });
        Queue::<T>::try_append(task).map_err(|()| Error::<T>::QueueFull)?;
        Inputs::<T>::insert(task, input);
        Tasks::<T>::insert(task, record);
        Self::deposit_event(Event::TaskPosted { task, requester, model, samples, max_price });
        Ok(())
    }

    /// What is on hold for an open task.
    pub(crate) fn holds(record: &TaskRecordOf<T>) -> [(HoldReason, Balance); 3] {
        [
            (HoldReason::Price, record.max_price),
            (HoldReason::InputDeposit, record.deposit),
            (HoldReason::VerificationFee, record.fee),
        ]
    }

    pub(crate) fn do_cancel(requester: &T::AccountId, task: TaskId) -> DispatchResult {
        let record = Tasks::<T>::get(task).ok_or(Error::<T>::NotFound)?;
        ensure!(record.requester == *requester, Error::<T>::NotAuthorized);
        ensure!(record.state == TaskState::Queued, Error::<T>::NotQueued);
        Self::refund(task, record);
        Ok(())
    }

    pub(crate) fn do_poke(task: TaskId) -> DispatchResult {
        let record = Tasks::<T>::get(task).ok_or(Error::<T>::NotFound)?;
        match &record.state {
            TaskState::Queued if record.deadline < Self::now() => Self::refund(task, record),
            TaskState::Leased(lease) if Self::is_expired(lease.until) => {
                let lease = lease.clone();
                Self::fail_lease(task, record, lease, crate::LeaseFailure::Expired);
            }
            _ => return Err(Error::<T>::NotOverdue.into()),
        }
        Ok(())
    }

    /// The last block in which a lease can be declined: what a node knows when it sees the task, it knows by then.
    pub(crate) fn declinable_until(lease: &Lease<T::AccountId>) -> BlockNumber {
        lease.since.saturating_add(T::LatencyFloor::get())
    }

    pub(crate) fn is_expired(until: BlockNumber) -> bool {
        until.saturating_add(T::GracePeriod::get()) < Self::now()
    }

    /// Releases everything held for a queued task and forgets it.
    pub(crate) fn refund(task: TaskId, record: TaskRecordOf<T>) {
        Queue::<T>::mutate(|queue| queue.retain(|queued| *queued != task));
        for (reason, amount) in Self::holds(&record) {
            let released =
                T::Currency::release(&reason.into(), &record.requester, amount, Precision::BestEffort);
            frame_support::defensive_assert!(released.is_ok(), "an account with a hold exists");
        }
        Self::forget(task, &record);
        Self::deposit_event(Event::TaskRefunded { task });
    }

    /// Removes a task's record and input.
    pub(crate) fn forget(task: TaskId, record: &TaskRecordOf<T>) {
        T::Models::release(record.model);
        Inputs::<T>::remove(task);
        Tasks::<T>::remove(task);
    }

    /// Name of a lease.
    pub fn descriptor(task: TaskId, record: &TaskRecordOf<T>, lease: &Lease<T::AccountId>) -> H256 {
        lease_descriptor(task, &lease.miner, record.model, record.input_hash, lease.since)
    }

    /// The open leases of a miner, for its node.
    pub fn leases_of(miners: &[T::AccountId]) -> Vec<OpenLease<T::AccountId>> {
        Leases::<T>::get()
            .iter()
            .filter_map(|entry| {
                let record = Tasks::<T>::get(entry.task)?;
                let TaskState::Leased(lease) = &record.state else { return None };
                miners.contains(&lease.miner).then(|| OpenLease {
                    task: entry.task,
                    miner: lease.miner.clone(),
                    descriptor: Self::descriptor(entry.task, &record, lease),
                    model: record.model,
                    samples: record.samples,
                    due: lease.due,
                    until: lease.until,
                    declinable_until: Self::declinable_until(lease),
                })
            })
            .collect()
    }
}
