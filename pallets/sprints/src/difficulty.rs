//! The difficulty, and what it follows: the share of the blocks that sprints use.

use frame_support::{dispatch::DispatchClass, traits::Get, weights::Weight};
use millrace_primitives::Rounds;

use crate::{target, Config, Difficulty, Event, Pallet, Used};

impl<T: Config> Pallet<T> {
    /// Adjusts the difficulty to what the sprints of the last round used.
    pub(crate) fn retarget() {
        let wanted =
            u64::from(T::SprintShare::get().deconstruct()).saturating_mul(T::Rounds::length().into());
        let used = Used::<T>::take();
        let difficulty = Difficulty::<T>::mutate(|difficulty| {
            *difficulty = target::retarget(*difficulty, used, wanted);
            *difficulty
        });
        Self::deposit_event(Event::Retargeted { difficulty });
    }

    /// Adds a sprint's share of a block (of time, proof or length, whichever is most) to the round's. `length` is in bytes.
    pub(crate) fn count_used(weight: Weight, length: usize) {
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        let limits = T::BlockWeights::get();
        let class = limits.get(DispatchClass::Normal);
        let max = class.max_total.unwrap_or(limits.max_block);
        let max_length = *T::BlockLength::get().max.get(DispatchClass::Normal);
        let parts = |used: u64, of: u64| {
            u64::try_from(u128::from(used).saturating_mul(1_000_000_000).checked_div(of.into()).unwrap_or(0))
                .unwrap_or(u64::MAX)
        };
        let share = parts(weight.ref_time(), max.ref_time())
            .max(parts(weight.proof_size().saturating_add(length), max.proof_size()))
            .max(parts(length, max_length.into()));
        Used::<T>::mutate(|used| *used = used.saturating_add(share));
    }
}
