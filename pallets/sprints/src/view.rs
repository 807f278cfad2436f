//! What people are told of sprints: the models that they run on, and how hard it is to win on each.

use alloc::vec::Vec;

use millrace_primitives::SprintListing;

use crate::{target, Config, Listed, Pallet};

impl<T: Config> Pallet<T> {
    /// The listed models, in the order in which rounds take them.
    pub(crate) fn view_listed() -> Vec<SprintListing> {
        let in_turn = Self::sprint_model().map(|listing| listing.model);
        Listed::<T>::get()
            .into_iter()
            .map(|listing| SprintListing {
                model: listing.model,
                samples: listing.samples,
                difficulty: target::attempts(listing.difficulty),
                in_turn: in_turn == Some(listing.model),
            })
            .collect()
    }
}
