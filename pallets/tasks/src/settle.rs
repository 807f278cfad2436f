//! How leases end: a submission that is paid, a failure that is slashed, or a miner that declines.

use alloc::vec::Vec;

use frame_support::{
    ensure,
    pallet_prelude::{
        DispatchResult, DispatchResultWithPostInfo, InvalidTransaction, TransactionSource,
        TransactionValidityWithRefund, ValidTransaction, Weight,
    },
    traits::{
        fungible::{BalancedHold, MutateHold},
        tokens::{Fortitude, Precision, Restriction},
        Get, Imbalance, OnUnbalanced,
    },
};
use millrace_primitives::{
    decline_message, genesis_hash, mill::MillSignature, submission_message, Balance, BlockNumber,
    CapacityMarket, MillKeys, ModelRegistry, TaskId, Verdict, VerifySubmission,
};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::RuntimeAppPublic;

use crate::{
    lease::price_at, Config, Error, Event, HoldReason, Inputs, Lease, LeaseFailure, Leases, Outputs, Pallet,
    Prunable, PrunableBounds, Queue, TaskRecordOf, TaskState, Tasks, WeightInfo,
};

impl<T: Config> Pallet<T> {
    /// The open lease of a descriptor.
    fn leased(task: TaskId, descriptor: H256) -> Option<(TaskRecordOf<T>, Lease<T::AccountId>)> {
        let record = Tasks::<T>::get(task)?;
        let TaskState::Leased(lease) = record.state.clone() else { return None };
        (Self::descriptor(task, &record, &lease) == descriptor).then_some((record, lease))
    }

    /// The signature is checked before the trace is hashed: a stranger's bytes cost no more than that.
    #[allow(clippy::ptr_arg, reason = "the macro passes the call's arguments by reference as they are")]
    pub(crate) fn authorize_submit(
        _source: TransactionSource,
        task: &TaskId,
        descriptor: &H256,
        trace_hash: &H256,
        trace: &Vec<u8>,
        signature: &MillSignature,
    ) -> TransactionValidityWithRefund {
        let (record, lease) = Self::leased(*task, *descriptor).ok_or(InvalidTransaction::Stale)?;
        // Whoever signs a trace of a wrong length is slashed; more bytes than any trace has are only refused.
        if trace.len() > usize::try_from(record.trace_bytes).unwrap_or(usize::MAX).saturating_add(4) {
            return Err(InvalidTransaction::ExhaustsResources.into());
        }
        let message = submission_message(genesis_hash::<T>(), *descriptor, trace_hash.0);
        let last = lease.until.saturating_add(T::GracePeriod::get());
        let valid = Self::answer(&lease, descriptor, &message, signature, last)?;
        if blake2_256(trace) != trace_hash.0 {
            return Err(InvalidTransaction::BadProof.into());
        }
        Ok(valid)
    }

    pub(crate) fn authorize_decline(
        _source: TransactionSource,
        task: &TaskId,
        descriptor: &H256,
        signature: &MillSignature,
    ) -> TransactionValidityWithRefund {
        let (_, lease) = Self::leased(*task, *descriptor).ok_or(InvalidTransaction::Stale)?;
        let last = Self::declinable_until(&lease);
        if last < Self::now() {
            return Err(InvalidTransaction::Stale.into());
        }
        Self::answer(&lease, descriptor, &decline_message(genesis_hash::<T>(), *descriptor), signature, last)
    }

    /// The validity, until block `last`, of what a mill key says about its lease; the pool keeps one such transaction for
    /// each lease.
    fn answer(
        lease: &Lease<T::AccountId>,
        descriptor: &H256,
        message: &[u8],
        signature: &MillSignature,
        last: BlockNumber,
    ) -> TransactionValidityWithRefund {
        let key = T::Miners::mill_key(&lease.miner).ok_or(InvalidTransaction::BadSigner)?;
        if !key.verify(&message, signature) {
            return Err(InvalidTransaction::BadProof.into());
        }
        ValidTransaction::with_tag_prefix("millrace/submit")
            .priority(T::Priority::get())
            .and_provides(descriptor)
            .longevity(last.saturating_sub(Self::now()).max(1).into())
            .propagate(true)
            .build()
            .map(|validity| (validity, Weight::zero()))
    }

    pub(crate) fn do_submit(
        task: TaskId,
        descriptor: H256,
        trace_hash: H256,
        trace: &[u8],
    ) -> DispatchResultWithPostInfo {
        let (record, lease) = Self::leased(task, descriptor).ok_or(Error::<T>::NotLeased)?;
        let verification = T::Models::profile(record.model)
            .map(|profile| T::Verifier::weight(&profile.cost(record.samples)))
            .unwrap_or_default();
        let verdict = Inputs::<T>::get(task).map_or(Verdict::Unavailable, |input| {
            T::Verifier::verify(descriptor, &lease.miner, record.model, &input, trace, trace_hash)
        });
        let base = match verdict {
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
                Self::end_unverifiable(task, record, lease);
                T::WeightInfo::submit_wrong()
            }
        };
        Ok(Some(verification.saturating_add(base)).into())
    }

    /// Gives a task back that the chain can't verify: neither side is at fault.
    fn end_unverifiable(task: TaskId, record: TaskRecordOf<T>, lease: Lease<T::AccountId>) {
        Self::drop_lease(task);
        T::Miners::free(&lease.miner, lease.slot);
        let reason = LeaseFailure::Unverifiable;
        Self::deposit_event(Event::LeaseFailed { task, miner: lease.miner, reason });
        Self::refund(task, record);
    }

    /// Gives the task back to the queue, for another miner. It doesn't count as a failure, so that miners can't refund a task
    /// between them for nothing.
    pub(crate) fn do_decline(task: TaskId, descriptor: H256) -> DispatchResult {
        let (mut record, lease) = Self::leased(task, descriptor).ok_or(Error::<T>::NotLeased)?;
        ensure!(Self::now() <= Self::declinable_until(&lease), Error::<T>::TooLateToDecline);
        Self::drop_lease(task);
        T::Miners::free(&lease.miner, lease.slot);
        if record.declined.is_full() {
            // Who declined longest ago may get it once more, and decline again.
            record.declined.remove(0);
        }
        // There is room now.
        let _ = record.declined.try_push(lease.miner.clone());
        Self::deposit_event(Event::LeaseFailed { task, miner: lease.miner, reason: LeaseFailure::Declined });
        Self::queue_again(task, record);
        Ok(())
    }

    fn settle(task: TaskId, record: TaskRecordOf<T>, lease: Lease<T::AccountId>, output: Vec<u8>) {
        let requester = &record.requester;
        let price = price_at(lease.price, Self::now(), lease.due, lease.until).min(record.max_price);
        let cut = T::ProtocolCut::get().mul_ceil(price).min(price);
        let reason = HoldReason::Price.into();
        let paid = T::Currency::transfer_on_hold(
            &reason,
            requester,
            &lease.miner,
            price.saturating_sub(cut),
            Precision::BestEffort,
            Restriction::Free,
            Fortitude::Force,
        )
        .unwrap_or_default();
        // A miner whose account is gone can't be paid; its pay is burned with the cut.
        let burned = T::Currency::burn_held(
            &reason,
            requester,
            price.saturating_sub(paid),
            Precision::BestEffort,
            Fortitude::Force,
        )
        .unwrap_or_default();
        let returned = record.max_price.saturating_sub(price);
        Self::release(HoldReason::Price, &record, returned);
        Self::release(HoldReason::InputDeposit, &record, record.deposit);
        let (credit, _) = T::Currency::slash(&HoldReason::VerificationFee.into(), requester, record.fee);
        let fee = credit.peek();
        T::FeeHandler::on_unbalanced(credit);

        Self::drop_lease(task);
        T::Miners::free(&lease.miner, lease.slot);
        Self::forget(task, &record);
        Self::keep_output(task, output.clone());
        Self::deposit_event(Event::TaskSettled {
            task,
            miner: lease.miner,
            paid,
            burned,
            fee,
            returned,
            output,
        });
    }

    fn release(reason: HoldReason, record: &TaskRecordOf<T>, amount: Balance) {
        let released = T::Currency::release(&reason.into(), &record.requester, amount, Precision::BestEffort);
        frame_support::defensive_assert!(released.is_ok(), "an account with a hold exists");
    }

    fn keep_output(task: TaskId, output: Vec<u8>) {
        // Posting refused tasks with longer outputs.
        let Ok(output) = frame_support::BoundedVec::try_from(output) else { return };
        Outputs::<T>::insert(task, output);
        PrunableBounds::<T>::mutate(|(_, end)| {
            let block = Self::now().saturating_add(T::Retention::get());
            Prunable::<T>::insert(*end, (block, task));
            *end = end.saturating_add(1);
        });
    }

    pub(crate) fn drop_lease(task: TaskId) {
        Leases::<T>::mutate(|leases| leases.retain(|entry| entry.task != task));
    }

    /// Slashes the lessee and puts the task back to its place in the queue; one that too many miners failed, or whose
    /// deadline is past, is refunded.
    pub(crate) fn fail_lease(
        task: TaskId,
        mut record: TaskRecordOf<T>,
        lease: Lease<T::AccountId>,
        reason: LeaseFailure,
    ) {
        Self::drop_lease(task);
        // Its posting cost is made good once, however many miners fail it.
        let compensation = core::mem::take(&mut record.posting_cost);
        T::Miners::slash(&lease.miner, lease.slot, lease.slash, &record.requester, compensation);
        T::Miners::free(&lease.miner, lease.slot);
        if reason == LeaseFailure::Expired {
            T::Miners::suspend(&lease.miner);
        }
        Self::deposit_event(Event::LeaseFailed { task, miner: lease.miner.clone(), reason });
        let in_time = Self::now() <= record.deadline;
        if record.failed.try_push(lease.miner).is_ok() && in_time {
            Self::queue_again(task, record);
        } else {
            Self::refund(task, record);
        }
    }

    /// Puts a task back to its place in the queue; one for which there is no place is refunded.
    fn queue_again(task: TaskId, mut record: TaskRecordOf<T>) {
        record.state = TaskState::Queued;
        let mut queue = Queue::<T>::get();
        let at = queue.partition_point(|other| *other < task);
        if queue.try_insert(at, task).is_ok() {
            Queue::<T>::put(queue);
            Tasks::<T>::insert(task, record);
        } else {
            Self::refund(task, record);
        }
    }
}
