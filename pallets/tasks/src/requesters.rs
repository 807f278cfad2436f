//! The tasks of each requester, so that it finds them again. Nothing else touches [`Requested`].

use alloc::vec::Vec;

use millrace_primitives::{page_size, TaskId};

use crate::{Config, NewestFirst, Pallet, Requested};

impl<T: Config> Pallet<T> {
    /// Adds a task to its requester's list.
    pub(crate) fn list(requester: &T::AccountId, task: TaskId) {
        Requested::<T>::insert(requester, NewestFirst::from(task), ());
    }

    /// Takes a task whose fate is forgotten off its requester's list.
    pub(crate) fn unlist(requester: &T::AccountId, task: TaskId) {
        Requested::<T>::remove(requester, NewestFirst::from(task));
    }

    /// The newest tasks of a requester, or the newest of those older than `before`: a page at most.
    pub(crate) fn requested(requester: &T::AccountId, before: Option<TaskId>, count: u32) -> Vec<TaskId> {
        let tasks = match before {
            Some(task) => {
                let last = Requested::<T>::hashed_key_for(requester, NewestFirst::from(task));
                Requested::<T>::iter_key_prefix_from(requester, last)
            }
            None => Requested::<T>::iter_key_prefix(requester),
        };
        tasks.take(page_size(count)).map(NewestFirst::task).collect()
    }

    /// Whether a requester's list names a task.
    #[cfg(any(feature = "std", feature = "try-runtime"))]
    pub(crate) fn is_listed(requester: &T::AccountId, task: TaskId) -> bool {
        Requested::<T>::contains_key(requester, NewestFirst::from(task))
    }
}
