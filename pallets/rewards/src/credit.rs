//! What this pallet offers to others: crediting work to the running round, and which round that is.

use millrace_primitives::{CapacityOnSale, CreditWork, Mac, ModelRegistry, RoundIndex};

use crate::{emission, Config, CurrentRound, EmissionPerMegaMac, Pallet, RoundLength, Rounds, Scores};

impl<T: Config> CreditWork<T::AccountId> for Pallet<T> {
    fn credit(miner: &T::AccountId, work: Mac) {
        let round = CurrentRound::<T>::get().0;
        let capacity = Mac::from(T::Capacity::rate(miner, &T::Models::listed()))
            .saturating_mul(RoundLength::<T>::get().into());
        let mut own = Scores::<T>::get(round, miner).unwrap_or_default();
        let on_sale = capacity.saturating_sub(own.mined);
        let score = emission::score(work, on_sale, T::Capacity::ask(miner), EmissionPerMegaMac::<T>::get());
        own.mined = own.mined.saturating_add(work);
        own.score = own.score.saturating_add(score);
        Scores::<T>::insert(round, miner, own);
        Rounds::<T>::mutate(round, |record| {
            let record = record.get_or_insert_with(Default::default);
            record.mined = record.mined.saturating_add(work);
            record.total_score = record.total_score.saturating_add(score);
        });
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
