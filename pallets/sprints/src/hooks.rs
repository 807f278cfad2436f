//! What blocks do on their own: forget what was on old anchors, and fix the terms of attempts on the block itself.

use frame_support::weights::Weight;

use crate::{Config, Pallet, WeightInfo};

impl<T: Config> Pallet<T> {
    /// Needs the round of this block, so the pallet of the rounds begins its block before.
    pub(crate) fn begin_block() -> Weight {
        Self::forget_old_wins();
        Self::forget_old_terms();
        if let Some(listing) = Self::begin_turn() {
            Self::open_anchor(Self::now(), &listing);
        }
        T::WeightInfo::begin_block()
    }
}
