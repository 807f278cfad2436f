//! What a new round does: offers scheduled before it are due.

use frame_support::weights::Weight;
use millrace_primitives::{OnRound, RoundIndex};

use crate::{Config, Pallet, WeightInfo};

impl<T: Config> OnRound for Pallet<T> {
    fn on_round(round: RoundIndex) -> Weight {
        Self::set_round(round);
        T::WeightInfo::on_round()
    }
}
