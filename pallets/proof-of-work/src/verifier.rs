//! What this pallet offers to others: the verification of a claim, and what it weighs.

use alloc::vec::Vec;

use frame_support::weights::Weight;
use millrace_inference::{
    check, limits::MAX_MODEL_BYTES, most_bytes_of_verifications, verify, CheckedModel, Cost, TraceError,
};
use millrace_primitives::{ModelId, ModelRegistry, Verdict, Verifier, WorkClaim};

use crate::{Config, Pallet, WeightInfo};

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

    /// A registered model, ready to be executed; none if it is not (any more) registered.
    fn model(model: ModelId) -> Option<CheckedModel> {
        let encoding = T::Models::encoding(model)?;
        CheckedModel::from_registered_bytes(&encoding).ok()
    }
}

impl<T: Config> Verifier for Pallet<T> {
    fn weight(cost: &Cost) -> Weight {
        Self::verification_weight(cost)
    }

    fn memory() -> u64 {
        // A model as bytes and decoded, each rounded up.
        let model = u64::try_from(MAX_MODEL_BYTES).unwrap_or(u64::MAX).saturating_mul(4);
        most_bytes_of_verifications().saturating_add(model)
    }

    fn verify(claim: &WorkClaim<'_>) -> Verdict<Vec<u8>> {
        let Some(model) = Self::model(claim.model) else { return Verdict::Unavailable };
        verdict(verify(&model, claim.input, claim.trace, claim.seed).map(|output| output.to_bytes()))
    }

    fn check(claim: &WorkClaim<'_>) -> Verdict<()> {
        let Some(model) = Self::model(claim.model) else { return Verdict::Unavailable };
        verdict(check(&model, claim.input, claim.trace, claim.seed))
    }
}

fn verdict<Output>(verified: Result<Output, TraceError>) -> Verdict<Output> {
    match verified {
        Ok(output) => Verdict::Proven { output },
        // An execution that is impossible is none of a registered model's, and nobody's fault.
        Err(TraceError::Execution(_)) => Verdict::Unavailable,
        Err(why) => Verdict::Forged { why },
    }
}
