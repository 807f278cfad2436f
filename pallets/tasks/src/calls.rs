//! What the calls do once their origin is known: post, cancel, poke, submit, decline, and root's refund.

use alloc::vec::Vec;

use frame_support::{
    ensure,
    pallet_prelude::{DispatchResult, DispatchResultWithPostInfo, Weight},
    traits::Get,
    BoundedVec,
};
use millrace_primitives::{
    genesis_hash, lease_seed, Balance, BlockNumber, Mac, ModelId, ModelInfo, ModelRegistry, SlotMarket,
    TaskId, Verdict, Verifier, WorkClaim,
};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::{DispatchError, SaturatedConversion};

use crate::{
    pricing::bid, Config, Error, Event, Inputs, Lease, LeaseFailure, MaxInput, MaxOutput, NextTask, Pallet,
    RefundReason, TaskRecord, TaskRecordOf, TaskState, Tasks, WeightInfo,
};

/// What the submission for a task will be like.
pub(crate) struct Submission {
    pub weight: Weight,
    /// The most that its trace can have.
    pub trace_bytes: u32,
    /// What its output has.
    pub output_bytes: u32,
}

impl Submission {
    /// Proof size of the submission, its own length included.
    pub fn proof(&self) -> u64 {
        self.weight.proof_size().saturating_add(self.trace_bytes.into())
    }
}

impl<T: Config> Pallet<T> {
    pub(crate) fn now() -> BlockNumber {
        frame_system::Pallet::<T>::block_number().saturated_into()
    }

    pub(crate) fn do_post(
        requester: T::AccountId,
        model: ModelId,
        input: Vec<u8>,
        max_price: Balance,
        deadline: BlockNumber,
        wanted_hash: Option<H256>,
    ) -> DispatchResult {
        let info = T::Models::find(model).ok_or(Error::<T>::UnknownModel)?;
        ensure!(info.open, Error::<T>::RetiredModel);
        ensure!(max_price >= T::MinPrice::get(), Error::<T>::PriceTooLow);
        let blocks = deadline.saturating_sub(Self::now());
        // No lease takes less than the latency floor and a block.
        ensure!(
            blocks > T::LatencyFloor::get() && blocks <= T::MaxDeadline::get(),
            Error::<T>::InvalidDeadline
        );
        let posting_length = u32::try_from(input.len()).unwrap_or(u32::MAX);
        let input: BoundedVec<u8, MaxInput> = input.try_into().map_err(|_| Error::<T>::InputTooLong)?;
        let input_hash = H256(blake2_256(&input));
        // Before the length, which bytes that were shifted may get wrong too.
        ensure!(wanted_hash.is_none_or(|wanted| wanted == input_hash), Error::<T>::InputHash);
        let samples = info.profile.samples(input.len()).map_err(|_| Error::<T>::InputLength)?;
        let work = Mac::from(info.profile.work(samples));
        ensure!(work > 0, Error::<T>::ZeroWork);
        let submission = Self::submission_of(&info, samples)?;
        let (submission_proof, Submission { weight, trace_bytes, output_bytes }) =
            (submission.proof(), submission);
        ensure!(T::Miners::is_offered(model), Error::<T>::NobodyOffers);
        let mut record = TaskRecord {
            requester: requester.clone(),
            model,
            input_hash,
            samples,
            work,
            trace_bytes,
            submission_time: weight.ref_time(),
            submission_proof,
            max_price,
            bid: bid(max_price, blocks),
            rent_from: Self::rent_index(),
            deposit: Self::input_deposit(posting_length),
            fee: Self::verification_fee(weight, trace_bytes),
            retention_fee: Self::retention_fee(output_bytes),
            record_fee: Self::record_fee(),
            rent: 0,
            posting_cost: Self::posting_cost(posting_length, wanted_hash),
            compensation: 0,
            deadline,
            state: TaskState::Queued,
            failed: BoundedVec::new(),
            declined: BoundedVec::new(),
        };
        Self::hold(&record)?;
        T::Models::acquire(model)?;
        let task = NextTask::<T>::mutate(|next| {
            let task = *next;
            *next = next.saturating_add(1);
            task
        });
        Self::enqueue(task, &mut record)?;
        Inputs::<T>::insert(task, input);
        Self::list(&requester, task);
        Tasks::<T>::insert(task, record);
        Self::deposit_event(Event::TaskPosted { task, requester, model, samples, max_price });
        Ok(())
    }

    /// What a batch's submission will be like, if the chain can take it.
    pub(crate) fn submission_of(model: &ModelInfo, samples: u32) -> Result<Submission, DispatchError> {
        let profile = &model.profile;
        let output_bytes = u32::try_from(profile.output_bytes(samples))
            .ok()
            .filter(|bytes| *bytes <= <MaxOutput as Get<u32>>::get())
            .ok_or(Error::<T>::OutputTooLong)?;
        ensure!(profile.fits_memory(), Error::<T>::VerificationMemory);
        let verification = T::Verifier::weight(&profile.cost(samples));
        let trace_bytes = u32::try_from(profile.max_trace_bytes(samples))
            .ok()
            .filter(|bytes| *bytes <= T::MaxTrace::get())
            .filter(|_| verification.all_lte(T::MaxVerificationWeight::get()))
            .ok_or(Error::<T>::SubmissionTooLarge)?;
        let weight = verification
            .saturating_add(Self::submission_base(output_bytes))
            .saturating_add(T::WeightInfo::authorize_submit(trace_bytes));
        Ok(Submission { weight, trace_bytes, output_bytes })
    }

    pub(crate) fn do_cancel(requester: &T::AccountId, task: TaskId) -> DispatchResult {
        let record = Tasks::<T>::get(task).ok_or(Error::<T>::NotFound)?;
        ensure!(record.requester == *requester, Error::<T>::NotAuthorized);
        ensure!(record.state == TaskState::Queued, Error::<T>::NotQueued);
        Self::refund(task, record, RefundReason::Cancelled);
        Ok(())
    }

    pub(crate) fn do_poke(task: TaskId) -> DispatchResult {
        let record = Tasks::<T>::get(task).ok_or(Error::<T>::NotFound)?;
        match &record.state {
            TaskState::Queued => {
                let why = Self::overdue(&record).ok_or(Error::<T>::NotOverdue)?;
                Self::refund(task, record, why);
            }
            TaskState::Leased(lease) if Self::is_expired(lease.until) => {
                let lease = lease.clone();
                Self::fail_lease(task, record, lease, LeaseFailure::Expired);
            }
            _ => return Err(Error::<T>::NotOverdue.into()),
        }
        Ok(())
    }

    pub(crate) fn do_submit(
        task: TaskId,
        descriptor: H256,
        trace_hash: H256,
        trace: &[u8],
    ) -> DispatchResultWithPostInfo {
        let (record, lease) = Self::leased(task, descriptor).ok_or(Error::<T>::NotLeased)?;
        let verification = T::Models::find(record.model)
            .map(|model| T::Verifier::weight(&model.profile.cost(record.samples)))
            .unwrap_or_default();
        let base = match Self::verdict(task, &record, &lease, descriptor, trace_hash, trace) {
            Verdict::Proven { output } => {
                let bytes = u32::try_from(output.len()).unwrap_or(u32::MAX);
                Self::settle(task, record, lease, output);
                T::WeightInfo::submit_right(bytes)
            }
            Verdict::Forged { why } => {
                log::debug!(target: "millrace::tasks", "task {task}: {why}");
                Self::fail_lease(task, record, lease, LeaseFailure::WrongTrace);
                T::WeightInfo::submit_wrong()
            }
            Verdict::Unavailable => {
                Self::end_without_fault(task, lease, LeaseFailure::Unverifiable);
                Self::refund(task, record, RefundReason::Unverifiable);
                T::WeightInfo::submit_wrong()
            }
        };
        Ok(Some(verification.saturating_add(base)).into())
    }

    /// What the trace proves about the task's input.
    fn verdict(
        task: TaskId,
        record: &TaskRecordOf<T>,
        lease: &Lease<T::AccountId>,
        descriptor: H256,
        trace_hash: H256,
        trace: &[u8],
    ) -> Verdict<Vec<u8>> {
        let Some(input) = Inputs::<T>::get(task) else { return Verdict::Unavailable };
        let seed = lease_seed(
            genesis_hash::<T>(),
            descriptor,
            &lease.miner,
            record.model,
            record.input_hash,
            record.samples,
            trace_hash,
        );
        T::Verifier::verify(&WorkClaim { model: record.model, input: &input, trace, seed })
    }

    pub(crate) fn do_decline(task: TaskId, descriptor: H256) -> DispatchResult {
        let (record, lease) = Self::leased(task, descriptor).ok_or(Error::<T>::NotLeased)?;
        ensure!(Self::now() <= Self::declinable_until(&lease), Error::<T>::TooLateToDecline);
        Self::give_back(task, record, lease);
        Ok(())
    }

    /// Ends a task where it stands, at nobody's expense but the rent that it owes and the fee for its record.
    pub(crate) fn do_force_refund(task: TaskId) -> DispatchResult {
        let record = Tasks::<T>::get(task).ok_or(Error::<T>::NotFound)?;
        if let TaskState::Leased(lease) = record.state.clone() {
            Self::end_without_fault(task, lease, LeaseFailure::Forced);
        }
        Self::refund(task, record, RefundReason::Forced);
        Ok(())
    }

    /// Removes a task's record and input.
    pub(crate) fn forget(task: TaskId, record: &TaskRecordOf<T>) {
        T::Models::release(record.model);
        Inputs::<T>::remove(task);
        Tasks::<T>::remove(task);
    }
}
