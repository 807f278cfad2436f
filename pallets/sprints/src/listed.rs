//! The batches that sprints run on, one a round in turn, and how hard it is to win on each. The registry lists the same
//! models, so that their owners can't retire them and miners can't be without them.

use alloc::vec::Vec;

use frame_support::{
    ensure,
    pallet_prelude::{DispatchError, DispatchResult},
    traits::Get,
    BoundedVec,
};
use millrace_inference::Profile;
use millrace_primitives::{Mac, ModelId, ModelRegistry, Rounds, Verifier, Win};

use crate::{target, Config, Error, Event, Listed, Listing, MaxListed, Pace, Pallet, Terms};

impl<T: Config> Pallet<T> {
    /// The running round's sprint model.
    pub fn sprint_model() -> Option<Listing> {
        let listed = Listed::<T>::get();
        listed.get(Self::turn(&listed)?).cloned()
    }

    /// Where the running round's model is in the list.
    fn turn(listed: &[Listing]) -> Option<usize> {
        let count = u32::try_from(listed.len()).ok()?;
        usize::try_from(T::Rounds::current().checked_rem(count)?).ok()
    }

    /// The largest part of a block that one win takes.
    pub(crate) fn largest_share() -> u32 {
        Listed::<T>::get().iter().map(|listing| listing.share).max().unwrap_or(0)
    }

    /// Begins a block of the model in turn, which makes it a block's part easier to win on it. Answers its listing.
    pub(crate) fn begin_turn() -> Option<Listing> {
        Listed::<T>::mutate(|listed| {
            let turn = Self::turn(listed)?;
            let listing = listed.get_mut(turn)?;
            listing.difficulty = target::fall(listing.difficulty);
            listing.pace = listing.pace.block_later();
            Some(listing.clone())
        })
    }

    /// Counts a win of so much work at these terms, which makes it harder to win on its model if that is listed still.
    pub(crate) fn count_win(terms: &Terms, work: Mac) -> Win {
        let Terms { model, share, difficulty, .. } = *terms;
        Listed::<T>::mutate(|listed| {
            let in_turn = Self::turn(listed).and_then(|turn| listed.get(turn)).cloned();
            let own = listed.iter_mut().find(|listing| listing.model == model);
            let pace = own.map_or_else(
                || Pace::expected(1, work, share, Self::wanted(share)),
                |listing| {
                    let wanted = Self::wanted(listing.share);
                    listing.difficulty =
                        target::rise(listing.difficulty, target::scaled(difficulty), listing.share, wanted);
                    listing.pace = listing.pace.with(work);
                    listing.pace
                },
            );
            let counts = in_turn
                .filter(|listing| listing.model != model)
                .map_or(work, |listing| pace.counts(listing.pace, work));
            Win { model, work, counts }
        })
    }

    /// The part of a block that wins should take where each takes `share`.
    pub(crate) fn wanted(share: u32) -> u32 {
        target::wanted(T::SprintShare::get().deconstruct(), share)
    }

    /// Lists these batches. On models that weren't listed yet, a win takes `attempts` at first, or as many as make up the
    /// initial work.
    pub(crate) fn do_set_listed(batches: Vec<(ModelId, u32)>, attempts: Option<u64>) -> DispatchResult {
        let batches: BoundedVec<(ModelId, u32), MaxListed> =
            batches.try_into().map_err(|_| Error::<T>::TooManyModels)?;
        let before = Listed::<T>::get();
        let mut listed = BoundedVec::<Listing, MaxListed>::new();
        for (model, samples) in batches {
            ensure!(listed.iter().all(|listing| listing.model != model), Error::<T>::ListedTwice);
            let profile = Self::small_profile(model, samples)?;
            let share = Self::share_of(&profile, samples);
            let (difficulty, pace) = before.iter().find(|listing| listing.model == model).map_or_else(
                || {
                    let attempts = attempts.unwrap_or_else(|| Self::initial_attempts(&profile, samples));
                    let work = profile.work(samples).into();
                    (target::scaled(attempts), Pace::expected(attempts, work, share, Self::wanted(share)))
                },
                |listing| (listing.difficulty, listing.pace),
            );
            let listing = Listing { model, samples, share, difficulty, pace };
            listed.try_push(listing).map_err(|_| Error::<T>::TooManyModels)?;
        }
        let models = listed.iter().map(|listing| listing.model).collect();
        T::Models::set_listed(models).map_err(|_| Error::<T>::UnknownModel)?;
        let count = u32::try_from(listed.len()).unwrap_or(u32::MAX);
        Listed::<T>::put(listed);
        Self::deposit_event(Event::ListedSet { count });
        Ok(())
    }

    /// How many attempts on such a batch make up the initial work.
    fn initial_attempts(profile: &Profile, samples: u32) -> u64 {
        let attempts = T::InitialWork::get().checked_div(profile.work(samples).into()).unwrap_or(1);
        u64::try_from(attempts).unwrap_or(u64::MAX)
    }

    /// The profile of a batch of which any trace can be submitted, and verified in the weight and memory that there is for
    /// it.
    fn small_profile(model: ModelId, samples: u32) -> Result<Profile, DispatchError> {
        let profile = T::Models::find(model).ok_or(Error::<T>::UnknownModel)?.profile;
        let bytes = u64::from(T::MaxSprintTrace::get());
        let fits = profile.max_trace_bytes(samples) <= bytes
            && u64::from(profile.sample_bytes).saturating_mul(samples.into()) <= bytes
            && T::Verifier::weight(&profile.cost(samples)).all_lte(T::MaxVerificationWeight::get());
        ensure!(samples > 0 && fits, Error::<T>::InvalidBatch);
        ensure!(profile.fits_memory(), Error::<T>::VerificationMemory);
        Ok(profile)
    }
}
