//! What people are told of rounds: what is emitted when, and which shares wait for a claim.

use alloc::vec::Vec;

use frame_support::traits::Get;
use millrace_primitives::{page_size, BlockNumber, RoundIndex, RoundView, UnclaimedShare};
use sp_runtime::SaturatedConversion;

use crate::{
    emission, Config, CurrentRound, EmissionPerMegaMac, Emitted, Pallet, RoundLength, Rounds, Scores,
};

impl<T: Config> Pallet<T> {
    /// The running round and what is emitted.
    pub(crate) fn view_round() -> RoundView {
        let now: BlockNumber = frame_system::Pallet::<T>::block_number().saturated_into();
        let (round, first_block) = CurrentRound::<T>::get();
        let ends_with = first_block.saturating_add(RoundLength::<T>::get());
        let record = Rounds::<T>::get(round).unwrap_or_default();
        let (emitted, emission_cap) = (Emitted::<T>::get(), T::EmissionCap::get());
        let (initial, interval) = (T::InitialEmission::get(), T::HalvingInterval::get());
        let of_blocks = |first, end| {
            emission::emission(initial, interval, first..end).min(emission_cap.saturating_sub(emitted))
        };
        let emission_per_block = of_blocks(now, now.saturating_add(1));
        RoundView {
            round,
            first_block,
            ends_with,
            emission: of_blocks(first_block, ends_with),
            emission_per_block,
            halves_at: now
                .checked_div(interval)
                .filter(|_| emission_per_block > 0)
                .and_then(|halvings| halvings.checked_add(1)?.checked_mul(interval)),
            mined: record.mined,
            total_score: record.total_score,
            emission_per_mega_mac: EmissionPerMegaMac::<T>::get(),
            emitted,
            emission_cap,
            first_claimable: Self::first_claimable(),
        }
    }

    /// A page of the shares that an account can claim, from a round on. Looks at no more rounds than can be claimed.
    pub(crate) fn unclaimed_shares(
        account: &T::AccountId,
        from: RoundIndex,
        count: u32,
    ) -> Vec<UnclaimedShare> {
        (from.max(Self::first_claimable())..CurrentRound::<T>::get().0)
            .filter_map(|round| {
                let score = Scores::<T>::get(round, account)?.score;
                let record = Rounds::<T>::get(round)?;
                Some(UnclaimedShare {
                    round,
                    amount: emission::share(record.emission, score, record.total_score),
                    void_from: round.saturating_add(T::ClaimWindow::get()).saturating_add(1),
                })
            })
            .take(page_size(count))
            .collect()
    }
}
