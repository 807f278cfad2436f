//! Measures the calls, and what blocks do, at their worst.

use alloc::vec::Vec;

use frame_benchmarking::v2::*;
use frame_support::{
    traits::{fungible::Mutate, EnsureOrigin, Get},
    BoundedVec,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use millrace_primitives::{MinedWork, OnWork};
use pallet_authorship::EventHandler;
use pallet_session::SessionManager;
use sp_io::hashing::blake2_256;
use sp_runtime::{traits::TrailingZeroInput, SaturatedConversion};

use crate::{
    Appointed, Call, CandidateRecord, Candidates, Config, CurrentSession, Drawn, Pallet, Seats, Weighed,
};

/// The session that runs in benchmarks.
const NOW: u32 = 10;

/// An account with funds and session keys.
fn collator<T: Config + pallet_session::Config<ValidatorId = <T as frame_system::Config>::AccountId>>(
    index: u32,
) -> T::AccountId {
    let who: T::AccountId = account("collator", index, 0);
    let bytes = blake2_256(&codec::Encode::encode(&who));
    let keys = <T::Keys as codec::Decode>::decode(&mut TrailingZeroInput::new(&bytes))
        .expect("any bytes are keys; qed");
    pallet_session::NextKeys::<T>::insert(&who, keys);
    let funds = <T as Config>::CandidacyDeposit::get().saturating_mul(4);
    <T as Config>::Currency::set_balance(&who, funds.max(1 << 60));
    who
}

/// Candidates that worked and stood long ago.
fn candidates<T: Config + pallet_session::Config<ValidatorId = <T as frame_system::Config>::AccountId>>(
    count: u32,
) -> Vec<T::AccountId> {
    CurrentSession::<T>::put((0, 0));
    let all: Vec<_> = (0..count)
        .map(|index| {
            let who = collator::<T>(index);
            Pallet::<T>::do_stand(who.clone()).expect("there is a place; qed");
            Pallet::<T>::worked(&who, 1 << 40);
            who
        })
        .collect();
    CurrentSession::<T>::put((NOW, 0));
    all
}

/// Lets the sessions that are kept have as many drawn seats as there may be, of these.
fn seat<T: Config>(holders: &[T::AccountId]) {
    Seats::<T>::put(T::MaxSeats::get());
    let half: usize = (T::MaxSeats::get() / 2).saturated_into();
    let drawn: Vec<_> = holders.iter().cycle().take(half).cloned().collect();
    for session in NOW - 1..=NOW + 1 {
        Drawn::<T>::insert(session, BoundedVec::truncate_from(drawn.clone()));
    }
}

#[benchmarks(where T: pallet_session::Config<ValidatorId = <T as frame_system::Config>::AccountId>)]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn set_appointed(a: Linear<1, { T::MaxAppointed::get() }>) {
        let appointed: Vec<_> = (0..a).map(collator::<T>).collect();
        let origin = T::UpdateOrigin::try_successful_origin().expect("there is such an origin; qed");

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, appointed.clone());

        assert_eq!(Appointed::<T>::get().into_inner(), appointed);
    }

    #[benchmark]
    fn set_seats() {
        let origin = T::UpdateOrigin::try_successful_origin().expect("there is such an origin; qed");

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, T::MaxSeats::get());

        assert_eq!(Seats::<T>::get(), T::MaxSeats::get());
    }

    /// On a full list, in the place of one that has done nothing but holds a seat, by one that mined.
    #[benchmark]
    fn stand() {
        let all = candidates::<T>(T::MaxCandidates::get());
        let idle = all[0].clone();
        Candidates::<T>::mutate(&idle, |record| {
            *record = record.take().map(|record| CandidateRecord { tally: 0, ..record });
        });
        seat::<T>(&all);
        let who = collator::<T>(T::MaxCandidates::get());
        T::Mined::benchmark_mined(&who, 1);

        #[extrinsic_call]
        _(RawOrigin::Signed(who.clone()));

        assert!(Candidates::<T>::contains_key(&who) && !Candidates::<T>::contains_key(&idle));
    }

    /// Of a candidate without a seat, whose deposit is released, beside the seats of others.
    #[benchmark]
    fn stand_down() {
        let all = candidates::<T>(2);
        let (who, other) = (all[0].clone(), all[1].clone());
        seat::<T>(&[other]);

        #[extrinsic_call]
        _(RawOrigin::Signed(who.clone()));

        assert!(!Candidates::<T>::contains_key(&who));
    }

    #[benchmark]
    fn note_author() {
        let author = candidates::<T>(1)[0].clone();
        <T as Config>::Currency::set_balance(&Pallet::<T>::pot(), 1 << 60);
        frame_system::Pallet::<T>::set_block_number(1_u32.into());

        #[block]
        {
            <Pallet<T> as EventHandler<T::AccountId, BlockNumberFor<T>>>::note_author(author.clone());
        }

        assert!(Candidates::<T>::get(author).is_some_and(|record| record.last_authored == 1));
    }

    /// The end of a session, the start of the next, and the plan for the one after it, of which `r` candidates leave.
    #[benchmark]
    fn new_session(c: Linear<0, { T::MaxCandidates::get() }>, r: Linear<0, { T::MaxCandidates::get() }>) {
        let all = candidates::<T>(c);
        let leaving = r.min(c);
        for who in all.iter().take(leaving.saturated_into()) {
            Candidates::<T>::mutate(who, |record| {
                *record = record.take().map(|record| CandidateRecord { tally: 0, leaving: true, ..record });
            });
        }
        let staying: Vec<_> = all.iter().skip(leaving.saturated_into()).cloned().collect();
        if !staying.is_empty() {
            seat::<T>(&staying);
            Drawn::<T>::remove(NOW + 1);
        }
        let tallies: Vec<_> = Candidates::<T>::iter().map(|(who, record)| (who, record.tally)).collect();
        Weighed::<T>::put(BoundedVec::truncate_from(tallies));
        // Too early for anyone to have been idle: those who leave do what the idle do.
        frame_system::Pallet::<T>::set_block_number(1_u32.into());

        #[block]
        {
            Pallet::<T>::end_session(NOW);
            Pallet::<T>::start_session(NOW + 1);
            <Pallet<T> as SessionManager<T::AccountId>>::new_session(NOW + 2);
        }

        assert!(Candidates::<T>::count() <= c - leaving);
        assert_eq!(Drawn::<T>::contains_key(NOW + 2), leaving < c);
    }
}
