//! What every operator says of itself. Registration, the walk and the verification know operators through this alone.

use alloc::vec::Vec;

use crate::{
    cost::counts::Counts,
    error::ExecutionError,
    format::fault::ModelFault,
    linear::Linear,
    tensor::{Tensor, Tensors},
    values::Values,
};

/// An operator: the fields of a node, borrowed for `'a`.
///
/// Nothing that soundness or a bound of memory or time rests on has a default, so that a new operator can't forget it.
pub(crate) trait Operator<'a> {
    /// Shape and type of its tensor, if it can read the tensors that it names and its fields are right.
    ///
    /// # Errors
    /// The first fault.
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault>;

    /// Whether it is paid for, and whether a trace shows that it was executed.
    fn work(&self) -> Work;

    /// For each row of W, filter or channel the largest absolute value that a sum in it can reach, in accumulators and in
    /// what is added to them; empty if it sums nothing that could overflow. `before` holds the bounds of the nodes
    /// before it.
    fn bounds(&self, own: &Tensor, before: &[Vec<u64>]) -> Vec<u64>;

    /// What executing and verifying it takes. This method and those below are called only for nodes that
    /// [`Self::infer`] accepted; for others they may return none.
    fn counts(&self, tensors: Tensors<'_>, own: &Tensor) -> Option<Counts>;

    /// Bytes that verifying it takes beside the tensors that it reads and makes, whatever the number of samples.
    fn scratch(&self, tensors: Tensors<'_>, own: &Tensor) -> Option<u64>;

    /// Itself as a product on this input, if its work is [`Work::Traced`].
    fn product(&self, _tensors: Tensors<'_>, _node: u32, _input: &'a [i8]) -> Option<Linear<'a>> {
        None
    }

    /// Its tensor, or the product that gives it.
    ///
    /// # Errors
    /// [`ExecutionError::TooLarge`], which no registered model gives.
    fn evaluate(&self, operands: &Operands<'a>) -> Result<Evaluation<'a>, ExecutionError>;
}

/// Whether an operator is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// It isn't.
    Unpaid,
    /// It is a product whose accumulators are part of the trace.
    Traced,
    /// It is, but its accumulators aren't part of the trace: a traced operator must depend on it.
    Untraced,
}

/// What becomes of a node on the walk.
pub(crate) enum Evaluation<'a> {
    /// Its tensor.
    Values(Values),
    /// A product, which whoever walks computes or checks.
    Product(Linear<'a>),
}

/// What an operator may read while it is evaluated.
pub(crate) struct Operands<'a> {
    /// The operator's own node.
    pub(crate) node: u32,
    /// The batch as it was posted.
    pub(crate) batch: &'a [u8],
    /// The shapes of all nodes.
    pub(crate) tensors: Tensors<'a>,
    /// The tensors of the nodes before it, as far as they are still needed.
    pub(crate) values: &'a [Option<Values>],
}

impl<'a> Operands<'a> {
    /// The tensor of a node.
    ///
    /// # Errors
    /// [`ExecutionError::TooLarge`] if it isn't there.
    pub(crate) fn of(&self, node: u32) -> Result<&'a Values, ExecutionError> {
        let position = usize::try_from(node).unwrap_or(usize::MAX);
        self.values.get(position).and_then(Option::as_ref).ok_or(ExecutionError::TooLarge)
    }

    /// The tensor of a node that holds activations.
    ///
    /// # Errors
    /// [`ExecutionError::TooLarge`] if it isn't there.
    pub(crate) fn i8_of(&self, node: u32) -> Result<&'a [i8], ExecutionError> {
        match self.of(node)? {
            Values::I8(values) => Ok(values),
            Values::I32(_) => Err(ExecutionError::TooLarge),
        }
    }

    /// The tensor of a node that holds accumulators or indices.
    ///
    /// # Errors
    /// [`ExecutionError::TooLarge`] if it isn't there.
    pub(crate) fn i32_of(&self, node: u32) -> Result<&'a [i32], ExecutionError> {
        match self.of(node)? {
            Values::I32(values) => Ok(values),
            Values::I8(_) => Err(ExecutionError::TooLarge),
        }
    }
}
