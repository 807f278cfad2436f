//! What the calls do: pay a miner its share of a closed round.

use frame_support::{
    ensure,
    pallet_prelude::DispatchResult,
    traits::{
        fungible::{Inspect, Mutate},
        tokens::{DepositConsequence, Provenance},
        Get,
    },
};
use millrace_primitives::{Balance, RoundIndex};

use crate::{emission, Config, CurrentRound, Error, Event, Pallet, RoundRecord, Rounds, Scores};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_claim(round: RoundIndex, miner: T::AccountId) -> DispatchResult {
        ensure!(round < CurrentRound::<T>::get().0, Error::<T>::RoundOpen);
        ensure!(round >= Self::first_claimable(), Error::<T>::NothingToClaim);
        let score = Scores::<T>::get(round, &miner).ok_or(Error::<T>::NothingToClaim)?.score;
        let mut record: RoundRecord = Rounds::<T>::get(round).ok_or(Error::<T>::NothingToClaim)?;
        let amount = Self::payable(&miner, emission::share(record.emission, score, record.total_score));
        if amount > 0 {
            T::Currency::mint_into(&miner, amount)?;
        }
        record.claimed = record.claimed.saturating_add(amount);
        record.claimed_score = record.claimed_score.saturating_add(score);
        Rounds::<T>::insert(round, record);
        Scores::<T>::remove(round, &miner);
        Self::deposit_event(Event::Claimed { round, miner, amount });
        Ok(())
    }

    /// What of a share can be paid: nothing if it is too little for an account that doesn't exist. Its claim removes the
    /// score all the same, or the chain would keep what nobody ever gets anything for.
    fn payable(miner: &T::AccountId, share: Balance) -> Balance {
        match T::Currency::can_deposit(miner, share, Provenance::Minted) {
            DepositConsequence::BelowMinimum | DepositConsequence::CannotCreate => 0,
            _ => share,
        }
    }

    /// Whether a miner has a share of a round that is closed and not yet void.
    pub(crate) fn is_claimable(round: RoundIndex, miner: &T::AccountId) -> bool {
        (Self::first_claimable()..CurrentRound::<T>::get().0).contains(&round)
            && Scores::<T>::contains_key(round, miner)
    }

    /// The oldest round whose shares can still be claimed.
    pub(crate) fn first_claimable() -> RoundIndex {
        CurrentRound::<T>::get().0.saturating_sub(T::ClaimWindow::get())
    }
}
