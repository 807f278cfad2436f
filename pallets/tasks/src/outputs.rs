//! What the chain keeps of ended tasks for a while: their fates, and the outputs of those that were settled. Nothing else
//! touches [`Fates`], [`Outputs`] and the queue of those to be removed.

use alloc::vec::Vec;

use frame_support::{traits::Get, weights::WeightMeter, BoundedVec};
use millrace_primitives::{
    queue::{QueueBounds, StoredQueue},
    BlockNumber, TaskEnd, TaskFate, TaskId,
};

use crate::{Config, Fates, Outputs, Pallet, Prunable, PrunableBounds, TaskRecordOf, WeightInfo};

/// The ended tasks, by the block from which they may be forgotten.
type Kept<T> = StoredQueue<Prunable<T>, PrunableBounds<T>, (BlockNumber, TaskId)>;

impl<T: Config> Pallet<T> {
    /// Keeps the fate of a task, which ends in this block, for the retention.
    pub(crate) fn keep_fate(task: TaskId, record: &TaskRecordOf<T>, end: TaskEnd<T::AccountId>) {
        let fate = TaskFate {
            requester: record.requester.clone(),
            model: record.model,
            samples: record.samples,
            block: Self::now(),
            end,
        };
        Kept::<T>::push((Self::kept_until(&fate), task));
        Fates::<T>::insert(task, fate);
    }

    /// Keeps the output of a settled task as long as its fate.
    pub(crate) fn keep_output(task: TaskId, output: Vec<u8>) {
        // Posting refused tasks with longer outputs.
        let Ok(output) = BoundedVec::try_from(output) else { return };
        Outputs::<T>::insert(task, output);
    }

    /// The block from which a fate may be forgotten.
    pub(crate) fn kept_until(fate: &TaskFate<T::AccountId>) -> BlockNumber {
        fate.block.saturating_add(T::Retention::get())
    }

    /// How a task ended, while that is kept.
    pub(crate) fn fate_of(task: TaskId) -> Option<TaskFate<T::AccountId>> {
        Fates::<T>::get(task)
    }

    /// The output of a settled task, while it is kept.
    pub(crate) fn output_of(task: TaskId) -> Option<Vec<u8>> {
        Outputs::<T>::get(task).map(Into::into)
    }

    /// Forgets the ended tasks whose retention is over, as many as the meter allows.
    pub(crate) fn prune_outputs(meter: &mut WeightMeter) {
        let now = Self::now();
        Kept::<T>::remove_front(QueueBounds::len, |(block, task)| {
            let over = *block <= now && meter.try_consume(T::WeightInfo::prune_output()).is_ok();
            if over {
                Outputs::<T>::remove(task);
                if let Some(fate) = Fates::<T>::take(task) {
                    Self::unlist(&fate.requester, *task);
                }
            }
            over
        });
    }
}
