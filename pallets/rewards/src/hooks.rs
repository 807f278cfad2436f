//! What blocks do on their own: close a round and begin the next, forget rounds past their window.

use core::ops::Range;

use frame_support::{
    traits::Get,
    weights::{Weight, WeightMeter},
};
use millrace_primitives::{BlockNumber, OnRound, RoundIndex};
use sp_runtime::SaturatedConversion;

use crate::{
    emission, Config, CurrentRound, EmissionPerMegaMac, Emitted, Event, OldestRound, Pallet, RoundLength,
    Rounds, Scores, WeightInfo,
};

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
        Self::close_round(round, first..now);
        let next = round.saturating_add(1);
        CurrentRound::<T>::put((next, now));
        T::WeightInfo::stay_in_round()
            .saturating_add(T::WeightInfo::close_round())
            .saturating_add(T::OnRound::on_round(next))
    }

    /// Fixes the emission of a round of these blocks, which ends, if anything was mined in it.
    pub(crate) fn close_round(round: RoundIndex, blocks: Range<BlockNumber>) {
        let mut record = Rounds::<T>::get(round).unwrap_or_default();
        if record.total_score > 0 {
            let emitted = Emitted::<T>::get();
            record.emission =
                emission::emission(T::InitialEmission::get(), T::HalvingInterval::get(), blocks)
                    .min(T::EmissionCap::get().saturating_sub(emitted));
            Emitted::<T>::put(emitted.saturating_add(record.emission));
            let own = emission::per_mega_mac(record.emission, record.mined);
            EmissionPerMegaMac::<T>::mutate(|average| *average = emission::average(*average, own));
        }
        Self::deposit_event(Event::RoundClosed { round, emission: record.emission, mined: record.mined });
        Rounds::<T>::insert(round, record);
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
