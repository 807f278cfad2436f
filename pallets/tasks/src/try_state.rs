//! The pallet's properties, checked against all of its storage.

use alloc::{collections::BTreeMap, vec::Vec};

use frame_support::{ensure, traits::fungible::InspectHold};
use millrace_primitives::{Balance, TaskEnd, TaskId};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::TryRuntimeError;

use crate::{
    Config, Fates, HoldReason, Inputs, Leases, Outputs, Pallet, Prunable, PrunableBounds, Queue, QueueEntry,
    Requested, TaskState, Tasks,
};

impl<T: Config> Pallet<T> {
    /// Recomputes the properties of the pallet's documentation.
    ///
    /// # Errors
    /// The property that doesn't hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let mut sums = BTreeMap::<T::AccountId, [Balance; 3]>::new();
        let (mut queued, mut leased) = (Vec::<QueueEntry>::new(), Vec::<TaskId>::new());
        for (task, record) in Tasks::<T>::iter() {
            let input = Inputs::<T>::get(task).ok_or("an open task has no input")?;
            ensure!(H256(blake2_256(&input)) == record.input_hash, "an input was changed");
            ensure!(!Outputs::<T>::contains_key(task), "an open task has an output");
            ensure!(!Fates::<T>::contains_key(task), "an open task has a fate");
            ensure!(Self::is_listed(&record.requester, task), "a requester's list lacks an open task");
            let held = sums.entry(record.requester.clone()).or_default();
            for (sum, (_, amount)) in held.iter_mut().zip(Self::holds(&record)) {
                *sum = sum.saturating_add(amount);
            }
            match record.state {
                TaskState::Queued => {
                    ensure!(record.rent_from <= Self::rent_index(), "a task waits since a later rent index");
                    queued.push(QueueEntry { task, bid: record.bid });
                }
                TaskState::Leased(_) => leased.push(task),
            }
        }
        let reasons = [HoldReason::Price, HoldReason::InputDeposit, HoldReason::VerificationFee];
        for (requester, held) in sums {
            for (reason, sum) in reasons.into_iter().zip(held) {
                ensure!(
                    T::Currency::balance_on_hold(&reason.into(), &requester) == sum,
                    "a requester's hold differs from its open tasks"
                );
            }
        }
        ensure!(Inputs::<T>::iter_keys().count() == Tasks::<T>::iter_keys().count(), "an input has no task");
        queued.sort_unstable_by_key(|entry| entry.task);
        ensure!(Queue::<T>::get().into_inner() == queued, "the queue differs from the queued tasks");
        let leases = Leases::<T>::get();
        ensure!(leases.is_sorted_by_key(|entry| entry.until), "the leases are out of order");
        let mut entries: Vec<TaskId> = leases.iter().map(|entry| entry.task).collect();
        entries.sort_unstable();
        leased.sort_unstable();
        ensure!(entries == leased, "the open leases differ from the leased tasks");
        Self::try_fates()
    }

    /// The queue of ended tasks holds each kept fate once, and nothing else; only settled tasks have outputs.
    fn try_fates() -> Result<(), TryRuntimeError> {
        let bounds = PrunableBounds::<T>::get();
        let mut kept = Vec::new();
        for place in 0..bounds.len() {
            let position = bounds.first.wrapping_add(place);
            kept.push(Prunable::<T>::get(position).ok_or("the queue of ended tasks has a gap")?);
        }
        ensure!(Prunable::<T>::iter().count() == kept.len(), "a fate is outside its queue's bounds");
        ensure!(Fates::<T>::iter_keys().count() == kept.len(), "the queue differs from the kept fates");
        for (_, task) in &kept {
            let fate = Fates::<T>::get(task).ok_or("a kept fate is missing")?;
            ensure!(Self::is_listed(&fate.requester, *task), "a requester's list lacks an ended task");
            let settled = matches!(fate.end, TaskEnd::Settled { .. });
            ensure!(Outputs::<T>::contains_key(task) == settled, "an output isn't that of a settled task");
        }
        let settled = Outputs::<T>::iter_keys().filter(|task| Fates::<T>::contains_key(task)).count();
        ensure!(Outputs::<T>::iter_keys().count() == settled, "an output has no fate");
        let all = kept.len().saturating_add(Tasks::<T>::iter_keys().count());
        ensure!(Requested::<T>::iter_keys().count() == all, "a requester's list names a forgotten task");
        Ok(())
    }
}
