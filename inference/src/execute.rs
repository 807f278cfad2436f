//! Executes a model by definition: the reference for engines and verifiers.

use alloc::vec::Vec;

use crate::{
    error::ExecutionError,
    linear::Linear,
    registration::checked::CheckedModel,
    trace::pack::pack,
    values::Output,
    walk::{walk, LinearOperators},
};

/// What executing a model on a batch leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execution {
    /// The last node's tensor.
    pub output: Output,
    /// The accumulators of every linear operator in node order, each `[N, shape…]` row-major and packed.
    pub trace: Vec<u8>,
}

/// Executes a model by definition: the reference that engines and verifiers are held to.
///
/// `input` holds N samples of [`Profile::sample_bytes`](crate::Profile::sample_bytes) each, one `i8` a byte.
///
/// # Errors
/// [`ExecutionError::InputLength`] if the input isn't a positive whole number of samples.
pub fn execute(model: &CheckedModel, input: &[u8]) -> Result<Execution, ExecutionError> {
    struct Reference(Vec<u8>);
    impl LinearOperators for Reference {
        type Error = ExecutionError;
        fn linear(&mut self, operator: Linear<'_>) -> Result<Vec<i32>, ExecutionError> {
            let accumulators = operator.accumulators();
            pack(&accumulators, &mut self.0);
            Ok(accumulators)
        }
    }
    let mut reference = Reference(Vec::new());
    let output = walk(model, input, &mut reference)?;
    Ok(Execution { output, trace: reference.0 })
}
