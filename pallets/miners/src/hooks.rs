//! What each block and each round does on its own: bring scheduled offers into force.

use frame_support::{traits::Get, weights::Weight};
use millrace_primitives::{OnRound, RoundIndex};

use crate::{Config, Pallet, WeightInfo};

impl<T: Config> Pallet<T> {
    /// Brings as many offers into force as one block may; returns the weight used.
    pub(crate) fn apply_some() -> Weight {
        let applied = Self::apply_scheduled(T::OffersPerBlock::get());
        T::WeightInfo::apply_none()
            .saturating_add(T::WeightInfo::apply_offer().saturating_mul(applied.into()))
    }
}

impl<T: Config> OnRound for Pallet<T> {
    /// Offers scheduled until now come into force in the next blocks, a few in each.
    fn on_round(_: RoundIndex) -> Weight {
        Self::close_schedule();
        T::WeightInfo::on_round()
    }
}
