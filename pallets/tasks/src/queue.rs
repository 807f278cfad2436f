//! The tasks that wait for a slot, oldest first. Nothing else touches [`Queue`] and [`QueueCursor`].
//!
//! A full queue keeps those that bid most for a block of it; on ties the youngest gives way. So it can't be closed to a
//! task that is worth more than those in it, and what has a place keeps it against all that don't bid more.

use alloc::vec::Vec;
use core::cmp::Reverse;

use frame_support::pallet_prelude::DispatchResult;
use millrace_primitives::{Balance, TaskId};

use crate::{Config, Error, Pallet, Queue, QueueCursor, QueueEntry, RefundReason, TaskRecordOf, Tasks};

/// Orders tasks by how firmly they stand in a full queue.
fn standing(entry: &QueueEntry) -> (Balance, Reverse<TaskId>) {
    (entry.bid, Reverse(entry.task))
}

impl<T: Config> Pallet<T> {
    /// Puts a task to the place that its age gives it. In a full queue the one that stands least firmly gives way and is
    /// refunded; the new one owes the rent of a block for that.
    ///
    /// # Errors
    /// [`Error::QueueFull`] if the new one itself would have to give way, or can't pay for another's place.
    pub(crate) fn enqueue(task: TaskId, record: &mut TaskRecordOf<T>) -> DispatchResult {
        let entry = QueueEntry { task, bid: record.bid };
        let mut queue = Queue::<T>::get();
        let mut displaced = None;
        if queue.is_full() {
            let weakest = queue.iter().enumerate().min_by_key(|(_, queued)| standing(queued));
            let (at, task) = weakest
                .filter(|(_, weakest)| standing(weakest) < standing(&entry))
                .map(|(at, weakest)| (at, weakest.task))
                .ok_or(Error::<T>::QueueFull)?;
            Self::charge_place(record)?;
            queue.remove(at);
            displaced = Some(task);
        }
        let at = queue.partition_point(|other| other.task < entry.task);
        queue.try_insert(at, entry).map_err(|_| Error::<T>::QueueFull)?;
        Queue::<T>::put(queue);
        if let Some((task, record)) =
            displaced.and_then(|task| Tasks::<T>::get(task).map(|record| (task, record)))
        {
            Self::refund(task, record, RefundReason::Displaced);
        }
        Ok(())
    }

    /// Takes a task out, wherever it stands.
    pub(crate) fn dequeue(task: TaskId) {
        Queue::<T>::mutate(|queue| queue.retain(|queued| queued.task != task));
    }

    /// The tasks that wait, oldest first.
    pub(crate) fn queued() -> Vec<TaskId> {
        Queue::<T>::get().iter().map(|queued| queued.task).collect()
    }

    /// The bid that a further task must exceed; none while there is room.
    pub(crate) fn weakest_bid() -> Option<Balance> {
        let queue = Queue::<T>::get();
        queue.iter().map(|queued| queued.bid).min().filter(|_| queue.is_full())
    }

    /// How many tasks wait.
    pub(crate) fn queue_length() -> u32 {
        Queue::<T>::decode_len().and_then(|length| u32::try_from(length).ok()).unwrap_or_default()
    }

    /// Shows the queued tasks to `visit`, each once at most, until it returns false for one that it didn't look at. Begins
    /// where the last walk ended; one that went all round is followed by one from the oldest.
    pub(crate) fn walk_queue(mut visit: impl FnMut(TaskId) -> bool) {
        let queue = Queue::<T>::get();
        let count = queue.len();
        if count == 0 {
            return;
        }
        // A task and not a place: whoever ends tasks between two walks must not move the next one over others.
        let first = QueueCursor::<T>::get();
        let start = queue.partition_point(|queued| queued.task < first).checked_rem(count).unwrap_or(0);
        let seen =
            queue.iter().cycle().skip(start).take(count).take_while(|queued| visit(queued.task)).count();
        let next =
            queue.get(start.saturating_add(seen).checked_rem(count).unwrap_or(0)).filter(|_| seen < count);
        QueueCursor::<T>::put(next.map_or(0, |next| next.task));
    }
}
