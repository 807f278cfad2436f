//! What must hold between two transactions.

use alloc::vec::Vec;

use frame_support::{ensure, traits::Get};
use millrace_primitives::{BlockNumber, ModelId, ModelRegistry};
use sp_runtime::TryRuntimeError;

use crate::{target, AnchorTerms, BlockBudget, Config, Listed, Pallet, Wins};

impl<T: Config> Pallet<T> {
    /// Recomputes the properties of the pallet's documentation. Shares aren't computed anew: a runtime's new weights change
    /// them when models are listed next.
    ///
    /// # Errors
    /// The property that doesn't hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let listed = Listed::<T>::get();
        for listing in &listed {
            ensure!(listing.difficulty >= target::ONE, "a difficulty is less than one");
            ensure!(listing.share > 0 && listing.samples > 0, "a listed batch takes nothing");
            let times = listed.iter().filter(|other| other.model == listing.model).count();
            ensure!(times == 1, "a model is listed twice");
        }
        let models: Vec<ModelId> = listed.iter().map(|listing| listing.model).collect();
        ensure!(T::Models::listed() == models, "the registry lists other models");
        for (anchor, terms) in AnchorTerms::<T>::iter() {
            ensure!(Self::may_be_kept(anchor), "terms of an old or a coming anchor are kept");
            ensure!(terms.difficulty > 0 && terms.share > 0, "an anchor's terms are empty");
        }
        for (anchor, wins) in Wins::<T>::iter() {
            ensure!(Self::may_be_kept(anchor), "an old or a coming anchor has wins");
            let mut unique = wins.to_vec();
            unique.sort_unstable();
            unique.dedup();
            ensure!(unique.len() == wins.len(), "a win was credited twice");
        }
        ensure!(BlockBudget::<T>::get().0 <= Self::now(), "a coming block's budget is used");
        Ok(())
    }

    /// Between blocks an anchor may be too old by one: the next block forgets it.
    fn may_be_kept(anchor: BlockNumber) -> bool {
        let now = Self::now();
        anchor <= now && now.saturating_sub(anchor) <= T::MaxAnchorAge::get().saturating_add(1)
    }
}
