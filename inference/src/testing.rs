//! What tests need, here and in the crates that must agree with this one: traces taken apart and put together.

use alloc::vec::Vec;

use crate::{
    error::ExecutionError,
    linear::Linear,
    registration::checked::CheckedModel,
    trace::pack::pack,
    verification::transcript::{Domain, Statement},
    walk::{walk, LinearOperators},
};

/// What a test claims to have executed; only that it stays the same matters.
pub fn statement() -> Statement<'static> {
    Statement {
        domain: Domain::Lease,
        genesis_hash: [1; 32],
        subject: [2; 32],
        miner: &[3; 32],
        model: [4; 32],
        input_hash: [5; 32],
        samples: 6,
    }
}

/// The accumulators of each linear operator in node order: a trace taken apart.
pub fn accumulators(model: &CheckedModel, input: &[u8]) -> Vec<Vec<i32>> {
    struct Recorder(Vec<Vec<i32>>);
    impl LinearOperators for Recorder {
        type Error = ExecutionError;
        fn linear(&mut self, operator: Linear<'_>) -> Result<Vec<i32>, ExecutionError> {
            let accumulators = operator.accumulators();
            self.0.push(accumulators.clone());
            Ok(accumulators)
        }
    }
    let mut recorder = Recorder(Vec::new());
    let _ = walk(model, input, &mut recorder);
    recorder.0
}

/// The same model, whose batches are verified so many samples at a time.
pub fn in_slices_of(mut model: CheckedModel, samples: u32) -> CheckedModel {
    model.profile.slice_samples = samples;
    model
}

/// The trace of these accumulators.
pub fn trace_of(accumulators: &[Vec<i32>]) -> Vec<u8> {
    let mut trace = Vec::new();
    accumulators.iter().for_each(|values| pack(values, &mut trace));
    trace
}
