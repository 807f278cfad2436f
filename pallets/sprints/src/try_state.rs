//! What must hold between two transactions.

use alloc::vec::Vec;

use frame_support::{ensure, traits::Get};
use millrace_primitives::ModelRegistry;
use sp_runtime::TryRuntimeError;

use crate::{Config, Difficulty, Listed, Pallet, Wins};

impl<T: Config> Pallet<T> {
    /// Recomputes the properties of the pallet's documentation.
    ///
    /// # Errors
    /// The property that doesn't hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        ensure!(Difficulty::<T>::get() > 0, "the difficulty is zero");
        for (anchor, wins) in Wins::<T>::iter() {
            let age = Self::now().saturating_sub(anchor);
            ensure!(age <= T::MaxAnchorAge::get().saturating_add(1), "an old anchor has wins");
            let mut unique = wins.to_vec();
            unique.sort_unstable();
            unique.dedup();
            ensure!(unique.len() == wins.len(), "a win was credited twice");
        }
        let models: Vec<_> = Listed::<T>::get().iter().map(|listing| listing.model).collect();
        ensure!(T::Models::listed() == models, "the registry lists other models");
        Ok(())
    }
}
