use alloc::vec::Vec;

use frame_support::{
    ensure,
    pallet_prelude::{
        DispatchResult, DispatchResultWithPostInfo, InvalidTransaction, TransactionSource,
        TransactionValidityWithRefund, ValidTransaction, Weight,
    },
    traits::Get,
    BoundedVec,
};
use millrace_inference::{check, sprint_digest, CheckedModel, Profile};
use millrace_primitives::{
    genesis_hash, meets_target, mill::MillSignature, Attempt, BlockNumber, CapacityMarket, CreditWork, Mac,
    MillKeys, ModelId, ModelRegistry, Rounds,
};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::{RuntimeAppPublic, SaturatedConversion};

use crate::{Config, Difficulty, Error, Event, Listed, Listing, Pallet, Used, WeightInfo, Wins};

impl<T: Config> Pallet<T> {
    pub(crate) fn now() -> BlockNumber {
        frame_system::Pallet::<T>::block_number().saturated_into()
    }

    /// Hash of a recent block; none if it is not one.
    pub(crate) fn anchor_hash(number: BlockNumber) -> Option<H256> {
        let now = Self::now();
        if number >= now || number.saturating_add(T::MaxAnchorAge::get()) < now {
            return None;
        }
        let hash = frame_system::Pallet::<T>::block_hash(
            frame_system::pallet_prelude::BlockNumberFor::<T>::saturated_from(number),
        );
        Some(H256::from_slice(hash.as_ref())).filter(|hash| !hash.is_zero())
    }

    /// The running round's sprint model.
    pub fn sprint_model() -> Option<Listing> {
        let listed = Listed::<T>::get();
        let count = u32::try_from(listed.len()).ok()?;
        let turn = T::Rounds::current().checked_rem(count)?;
        listed.get(usize::try_from(turn).ok()?).cloned()
    }

    pub(crate) fn do_set_listed(listed: Vec<(ModelId, u32)>) -> DispatchResult {
        let mut new = Vec::new();
        for (model, samples) in listed {
            let profile = T::Models::profile(model).ok_or(Error::<T>::UnknownModel)?;
            let fits = profile.max_trace_bytes(samples) <= T::MaxSprintTrace::get().into()
                && u64::from(profile.sample_bytes).saturating_mul(samples.into())
                    <= T::MaxSprintTrace::get().into()
                && Self::verification_weight(&profile.cost(samples)).all_lte(T::MaxVerificationWeight::get());
            ensure!(samples > 0 && fits, Error::<T>::InvalidBatch);
            ensure!(profile.fits_memory(), Error::<T>::VerificationMemory);
            T::Models::list(model).map_err(|_| Error::<T>::UnknownModel)?;
            new.push(Listing { model, samples });
        }
        let new: BoundedVec<_, _> = new.try_into().map_err(|_| Error::<T>::TooManyModels)?;
        let count = u32::try_from(new.len()).unwrap_or(u32::MAX);
        for old in Listed::<T>::mutate(|listed| core::mem::replace(listed, new)) {
            T::Models::unlist(old.model);
        }
        Self::deposit_event(Event::ListedSet { count });
        Ok(())
    }

    /// Weight that a sprint is admitted with; what it doesn't use is refunded.
    pub(crate) fn max_sprint_weight() -> Weight {
        T::MaxVerificationWeight::get().saturating_add(Self::sprint_weight(T::MaxSprintTrace::get().into()))
    }

    /// Weight of a sprint on an input of so many bytes besides the verification: the input is drawn from the
    /// attempt, hash by hash.
    fn sprint_weight(input_bytes: u64) -> Weight {
        T::WeightInfo::sprint_base(u32::try_from(input_bytes).unwrap_or(u32::MAX))
    }

    /// An attempt with its difficulty and the sizes of its model, if it could be made now and its trace could be as long
    /// as this one.
    fn attempt(
        miner: T::AccountId,
        anchor: BlockNumber,
        nonce: u64,
        trace_bytes: usize,
    ) -> Option<(Attempt<T::AccountId>, Profile)> {
        if !T::Miners::may_sprint(&miner) {
            return None;
        }
        let listing = Self::sprint_model()?;
        let profile = T::Models::profile(listing.model)?;
        if profile.max_trace_bytes(listing.samples) < u64::try_from(trace_bytes).ok()? {
            return None;
        }
        let attempt = Attempt {
            miner,
            anchor: Self::anchor_hash(anchor)?,
            nonce,
            model: listing.model,
            samples: listing.samples,
        };
        Some((attempt, profile))
    }

    /// The seed of an attempt whose trace has this hash and its digest, if that wins and wasn't credited yet.
    fn winning(
        attempt: &Attempt<T::AccountId>,
        anchor: BlockNumber,
        trace_hash: H256,
    ) -> Option<([u8; 32], [u8; 32])> {
        let seed = attempt.seed(genesis_hash::<T>(), trace_hash.0);
        let digest = sprint_digest(&seed, blake2_256);
        if !meets_target(&digest, Difficulty::<T>::get()) {
            return None;
        }
        let wins = Wins::<T>::get(anchor);
        (!wins.is_full() && !wins.contains(&digest)).then_some((seed, digest))
    }

    /// Whether a win is credited already, for the worker that sends it.
    pub(crate) fn is_credited(anchor: BlockNumber, digest: &[u8; 32]) -> bool {
        Wins::<T>::get(anchor).contains(digest)
    }

    /// Cheap claims are checked before dear ones: the signature, then the target, and only then the trace is hashed.
    #[allow(clippy::ptr_arg, reason = "the macro passes the call's arguments by reference as they are")]
    pub(crate) fn authorize_sprint(
        _source: TransactionSource,
        miner: &T::AccountId,
        anchor: &BlockNumber,
        nonce: &u64,
        trace_hash: &H256,
        trace: &Vec<u8>,
        signature: &MillSignature,
    ) -> TransactionValidityWithRefund {
        let key = T::Miners::mill_key(miner).ok_or(InvalidTransaction::BadSigner)?;
        let (attempt, _) =
            Self::attempt(miner.clone(), *anchor, *nonce, trace.len()).ok_or(InvalidTransaction::Stale)?;
        if !key.verify(&attempt.message(genesis_hash::<T>(), trace_hash.0), signature) {
            return Err(InvalidTransaction::BadProof.into());
        }
        let (_, digest) = Self::winning(&attempt, *anchor, *trace_hash).ok_or(InvalidTransaction::Stale)?;
        if blake2_256(trace) != trace_hash.0 {
            return Err(InvalidTransaction::BadProof.into());
        }
        let longevity = anchor.saturating_add(T::MaxAnchorAge::get()).saturating_sub(Self::now());
        ValidTransaction::with_tag_prefix("millrace/sprint")
            .priority(T::Priority::get())
            .and_provides(digest)
            .longevity(longevity.max(1).into())
            .propagate(true)
            .build()
            .map(|validity| (validity, Weight::zero()))
    }

    pub(crate) fn do_sprint(
        miner: T::AccountId,
        anchor: BlockNumber,
        nonce: u64,
        trace_hash: H256,
        trace: &[u8],
    ) -> DispatchResultWithPostInfo {
        let (attempt, profile) =
            Self::attempt(miner, anchor, nonce, trace.len()).ok_or(Error::<T>::InvalidSprint)?;
        let (seed, digest) = Self::winning(&attempt, anchor, trace_hash).ok_or(Error::<T>::InvalidSprint)?;
        // What the chain itself can't read is no fault of the miner.
        let encoding = T::Models::encoding(attempt.model).ok_or(Error::<T>::InvalidSprint)?;
        let model = CheckedModel::from_registered_bytes(&encoding).map_err(|_| Error::<T>::InvalidSprint)?;
        Wins::<T>::try_append(anchor, digest).map_err(|_| Error::<T>::TooManyWins)?;
        let cost = profile.cost(attempt.samples);
        let weight = Self::verification_weight(&cost).saturating_add(Self::sprint_weight(cost.input_bytes));
        let input = attempt.input(profile.sample_bytes);
        let Attempt { miner, model: name, samples, .. } = attempt;
        if check(&model, &input, trace, seed).is_ok() {
            let credited = Mac::from(profile.work(samples)).saturating_mul(Difficulty::<T>::get().into());
            T::Rewards::credit(&miner, credited);
            Self::deposit_event(Event::SprintWon { miner, model: name, credited });
            Self::count_used(weight, trace.len());
        } else {
            T::Miners::slash_miner(&miner);
            Self::deposit_event(Event::SprintRejected { miner });
        }
        Ok(Some(weight).into())
    }

    /// Adds a sprint's share of a block (of time, proof or length, whichever is most) to the round's.
    fn count_used(weight: Weight, length: usize) {
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        let limits = T::BlockWeights::get();
        let class = limits.get(frame_support::dispatch::DispatchClass::Normal);
        let max = class.max_total.unwrap_or(limits.max_block);
        let max_length = *T::BlockLength::get().max.get(frame_support::dispatch::DispatchClass::Normal);
        let parts = |used: u64, of: u64| {
            u64::try_from(u128::from(used).saturating_mul(1_000_000_000).checked_div(of.into()).unwrap_or(0))
                .unwrap_or(u64::MAX)
        };
        let share = parts(weight.ref_time(), max.ref_time())
            .max(parts(weight.proof_size().saturating_add(length), max.proof_size()))
            .max(parts(length, max_length.into()));
        Used::<T>::mutate(|used| *used = used.saturating_add(share));
    }

    /// Wins on anchors that are too old can't come again.
    pub(crate) fn forget_old_wins() {
        if let Some(old) = Self::now().checked_sub(T::MaxAnchorAge::get().saturating_add(1)) {
            Wins::<T>::remove(old);
        }
    }
}
