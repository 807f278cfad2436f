//! The self-test: every kernel is held against the reference, and so against every other, on random models of rows.

use millrace_inference::{
    random::Random,
    rows::{
        commitment::{output_leaves, tree_root, trunk_leaves, Hash},
        evaluate,
        random::{random_ids, random_image_model, random_model, random_wide_image_model},
        Blob, CheckedModel, Sequence,
    },
};

use super::{
    execution::{RowsEngine, RowsExecution},
    parameters::Parameters,
    products::Kernel,
};
use crate::error::EngineError;

/// Random models that are executed.
const MODELS: u64 = 32;
/// Sequences or images of a batch.
const SEQUENCES: usize = 3;

/// A model, a batch, and what the reference makes of it.
struct Case {
    model: CheckedModel,
    blob: Vec<u8>,
    batch: Vec<Vec<u32>>,
    outputs: Vec<Vec<u8>>,
    roots: [Hash; 2],
}

impl Case {
    fn random(seed: u64) -> Result<Self, EngineError> {
        let mut random = Random(seed);
        let draws = [random_model, random_model, random_image_model, random_wide_image_model];
        let made = draws[seed as usize % draws.len()](&mut random);
        let batch: Vec<Vec<u32>> = (0..SEQUENCES).map(|_| random_ids(&mut random, &made.model)).collect();
        Self::new(CheckedModel::new(made.model)?, made.blob, batch)
    }

    fn new(model: CheckedModel, blob: Vec<u8>, batch: Vec<Vec<u32>>) -> Result<Self, EngineError> {
        let bytes = Blob::new(&model, &blob)?;
        let ids: Vec<&[u32]> = batch.iter().map(Vec::as_slice).collect();
        let refused = |(number, error)| EngineError::Sequence { number, error };
        let outputs = evaluate(&model, bytes, &ids).map_err(refused)?;
        let mut recorded = Vec::new();
        for (number, ids) in ids.iter().enumerate() {
            let mut sequence = Sequence::recording(&model, bytes);
            sequence.append(ids).map_err(|error| refused((number, error)))?;
            recorded.push(sequence);
        }
        let trunk = trunk_leaves(&model, &recorded).ok_or(EngineError::Inexact)?;
        let roots = [tree_root(trunk), tree_root(output_leaves(&outputs))];
        let outputs = outputs.iter().map(millrace_inference::rows::Output::to_bytes).collect();
        drop(recorded);
        Ok(Self { model, blob, batch, outputs, roots })
    }

    fn is(&self, execution: &RowsExecution) -> bool {
        let outputs = execution.outputs.iter().map(|output| &output.bytes);
        outputs.eq(&self.outputs) && [execution.trunk_root, execution.output_root] == self.roots
    }
}

/// Tests every kernel of this processor. `executed` executes a model on a batch with one of them.
///
/// # Errors
/// [`EngineError::Inexact`] if one bit differs, or what `executed` says.
pub(crate) fn run(
    executed: impl Fn(Kernel, CheckedModel, Vec<u8>, &[&[u32]]) -> Result<RowsExecution, EngineError>,
) -> Result<(), EngineError> {
    for seed in 0..MODELS {
        let case = Case::random(seed)?;
        let ids: Vec<&[u32]> = case.batch.iter().map(Vec::as_slice).collect();
        for kernel in Kernel::available() {
            let execution = executed(kernel, case.model.clone(), case.blob.clone(), &ids)?;
            if !case.is(&execution) {
                return Err(EngineError::Inexact);
            }
        }
    }
    Ok(())
}

impl RowsEngine<'_> {
    /// Compares each kernel with the reference on random models, outputs and commitments.
    ///
    /// # Errors
    /// [`EngineError::Inexact`] if one bit differs.
    pub fn self_test(self) -> Result<(), EngineError> {
        run(|kernel, model, blob, batch| {
            let engine = self.with_kernel(kernel);
            engine.execute(&engine.prepare_checked(model, Parameters::from(blob))?, batch)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::threads::Threads;

    #[test]
    fn one_wrong_bit_of_one_kernel_fails() {
        let threads = Threads::start(2, false, || Box::new(())).expect("two threads can be started");
        let engine = RowsEngine { threads: &threads, memory: 1 << 30, kernel: Kernel::fastest() };
        assert!(engine.self_test().is_ok());
        let honest = |kernel, model, blob: Vec<u8>, batch: &[&[u32]]| {
            let engine = engine.with_kernel(kernel);
            engine.execute(&engine.prepare_checked(model, Parameters::from(blob))?, batch)
        };
        for wrong in Kernel::available() {
            for part in 0..3 {
                let verdict = run(|kernel, model, blob, batch| {
                    let mut execution = honest(kernel, model, blob, batch)?;
                    if kernel == wrong {
                        match part {
                            0 => execution.trunk_root[0] ^= 1,
                            1 => execution.output_root[31] ^= 128,
                            _ => execution.outputs[0].bytes[0] ^= 1,
                        }
                    }
                    Ok(execution)
                });
                assert!(matches!(verdict, Err(EngineError::Inexact)));
            }
        }
    }
}
