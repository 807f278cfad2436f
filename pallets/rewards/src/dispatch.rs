use frame_support::{
    ensure,
    pallet_prelude::{
        DispatchResult, InvalidTransaction, TransactionLongevity, TransactionSource,
        TransactionValidityWithRefund, ValidTransaction,
    },
    traits::{fungible::Mutate, Get},
    weights::{Weight, WeightMeter},
};
use millrace_primitives::{BlockNumber, OnRound, RoundIndex};
use sp_runtime::SaturatedConversion;

use crate::{
    emission, Config, CurrentRound, EmissionPerMegaMac, Emitted, Error, Event, OldestRound, Pallet,
    RoundLength, RoundRecord, Rounds, Scores, WeightInfo,
};

/// Blocks for which the pool keeps a claim without a sender.
const CLAIM_LONGEVITY: TransactionLongevity = 64;
/// Scores removed for one weight of `expire`.
pub(crate) const EXPIRED_AT_ONCE: u32 = 16;

impl<T: Config> Pallet<T> {
    /// Closes the running round at its end and begins the next.
    pub(crate) fn begin_block() -> Weight {
        let now: BlockNumber = frame_system::Pallet::<T>::block_number().saturated_into();
        let (round, first) = CurrentRound::<T>::get();
        if now < first.saturating_add(RoundLength::<T>::get()) {
            return T::WeightInfo::stay_in_round();
        }
        Self::close_round(round);
        let next = round.saturating_add(1);
        CurrentRound::<T>::put((next, now));
        T::WeightInfo::stay_in_round()
            .saturating_add(T::WeightInfo::close_round())
            .saturating_add(T::OnRound::on_round(next))
    }

    pub(crate) fn close_round(round: RoundIndex) {
        let mut record = Rounds::<T>::get(round).unwrap_or_default();
        if record.total_score > 0 {
            record.emission = emission::emission(
                T::InitialEmission::get(),
                T::HalvingInterval::get(),
                T::EmissionCap::get(),
                Emitted::<T>::get(),
                round,
            );
            Emitted::<T>::mutate(|emitted| *emitted = emitted.saturating_add(record.emission));
            EmissionPerMegaMac::<T>::put(emission::per_mega_mac(record.emission, record.mined));
        }
        Self::deposit_event(Event::RoundClosed { round, emission: record.emission, mined: record.mined });
        Rounds::<T>::insert(round, record);
    }

    pub(crate) fn do_claim(round: RoundIndex, miner: T::AccountId) -> DispatchResult {
        ensure!(round < CurrentRound::<T>::get().0, Error::<T>::RoundOpen);
        ensure!(round >= Self::first_claimable(), Error::<T>::NothingToClaim);
        let score = Scores::<T>::get(round, &miner).ok_or(Error::<T>::NothingToClaim)?.score;
        let mut record: RoundRecord = Rounds::<T>::get(round).ok_or(Error::<T>::NothingToClaim)?;
        let amount = emission::share(record.emission, score, record.total_score);
        T::Currency::mint_into(&miner, amount)?;
        record.claimed = record.claimed.saturating_add(amount);
        record.claimed_score = record.claimed_score.saturating_add(score);
        Rounds::<T>::insert(round, record);
        Scores::<T>::remove(round, &miner);
        Self::deposit_event(Event::Claimed { round, miner, amount });
        Ok(())
    }

    /// A claim without a sender is valid while there is a share to claim.
    pub(crate) fn authorize_claim(
        _source: TransactionSource,
        round: &RoundIndex,
        miner: &T::AccountId,
    ) -> TransactionValidityWithRefund {
        if !Self::is_claimable(*round, miner) {
            return Err(InvalidTransaction::Stale.into());
        }
        ValidTransaction::with_tag_prefix("millrace/claim")
            .priority(T::Priority::get())
            .and_provides((round, miner))
            .longevity(CLAIM_LONGEVITY)
            .propagate(true)
            .build()
            .map(|validity| (validity, Weight::zero()))
    }

    /// Whether a miner has a share of a round that is closed and not yet void.
    pub(crate) fn is_claimable(round: RoundIndex, miner: &T::AccountId) -> bool {
        (Self::first_claimable()..CurrentRound::<T>::get().0).contains(&round)
            && Scores::<T>::contains_key(round, miner)
    }

    pub(crate) fn first_claimable() -> RoundIndex {
        CurrentRound::<T>::get().0.saturating_sub(T::ClaimWindow::get())
    }

    /// Removes what is left of rounds past their window, as far as the weight goes.
    pub(crate) fn expire(remaining: Weight) -> Weight {
        let mut meter = WeightMeter::with_limit(remaining);
        let mut cursor: Option<alloc::vec::Vec<u8>> = None;
        let mut oldest = OldestRound::<T>::get();
        let before = oldest;
        let first = Self::first_claimable();
        while oldest < first && meter.try_consume(T::WeightInfo::expire()).is_ok() {
            // The cursor, because a removal isn't seen by a second search in the same block.
            cursor = Scores::<T>::clear_prefix(oldest, EXPIRED_AT_ONCE, cursor.as_deref()).maybe_cursor;
            if cursor.is_some() {
                continue;
            }
            if let Some(record) = Rounds::<T>::take(oldest) {
                let unclaimed = record.emission.saturating_sub(record.claimed);
                Self::deposit_event(Event::RoundExpired { round: oldest, unclaimed });
            }
            oldest = oldest.saturating_add(1);
        }
        if oldest != before {
            OldestRound::<T>::put(oldest);
        }
        meter.consumed()
    }
}
