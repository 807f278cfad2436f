//! The seats: drawing them, whose they are, and the list of a session's authors.

use alloc::vec::Vec;

use frame_support::{traits::Get, BoundedVec};
use millrace_primitives::Mac;

use crate::{
    draw, Appointed, Candidates, Config, CurrentSession, Drawn, Event, Pallet, Seats, SessionIndex, Weighed,
};

/// A seat lasts the session for which it was drawn and the next.
const SESSIONS: u32 = 2;

impl<T: Config> Pallet<T> {
    /// How many seats are drawn for a session: half of all, the odd one in every other session.
    fn seats_of(session: SessionIndex) -> u32 {
        let odd = session.checked_rem(SESSIONS).unwrap_or_default();
        Seats::<T>::get().saturating_add(odd).checked_div(SESSIONS).unwrap_or_default()
    }

    /// Keeps these tallies for the next draw, and answers those that were kept for this one.
    ///
    /// Whoever authors the block of a draw knows its randomness before, and decides which work the block counts. So what
    /// that changes must come too late for this draw.
    pub(crate) fn keep_tallies(tallies: Vec<(T::AccountId, Mac)>) -> Vec<(T::AccountId, Mac)> {
        // Candidates have the same bound.
        let tallies = BoundedVec::truncate_from(tallies);
        Weighed::<T>::mutate(|kept| core::mem::replace(kept, tallies)).into_inner()
    }

    /// Draws the seats that begin with a session, each by tally and independent of the others. None if nobody worked. Who has
    /// left or made way since it was weighed leaves its seat empty: if others had it, one could leave to have the draws fall anew.
    pub(crate) fn draw_seats(session: SessionIndex, tallies: &[(T::AccountId, Mac)]) {
        let seed = draw::seed(T::Randomness::get(), session);
        let mut holders = BoundedVec::<T::AccountId, T::MaxSeats>::new();
        for number in 0..Self::seats_of(session) {
            let holder = draw::pick(&seed, number, tallies.iter().map(|(_, tally)| *tally))
                .and_then(|position| tallies.get(position));
            let Some((holder, _)) = holder else { break };
            if Candidates::<T>::get(holder).is_none_or(|record| record.leaving) {
                continue;
            }
            if holders.try_push(holder.clone()).is_err() {
                break;
            }
        }
        if holders.is_empty() {
            return;
        }
        Self::deposit_event(Event::SeatsDrawn { session, holders: holders.to_vec() });
        Drawn::<T>::insert(session, holders);
    }

    /// Who holds the seats of a session.
    pub(crate) fn holders(session: SessionIndex) -> Vec<T::AccountId> {
        let mut holders =
            session.checked_sub(1).map(|before| Drawn::<T>::get(before).into_inner()).unwrap_or_default();
        holders.extend(Drawn::<T>::get(session));
        holders
    }

    /// The authors of a session in the order of their turns. Who has two seats stands there twice.
    pub(crate) fn authors(session: SessionIndex) -> Vec<T::AccountId> {
        let mut authors = Appointed::<T>::get().into_inner();
        authors.extend(Self::holders(session));
        authors
    }

    /// Whether an account has a seat in the running session or in one that is planned.
    pub(crate) fn has_seat(who: &T::AccountId) -> bool {
        Self::kept_draws().any(|session| Drawn::<T>::get(session).contains(who))
    }

    /// Takes an account's seats out of sessions that aren't planned yet.
    pub(crate) fn vacate(who: &T::AccountId) {
        for session in Self::kept_draws() {
            let mut holders = Drawn::<T>::get(session);
            if !holders.contains(who) {
                continue;
            }
            holders.retain(|holder| holder != who);
            if holders.is_empty() {
                Drawn::<T>::remove(session);
            } else {
                Drawn::<T>::insert(session, holders);
            }
        }
    }

    /// Forgets the draw whose seats have run out when the running session begins.
    pub(crate) fn forget_draws() {
        if let Some(over) = CurrentSession::<T>::get().0.checked_sub(SESSIONS) {
            Drawn::<T>::remove(over);
        }
    }

    /// The sessions whose draws are kept: the running one, the one before and the one after it.
    fn kept_draws() -> core::ops::RangeInclusive<SessionIndex> {
        let (current, _) = CurrentSession::<T>::get();
        current.saturating_sub(1)..=current.saturating_add(1)
    }
}
