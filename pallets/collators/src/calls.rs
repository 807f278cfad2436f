//! What calls do, after their origin is checked, and the genesis.

use alloc::{collections::BTreeSet, vec::Vec};

use frame_support::{
    ensure,
    traits::{Get, ValidatorRegistration},
    BoundedVec,
};
use sp_runtime::DispatchResult;

use crate::{Appointed, Candidates, Config, Departure, Error, Event, GenesisConfig, Pallet, Seats};

impl<T: Config> Pallet<T> {
    /// Appoints collators in place of those before.
    pub(crate) fn do_set_appointed(appointed: Vec<T::AccountId>) -> DispatchResult {
        let bounded = Self::checked_appointed(appointed.clone())?;
        for account in &appointed {
            ensure!(T::ValidatorRegistration::is_registered(account), Error::<T>::NoSessionKeys);
        }
        Appointed::<T>::put(bounded);
        Self::deposit_event(Event::AppointedSet { appointed });
        Ok(())
    }

    /// What may be appointed, but for session keys.
    fn checked_appointed(
        appointed: Vec<T::AccountId>,
    ) -> Result<BoundedVec<T::AccountId, T::MaxAppointed>, Error<T>> {
        ensure!(!appointed.is_empty(), Error::<T>::NoneAppointed);
        let bounded = BoundedVec::try_from(appointed).map_err(|_| Error::<T>::TooManyAppointed)?;
        let distinct: BTreeSet<_> = bounded.iter().collect();
        ensure!(distinct.len() == bounded.len(), Error::<T>::AppointedTwice);
        Ok(bounded)
    }

    /// Sets how many seats are drawn from now on.
    pub(crate) fn do_set_seats(seats: u32) -> DispatchResult {
        ensure!(seats <= T::MaxSeats::get(), Error::<T>::TooManySeats);
        Seats::<T>::put(seats);
        Self::deposit_event(Event::SeatsSet { seats });
        Ok(())
    }

    /// Makes an account a candidate.
    pub(crate) fn do_stand(candidate: T::AccountId) -> DispatchResult {
        ensure!(!Candidates::<T>::contains_key(&candidate), Error::<T>::AlreadyCandidate);
        ensure!(T::ValidatorRegistration::is_registered(&candidate), Error::<T>::NoSessionKeys);
        Self::enter(&candidate)
    }

    /// Ends a candidacy as soon as no seat is left.
    pub(crate) fn do_stand_down(candidate: T::AccountId) -> DispatchResult {
        let record = Candidates::<T>::get(&candidate).ok_or(Error::<T>::NotCandidate)?;
        ensure!(!record.leaving, Error::<T>::AlreadyLeaving);
        if Self::has_seat(&candidate) {
            Self::leave(&candidate, record);
        } else {
            Self::end_candidacy(&candidate, Departure::StoodDown);
        }
        Ok(())
    }

    /// The first block's appointed collators, whose session keys the session's own genesis sets, and the seats.
    pub(crate) fn build_genesis(genesis: &GenesisConfig<T>) {
        if !genesis.appointed.is_empty() {
            let appointed = Self::checked_appointed(genesis.appointed.clone())
                .expect("the genesis appoints each collator once, and not too many");
            Appointed::<T>::put(appointed);
        }
        assert!(genesis.seats <= T::MaxSeats::get(), "the genesis sets more seats than may be drawn");
        Seats::<T>::put(genesis.seats);
    }
}
