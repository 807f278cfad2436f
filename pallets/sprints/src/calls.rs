//! What the call does: verify a winning sprint, and credit or slash its miner.

use frame_support::{
    ensure,
    pallet_prelude::{DispatchResultWithPostInfo, Weight},
    traits::Get,
};
use millrace_primitives::{Attempt, BlockNumber, CreditWork, Mac, MinerBond, Verdict, Verifier, WorkClaim};
use sp_core::H256;

use crate::{Config, Error, Event, Pallet, WeightInfo};

impl<T: Config> Pallet<T> {
    /// Weight that a sprint is admitted with; what it doesn't use is refunded.
    pub(crate) fn max_sprint_weight() -> Weight {
        T::MaxVerificationWeight::get().saturating_add(Self::sprint_weight(T::MaxSprintTrace::get().into()))
    }

    /// Weight of a sprint on an input of so many bytes besides the verification: the input is drawn from the
    /// attempt, hash by hash.
    pub(crate) fn sprint_weight(input_bytes: u64) -> Weight {
        T::WeightInfo::sprint_base(u32::try_from(input_bytes).unwrap_or(u32::MAX))
    }

    pub(crate) fn do_sprint(
        miner: T::AccountId,
        anchor: BlockNumber,
        nonce: u64,
        trace_hash: H256,
        trace: &[u8],
    ) -> DispatchResultWithPostInfo {
        let (attempt, terms, profile) =
            Self::attempt(miner, anchor, nonce, trace.len()).ok_or(Error::<T>::InvalidSprint)?;
        let (seed, digest) =
            Self::winning(&attempt, terms.difficulty, trace_hash).ok_or(Error::<T>::InvalidSprint)?;
        // Remembered whatever the verdict: the same transaction can't come again.
        Self::remember_win(anchor, digest)?;
        ensure!(Self::has_room(terms.share), Error::<T>::BudgetExhausted);
        let cost = profile.cost(attempt.samples);
        let weight = T::Verifier::weight(&cost).saturating_add(Self::sprint_weight(cost.input_bytes));
        let input = attempt.input(profile.sample_bytes);
        let Attempt { miner, model, samples, .. } = attempt;
        match T::Verifier::check(&WorkClaim { model, input: &input, trace, seed }) {
            Verdict::Proven { output: () } => {
                // Only what is right takes the block's place. A forged one costs hashes and a slash, and could keep the place from
                // honest wins for less than a block's emission.
                Self::spend(terms.share)?;
                let credited = Mac::from(profile.work(samples)).saturating_mul(terms.difficulty.into());
                let author = T::Author::get();
                let win = Self::count_win(&terms, credited);
                T::Rewards::credit(&miner, win, author.as_ref());
                Self::deposit_event(Event::SprintWon { miner, model, credited, author });
            }
            Verdict::Forged { why } => {
                log::debug!(target: "millrace::sprint", "a sprint on block {anchor} is wrong: {why}");
                T::Miners::slash_miner(&miner);
                Self::deposit_event(Event::SprintRejected { miner });
            }
            // What the chain itself can't check is no fault of the miner.
            Verdict::Unavailable => Self::deposit_event(Event::SprintUnverifiable { miner }),
        }
        Ok(Some(weight).into())
    }
}
