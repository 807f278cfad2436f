//! The list of candidates: their tallies, who makes way, and how a candidacy ends. Nothing else writes it.

use alloc::vec::Vec;
use core::cmp::Reverse;

use frame_support::traits::{fungible::MutateHold, tokens::Precision, Get};
use millrace_primitives::{BlockNumber, Mac, MinedWork, OnWork};
use sp_runtime::{DispatchResult, SaturatedConversion};

use crate::{
    CandidateRecord, Candidates, Config, CurrentSession, Departure, Error, Event, HoldReason, Pallet,
    SessionIndex,
};

/// One in so many places is kept free for newcomers, at least one.
const PLACES_FOR_EACH_FREE: u32 = 16;

impl<T: Config> OnWork<T::AccountId> for Pallet<T> {
    /// Counts for candidates only, so that the list bounds what is kept.
    fn worked(account: &T::AccountId, work: Mac) {
        if let Some(mut record) = Candidates::<T>::get(account).filter(|record| !record.leaving) {
            record.tally = record.tally.saturating_add(work);
            Candidates::<T>::insert(account, record);
        }
    }
}

impl<T: Config> Pallet<T> {
    /// Puts an account on the list and its deposit on hold. Its tally begins with what it mined in the running round. On a
    /// full list it takes the place of the candidate with the least tally, however new that is, if its own is more: a
    /// place is kept by work alone, and not by standing anew.
    pub(crate) fn enter(candidate: &T::AccountId) -> DispatchResult {
        let tally = T::Mined::mined(candidate);
        if Candidates::<T>::count() >= T::MaxCandidates::get() {
            let least = Candidates::<T>::iter()
                .filter(|(_, record)| !record.leaving)
                .min_by_key(|(_, record)| (record.tally, Reverse(record.since)));
            let (least, _) =
                least.filter(|(_, record)| record.tally < tally).ok_or(Error::<T>::TooManyCandidates)?;
            Self::end_candidacy(&least, Departure::MadeWay);
        }
        let deposit = T::CandidacyDeposit::get();
        T::Currency::hold(&HoldReason::Candidacy.into(), candidate, deposit)?;
        let (since, _) = CurrentSession::<T>::get();
        Candidates::<T>::insert(candidate, CandidateRecord { deposit, tally, since, ..Default::default() });
        Self::deposit_event(Event::CandidateStood { candidate: candidate.clone(), deposit });
        Ok(())
    }

    /// Lets a candidate draw no more seats.
    pub(crate) fn leave(candidate: &T::AccountId, record: CandidateRecord) {
        Candidates::<T>::insert(candidate, CandidateRecord { tally: 0, leaving: true, ..record });
        Self::deposit_event(Event::CandidateLeaving { candidate: candidate.clone() });
    }

    /// Ends a candidacy: its deposit is free, and its seats are vacant from the next session that is planned.
    pub(crate) fn end_candidacy(candidate: &T::AccountId, why: Departure) {
        let Some(record) = Candidates::<T>::take(candidate) else { return };
        let reason = HoldReason::Candidacy.into();
        let released = T::Currency::release(&reason, candidate, record.deposit, Precision::BestEffort);
        debug_assert_eq!(released, Ok(record.deposit), "the deposit was on hold");
        Self::vacate(candidate);
        Self::deposit_event(Event::CandidateLeft { candidate: candidate.clone(), why });
    }

    /// Remembers that a candidate authored the running block.
    pub(crate) fn authored(author: &T::AccountId) {
        if let Some(record) = Candidates::<T>::get(author) {
            let last_authored = frame_system::Pallet::<T>::block_number().saturated_into();
            Candidates::<T>::insert(author, CandidateRecord { last_authored, ..record });
        }
    }

    /// Ends the candidacy of those who held seats in a session that began after `start` and authored nothing in it.
    pub(crate) fn dismiss_idle(session: SessionIndex, start: BlockNumber) {
        for holder in Self::holders(session) {
            // The block that began the session was still the turn of the session before.
            if Candidates::<T>::get(&holder).is_some_and(|record| record.last_authored <= start) {
                Self::end_candidacy(&holder, Departure::Idle);
            }
        }
    }

    /// Ends the candidacy of those who stood down and whose seats ran out, and of those with the least tally where the
    /// list is so full that newcomers wouldn't find a place. Returns how many ended.
    pub(crate) fn make_way() -> u32 {
        let before = Candidates::<T>::count();
        for (candidate, record) in Candidates::<T>::iter().collect::<Vec<_>>() {
            if record.leaving && !Self::has_seat(&candidate) {
                Self::end_candidacy(&candidate, Departure::StoodDown);
            }
        }
        let established = Self::established();
        // The free places are the newcomers', each for a whole session at least, in which it can work. So nobody who
        // works is pushed out by those who don't.
        let places = T::MaxCandidates::get();
        let free = places.checked_div(PLACES_FOR_EACH_FREE).unwrap_or_default().max(1);
        let excess = established.len().saturating_sub(places.saturating_sub(free).saturated_into());
        let able = established.into_iter().filter(|(leaving, ..)| !leaving);
        for (.., candidate) in able.take(excess) {
            Self::end_candidacy(&candidate, Departure::MadeWay);
        }
        before.saturating_sub(Candidates::<T>::count())
    }

    /// Who had a whole session at least to work in, and whether it is leaving, its tally and since when it stands. Those come
    /// first that make way first: who worked least, and of them the youngest.
    fn established() -> Vec<(bool, Mac, Reverse<SessionIndex>, T::AccountId)> {
        let (current, _) = CurrentSession::<T>::get();
        let mut established: Vec<_> = Candidates::<T>::iter()
            .filter(|(_, record)| record.since.saturating_add(1) < current)
            .map(|(candidate, record)| (record.leaving, record.tally, Reverse(record.since), candidate))
            .collect();
        established.sort();
        established
    }

    /// Halves all tallies. Returns what they were.
    pub(crate) fn halve_tallies() -> Vec<(T::AccountId, Mac)> {
        let all: Vec<_> = Candidates::<T>::iter().collect();
        let mut tallies = Vec::new();
        for (candidate, record) in all {
            tallies.push((candidate.clone(), record.tally));
            let tally = record.tally.checked_div(2).unwrap_or_default();
            if tally != record.tally {
                Candidates::<T>::insert(candidate, CandidateRecord { tally, ..record });
            }
        }
        tallies
    }
}
