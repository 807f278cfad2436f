//! What blocks do on their own: forget old wins, and adjust the difficulty when a round has begun.

use frame_support::weights::Weight;
use millrace_primitives::Rounds;

use crate::{Config, LastRound, Pallet, WeightInfo};

impl<T: Config> Pallet<T> {
    /// Needs the round of this block, so the pallet of the rounds begins its block before.
    pub(crate) fn begin_block() -> Weight {
        Self::forget_old_wins();
        let round = T::Rounds::current();
        if LastRound::<T>::get() == round {
            return T::WeightInfo::stay_in_round();
        }
        LastRound::<T>::put(round);
        Self::retarget();
        T::WeightInfo::stay_in_round().saturating_add(T::WeightInfo::retarget())
    }
}
