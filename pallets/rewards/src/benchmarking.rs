//! Measures the calls and the steps of the hooks at their worst.

use frame_benchmarking::v2::*;
use frame_support::{traits::Get, weights::Weight};
use frame_system::RawOrigin;
use millrace_primitives::BlockNumber;
use sp_runtime::{transaction_validity::TransactionSource, SaturatedConversion};

use crate::{
    hooks::EXPIRED_AT_ONCE, Call, Config, CurrentRound, OldestRound, Pallet, RoundLength, RoundRecord,
    Rounds, ScoreRecord, Scores,
};

fn at_block<T: Config>(number: BlockNumber) {
    frame_system::Pallet::<T>::set_block_number(number.saturated_into());
}

/// A closed round in which `miners` accounts have a score.
fn scored<T: Config>(round: u32, miners: u32) {
    for index in 0..miners {
        let miner: T::AccountId = account("miner", index, 0);
        Scores::<T>::insert(round, miner, ScoreRecord { mined: 1_000_000, score: 1_000_000 });
    }
    let total_score = u128::from(miners) * 1_000_000;
    Rounds::<T>::insert(
        round,
        RoundRecord { emission: 1 << 60, mined: total_score, total_score, ..Default::default() },
    );
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn claim() {
        scored::<T>(0, 1);
        CurrentRound::<T>::put((1, 1));
        let miner: T::AccountId = account("miner", 0, 0);

        #[extrinsic_call]
        _(RawOrigin::Signed(whitelisted_caller()), 0, miner.clone());

        assert!(!Scores::<T>::contains_key(0, miner));
    }

    #[benchmark]
    fn authorize_claim() {
        scored::<T>(0, 1);
        CurrentRound::<T>::put((1, 1));
        let miner: T::AccountId = account("miner", 0, 0);

        #[block]
        {
            Pallet::<T>::authorize_claim(TransactionSource::External, &0, &miner)
                .expect("there is a share; qed");
        }
    }

    #[benchmark]
    fn stay_in_round() {
        at_block::<T>(1);

        #[block]
        {
            Pallet::<T>::begin_block();
        }

        assert_eq!(CurrentRound::<T>::get().0, 0);
    }

    /// Without what others do on a new round, which has weights of its own.
    #[benchmark]
    fn close_round() {
        scored::<T>(0, 1);
        at_block::<T>(RoundLength::<T>::get());

        #[block]
        {
            Pallet::<T>::close_round(0, 0..RoundLength::<T>::get());
            CurrentRound::<T>::put((1, RoundLength::<T>::get()));
        }

        assert!(Rounds::<T>::get(0).is_some_and(|record| record.emission > 0));
    }

    #[benchmark]
    fn expire() {
        scored::<T>(0, EXPIRED_AT_ONCE);
        CurrentRound::<T>::put((T::ClaimWindow::get() + 1, 1));

        #[block]
        {
            Pallet::<T>::expire(Weight::MAX);
        }

        assert_eq!(OldestRound::<T>::get(), 1);
    }
}
