//! The verification of claims of work, whatever they are claimed for.

use alloc::vec::Vec;

use frame_support::weights::Weight;
use millrace_inference::{Cost, TraceError};

use crate::ModelId;

/// A claim that a model was executed on a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkClaim<'a> {
    /// The model.
    pub model: ModelId,
    /// The batch: whole samples, one after the other, of `sample_bytes` of the model's profile each.
    pub input: &'a [u8],
    /// The trace that the execution left.
    pub trace: &'a [u8],
    /// Seed of the verifier's randomness. It follows from the trace's hash, so that nobody knows it before the trace.
    pub seed: [u8; 32],
}

/// What verifying a claim came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<Output> {
    /// The trace is right.
    Proven {
        /// What it proves.
        output: Output,
    },
    /// The trace is wrong, whatever else is.
    Forged {
        /// What is wrong with it.
        why: TraceError,
    },
    /// The chain can't tell: it has no such model, or the batch is none of the model's. That is no fault of the miner.
    Unavailable,
}

/// Verifies claims of work.
pub trait Verifier {
    /// Weight of verifying a trace of this cost.
    fn weight(cost: &Cost) -> Weight;
    /// Bytes of memory that the verifications of a block take at most, in one instance of the runtime, one after the other:
    /// with what they read of models, but not of inputs and traces.
    fn memory() -> u64;
    /// Verifies a claim; the output is that of the last node, as bytes.
    fn verify(claim: &WorkClaim<'_>) -> Verdict<Vec<u8>>;
    /// As [`Self::verify`], for those who don't need the output.
    fn check(claim: &WorkClaim<'_>) -> Verdict<()>;
}
