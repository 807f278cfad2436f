//! What this pallet offers to others: crediting work to the running round, what work brings, and which round that is.

use millrace_primitives::{
    price_of, Balance, CapacityOnSale, CreditWork, Mac, MinedWork, MiningPay, OnWork, RoundIndex, Win,
};

use crate::{emission, Config, CurrentRound, EmissionPerMegaMac, Pallet, RoundLength, Rounds, Scores};

impl<T: Config> CreditWork<T::AccountId> for Pallet<T> {
    fn credit(miner: &T::AccountId, win: Win, author: Option<&T::AccountId>) {
        let Win { model, work, counts } = win;
        T::OnWork::worked(miner, work);
        let round = CurrentRound::<T>::get().0;
        let sold = T::Capacity::take(miner, model, counts);
        let score = emission::score(counts, sold.work, sold.ask, EmissionPerMegaMac::<T>::get());
        let author = author.filter(|author| *author != miner);
        let for_author = author.map_or(0, |_| emission::author_part(score));
        Self::add_score(round, miner, work, score.saturating_sub(for_author));
        if let Some(author) = author.filter(|_| for_author > 0) {
            Self::add_score(round, author, 0, for_author);
        }
        Rounds::<T>::mutate(round, |record| {
            let record = record.get_or_insert_with(Default::default);
            record.mined = record.mined.saturating_add(work);
            record.total_score = record.total_score.saturating_add(score);
        });
    }
}

impl<T: Config> Pallet<T> {
    fn add_score(round: RoundIndex, account: &T::AccountId, mined: Mac, score: u128) {
        Scores::<T>::mutate(round, account, |own| {
            let own = own.get_or_insert_with(Default::default);
            own.mined = own.mined.saturating_add(mined);
            own.score = own.score.saturating_add(score);
        });
    }
}

impl<T: Config> MinedWork<T::AccountId> for Pallet<T> {
    fn mined(account: &T::AccountId) -> Mac {
        Scores::<T>::get(CurrentRound::<T>::get().0, account).map_or(0, |own| own.mined)
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_mined(account: &T::AccountId, work: Mac) {
        Self::add_score(CurrentRound::<T>::get().0, account, work, 0);
    }
}

impl<T: Config> MiningPay for Pallet<T> {
    fn pay_of(work: Mac) -> Balance {
        // More than any balance is more than anyone has.
        price_of(EmissionPerMegaMac::<T>::get(), work).unwrap_or(Balance::MAX)
    }
}

impl<T: Config> millrace_primitives::Rounds for Pallet<T> {
    fn current() -> RoundIndex {
        CurrentRound::<T>::get().0
    }

    fn length() -> u32 {
        RoundLength::<T>::get()
    }
}
