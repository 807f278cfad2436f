//! What must hold between two transactions.

use alloc::collections::BTreeSet;

use frame_support::{
    ensure,
    traits::{fungible::InspectHold, Get},
};
use sp_runtime::TryRuntimeError;

use crate::{Appointed, Candidates, Config, CurrentSession, Drawn, HoldReason, Pallet, Seats, Weighed};

impl<T: Config> Pallet<T> {
    /// Recomputes the properties of the pallet's documentation.
    ///
    /// # Errors
    /// The property that doesn't hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let appointed = Appointed::<T>::get();
        ensure!(!appointed.is_empty(), "nobody is appointed");
        let distinct: BTreeSet<_> = appointed.iter().collect();
        ensure!(distinct.len() == appointed.len(), "a collator is appointed twice");
        ensure!(Seats::<T>::get() <= T::MaxSeats::get(), "too many seats");

        let mut count: u32 = 0;
        for (candidate, record) in Candidates::<T>::iter() {
            count = count.saturating_add(1);
            ensure!(
                T::Currency::balance_on_hold(&HoldReason::Candidacy.into(), &candidate) == record.deposit,
                "a candidate's deposit isn't what is on hold"
            );
            ensure!(!record.leaving || record.tally == 0, "a leaving candidate has a tally");
        }
        ensure!(count == Candidates::<T>::count(), "the number of candidates is wrong");
        ensure!(count <= T::MaxCandidates::get(), "too many candidates");

        let weighed = Weighed::<T>::get();
        let distinct: BTreeSet<_> = weighed.iter().map(|(candidate, _)| candidate).collect();
        ensure!(distinct.len() == weighed.len(), "an account is weighed twice");

        let (current, _) = CurrentSession::<T>::get();
        for (session, holders) in Drawn::<T>::iter() {
            ensure!(session.abs_diff(current) <= 1, "a draw is kept whose seats ran out");
            ensure!(!holders.is_empty(), "an empty draw is kept");
            for holder in holders {
                ensure!(Candidates::<T>::contains_key(&holder), "a seat belongs to no candidate");
            }
        }
        Ok(())
    }
}
