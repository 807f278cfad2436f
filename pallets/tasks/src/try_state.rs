//! The pallet's properties, checked against all of its storage.

use alloc::{collections::BTreeMap, vec::Vec};

use frame_support::{ensure, traits::fungible::InspectHold};
use millrace_primitives::{Balance, TaskId};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::TryRuntimeError;

use crate::{
    Config, HoldReason, Inputs, Leases, Outputs, Pallet, Prunable, PrunableBounds, Queue, QueueEntry,
    TaskState, Tasks,
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
        Self::try_outputs()
    }

    /// The queue of outputs holds each kept output once, and nothing else.
    fn try_outputs() -> Result<(), TryRuntimeError> {
        let bounds = PrunableBounds::<T>::get();
        let mut kept = Vec::new();
        for place in 0..bounds.len() {
            let position = bounds.first.wrapping_add(place);
            kept.push(Prunable::<T>::get(position).ok_or("the queue of outputs has a gap")?);
        }
        ensure!(Prunable::<T>::iter().count() == kept.len(), "an output is outside its queue's bounds");
        ensure!(Outputs::<T>::iter_keys().count() == kept.len(), "the queue differs from the kept outputs");
        ensure!(kept.iter().all(|(_, task)| Outputs::<T>::contains_key(task)), "a kept output is missing");
        Ok(())
    }
}
