//! The outputs of settled tasks, which the chain keeps for a while. Nothing else touches [`Outputs`] and the queue of
//! those to be removed.

use alloc::vec::Vec;

use frame_support::{traits::Get, weights::WeightMeter, BoundedVec};
use millrace_primitives::{
    queue::{QueueBounds, StoredQueue},
    BlockNumber, TaskId,
};

use crate::{Config, Outputs, Pallet, Prunable, PrunableBounds, WeightInfo};

/// The kept outputs, by the block from which they may go.
type Kept<T> = StoredQueue<Prunable<T>, PrunableBounds<T>, (BlockNumber, TaskId)>;

impl<T: Config> Pallet<T> {
    /// Keeps a settled task's output for the retention.
    pub(crate) fn keep_output(task: TaskId, output: Vec<u8>) {
        // Posting refused tasks with longer outputs.
        let Ok(output) = BoundedVec::try_from(output) else { return };
        Outputs::<T>::insert(task, output);
        Kept::<T>::push((Self::now().saturating_add(T::Retention::get()), task));
    }

    /// Removes the outputs whose retention is over, as many as the meter allows.
    pub(crate) fn prune_outputs(meter: &mut WeightMeter) {
        let now = Self::now();
        Kept::<T>::remove_front(QueueBounds::len, |(block, task)| {
            let over = *block <= now && meter.try_consume(T::WeightInfo::prune_output()).is_ok();
            if over {
                Outputs::<T>::remove(task);
            }
            over
        });
    }
}
