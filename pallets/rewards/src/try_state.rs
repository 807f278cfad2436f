//! What must hold between two transactions.

use frame_support::{ensure, traits::Get};
use sp_runtime::TryRuntimeError;

use crate::{Config, CurrentRound, Emitted, OldestRound, Pallet, Rounds, Scores};

impl<T: Config> Pallet<T> {
    /// Recomputes the properties of the pallet's documentation.
    ///
    /// # Errors
    /// The property that doesn't hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let oldest = OldestRound::<T>::get();
        let current = CurrentRound::<T>::get().0;
        for (round, record) in Rounds::<T>::iter() {
            ensure!(round >= oldest && round <= current, "a round outside the window has a record");
            ensure!(record.claimed <= record.emission, "more was claimed than emitted");
            let scores = Scores::<T>::iter_prefix_values(round)
                .fold(record.claimed_score, |sum, own| sum.saturating_add(own.score));
            // A round that is being cleaned up loses scores before its record.
            let complete = round > oldest || round.saturating_add(T::ClaimWindow::get()) >= current;
            ensure!(!complete || scores == record.total_score, "scores don't add up to their total");
        }
        ensure!(Emitted::<T>::get() <= T::EmissionCap::get(), "the emission's cap is exceeded");
        Ok(())
    }
}
