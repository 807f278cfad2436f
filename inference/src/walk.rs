//! Walks a graph over a batch: the one loop that execution, engines and verification share.

use alloc::vec::Vec;

use crate::{
    error::ExecutionError,
    linear::Linear,
    operators::{
        operator::{Evaluation, Operands},
        with_operator,
    },
    registration::checked::CheckedModel,
    values::{Output, Values},
};

/// How the linear operators of a graph are evaluated: by the reference, by an engine, or by reading a
/// claimed trace and checking it.
pub trait LinearOperators {
    /// What can go wrong.
    type Error: From<ExecutionError>;

    /// The accumulators in the layout that [`Columns`](crate::Columns) says.
    ///
    /// # Errors
    /// Whatever ends the walk.
    fn linear(&mut self, operator: Linear<'_>) -> Result<Vec<i32>, Self::Error>;
}

/// Walks the graph over a batch. Linear operators and convolutions are left to `operators`, everything else is computed
/// here; tensors are dropped after their last reader.
///
/// # Errors
/// [`ExecutionError::InputLength`] if the input isn't a whole number of samples, and what `operators` say.
pub fn walk<O: LinearOperators>(
    model: &CheckedModel,
    input: &[u8],
    operators: &mut O,
) -> Result<Output, O::Error> {
    model.profile().samples(input.len())?;
    let graph = &model.graph;
    let mut live: Vec<Option<Values>> = Vec::with_capacity(graph.tensors.len());
    for (index, node, _) in graph.nodes() {
        let at = u32::try_from(index).unwrap_or(u32::MAX);
        let operands = Operands { node: at, batch: input, tensors: graph.tensors(), values: &live };
        let values = match with_operator(node, |operator| operator.evaluate(&operands))? {
            Evaluation::Values(values) => values,
            Evaluation::Product(product) => Values::I32(operators.linear(product)?),
        };
        for read in node.reads() {
            if graph.tensors().get(read).is_some_and(|tensor| tensor.last_read == index) {
                if let Some(tensor) = usize::try_from(read).ok().and_then(|read| live.get_mut(read)) {
                    *tensor = None;
                }
            }
        }
        live.push(Some(values));
    }
    live.pop().flatten().ok_or_else(|| ExecutionError::TooLarge.into())
}
