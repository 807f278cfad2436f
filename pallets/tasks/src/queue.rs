//! The tasks that wait for a slot, oldest first. Nothing else touches [`Queue`] and [`QueueCursor`].

use frame_support::pallet_prelude::DispatchResult;
use millrace_primitives::TaskId;

use crate::{Config, Error, Pallet, Queue, QueueCursor};

impl<T: Config> Pallet<T> {
    /// Puts a new task, the youngest of all, at the end.
    pub(crate) fn enqueue(task: TaskId) -> DispatchResult {
        Queue::<T>::try_append(task).map_err(|()| Error::<T>::QueueFull.into())
    }

    /// Puts a task back to the place that its age gives it. Returns whether there was room.
    pub(crate) fn enqueue_again(task: TaskId) -> bool {
        let mut queue = Queue::<T>::get();
        let at = queue.partition_point(|other| *other < task);
        let fits = queue.try_insert(at, task).is_ok();
        if fits {
            Queue::<T>::put(queue);
        }
        fits
    }

    /// Takes a task out, wherever it stands.
    pub(crate) fn dequeue(task: TaskId) {
        Queue::<T>::mutate(|queue| queue.retain(|queued| *queued != task));
    }

    /// Shows the queued tasks to `visit`, each once at most, until it returns false for one that it didn't look at. Begins
    /// where the last walk ended; one that went all round is followed by one from the oldest.
    pub(crate) fn walk_queue(mut visit: impl FnMut(TaskId) -> bool) {
        let queue = Queue::<T>::get();
        let count = queue.len();
        if count == 0 {
            return;
        }
        let start = usize::try_from(QueueCursor::<T>::get()).unwrap_or(0);
        let start = if start < count { start } else { 0 };
        let seen = queue.iter().cycle().skip(start).take(count).take_while(|task| visit(**task)).count();
        let next = if seen == count { 0 } else { start.saturating_add(seen) };
        let next = next.checked_rem(count).unwrap_or(0);
        QueueCursor::<T>::put(u32::try_from(next).unwrap_or(0));
    }
}
