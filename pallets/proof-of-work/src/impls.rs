use alloc::vec::Vec;

use codec::Encode;
use frame_support::{traits::Get, weights::Weight};
use millrace_inference::{
    limits::MAX_MODEL_BYTES, most_bytes_of_verifications, verify, CheckedModel, Cost, Domain, Statement,
    TraceError,
};
use millrace_primitives::{
    genesis_hash, mill::MillKey, CapacityMarket, ListedModels, MillKeys, ModelId, ModelRegistry, OnRound,
    RoundIndex, Rounds, SprintTerms, Verdict, VerifySubmission,
};
use sp_core::H256;
use sp_io::hashing::blake2_256;

use crate::{target, Config, Difficulty, Event, Listed, Pallet, Used, WeightInfo};

impl<T: Config> Pallet<T> {
    /// Weight of verifying a trace: a sum over what the cost counts.
    pub fn verification_weight(cost: &Cost) -> Weight {
        // The benchmarks' components count thousands, so that they fit their `u32`.
        let thousands = |count: u64| u32::try_from(count.div_ceil(1_000)).unwrap_or(u32::MAX);
        let drawn = u32::try_from(cost.drawn).unwrap_or(u32::MAX);
        T::WeightInfo::verify_base()
            .saturating_add(T::WeightInfo::verify_recomputed(thousands(cost.recomputed)))
            .saturating_add(T::WeightInfo::verify_folded(thousands(cost.folded)))
            .saturating_add(T::WeightInfo::verify_drawn(drawn))
            .saturating_add(T::WeightInfo::verify_elements(thousands(cost.elements)))
            // Which operators begin the inner loops isn't counted, so all are taken for the slowest.
            .saturating_add(
                T::WeightInfo::verify_sweeps(thousands(cost.runs))
                    .max(T::WeightInfo::verify_pieces(thousands(cost.runs)))
                    .max(T::WeightInfo::verify_planes(thousands(cost.runs))),
            )
            .saturating_add(T::WeightInfo::verify_patches(thousands(cost.patches)))
            .saturating_add(T::WeightInfo::verify_quotients(thousands(cost.quotients)))
            .saturating_add(T::WeightInfo::verify_evaluations(
                u32::try_from(cost.evaluations).unwrap_or(u32::MAX),
            ))
            .saturating_add(T::WeightInfo::verify_accumulators(thousands(cost.accumulators)))
            .saturating_add(T::WeightInfo::verify_model(thousands(cost.model_bytes)))
            .saturating_add(T::WeightInfo::verify_claim(thousands(
                cost.input_bytes.saturating_add(cost.trace_bytes),
            )))
            // The trace is part of the transaction, whose length counts as proof by itself.
            .saturating_add(Weight::from_parts(0, cost.stored_bytes()))
    }

    /// What a mill key may sprint on, asked by its node on top of the newest block.
    pub fn sprint_terms(key: MillKey) -> Option<SprintTerms<T::AccountId>> {
        let miner = T::Miners::miner_of(&key).filter(T::Miners::may_sprint)?;
        let listing = Self::sprint_model()?;
        // The newest block whose hash the chain knows is the parent of the newest.
        let anchor_number = Self::now().checked_sub(1)?;
        let anchor = Self::anchor_hash(anchor_number)?;
        Some(SprintTerms {
            miner,
            anchor_number,
            anchor,
            model: listing.model,
            samples: listing.samples,
            difficulty: Difficulty::<T>::get(),
        })
    }
}

impl<T: Config> VerifySubmission<T::AccountId> for Pallet<T> {
    fn weight(cost: &Cost) -> Weight {
        Self::verification_weight(cost)
    }

    fn memory() -> u64 {
        // A model as bytes and decoded, each rounded up.
        let model = u64::try_from(MAX_MODEL_BYTES).unwrap_or(u64::MAX).saturating_mul(4);
        most_bytes_of_verifications().saturating_add(model)
    }

    fn verify(
        descriptor: H256,
        miner: &T::AccountId,
        model: ModelId,
        input: &[u8],
        trace: &[u8],
        trace_hash: H256,
    ) -> Verdict {
        let checked = T::Models::encoding(model)
            .and_then(|encoding| CheckedModel::from_registered_bytes(&encoding).ok());
        let Some(checked) = checked else { return Verdict::Unavailable };
        let Ok(samples) = checked.profile().samples(input.len()) else { return Verdict::Unavailable };
        let seed = Statement {
            domain: Domain::Lease,
            genesis_hash: genesis_hash::<T>().0,
            subject: descriptor.0,
            miner: &miner.encode(),
            model: model.0,
            input_hash: blake2_256(input),
            samples,
        }
        .seed_of_hash(trace_hash.0, blake2_256);
        match verify(&checked, input, trace, seed) {
            Ok(output) => Verdict::Proven { output: output.to_bytes() },
            // An execution that is impossible is none of a registered model's, and nobody's fault.
            Err(TraceError::Execution(_)) => Verdict::Unavailable,
            Err(why) => Verdict::Forged { why },
        }
    }
}

impl<T: Config> OnRound for Pallet<T> {
    fn on_round(_: RoundIndex) -> Weight {
        let wanted =
            u64::from(T::SprintShare::get().deconstruct()).saturating_mul(T::Rounds::length().into());
        let used = Used::<T>::take();
        let difficulty = Difficulty::<T>::mutate(|difficulty| {
            *difficulty = target::retarget(*difficulty, used, wanted);
            *difficulty
        });
        Self::deposit_event(Event::Retargeted { difficulty });
        T::WeightInfo::on_round()
    }
}

impl<T: Config> ListedModels for Pallet<T> {
    fn listed() -> Vec<ModelId> {
        Listed::<T>::get().iter().map(|listing| listing.model).collect()
    }
}
