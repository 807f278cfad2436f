//! `acc[o] = Σ_k W[o,k]·x[k]` over the last axis; its accumulators are part of the trace.

use alloc::vec::Vec;

use super::{
    operator::{Evaluation, Operands, Operator, Work},
    parameters::{expect_length, row_bounds},
};
use crate::{
    cost::counts::{Counts, LayerShape},
    error::ExecutionError,
    format::{data_type::DataType, fault::ModelFault},
    linear::{Columns, Linear},
    tensor::{ChannelAxis, Tensor, Tensors},
    trace::width::MAX_WIDTH,
};

/// The fields of [`crate::format::node::Node::Linear`].
pub(super) struct LinearNode<'a> {
    pub(super) input: &'a u32,
    pub(super) outputs: &'a u32,
    pub(super) parameters: &'a [i8],
}

impl<'a> Operator<'a> for LinearNode<'a> {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let read = before.read_as(*self.input, DataType::I8)?;
        let expected = u64::from(*self.outputs).saturating_mul(read.last_axis().into());
        expect_length(expected, self.parameters.len())?;
        let mut shape = read.shape.clone();
        if let Some(last) = shape.last_mut() {
            *last = *self.outputs;
        }
        Tensor::accumulators(shape, ChannelAxis::Last)
    }

    fn work(&self) -> Work {
        Work::Traced
    }

    fn bounds(&self, own: &Tensor, _: &[Vec<u64>]) -> Vec<u64> {
        row_bounds(self.parameters, own.last_axis())
    }

    fn counts(&self, tensors: Tensors<'_>, own: &Tensor) -> Option<Counts> {
        let (n, m) = (*self.outputs, tensors.get(*self.input)?.last_axis());
        let columns = own.elements.checked_div(n)?;
        Some(Counts { layer: Some(LayerShape { n, m, columns, width: MAX_WIDTH }), ..Counts::default() })
    }

    fn scratch(&self, _: Tensors<'_>, _: &Tensor) -> Option<u64> {
        Some(0)
    }

    fn product(&self, tensors: Tensors<'_>, node: u32, input: &'a [i8]) -> Option<Linear<'a>> {
        let n = usize::try_from(*self.outputs).ok()?;
        let m = usize::try_from(tensors.get(*self.input)?.last_axis()).ok()?;
        Some(Linear { node, parameters: self.parameters, n, m, input, columns: Columns::Contiguous })
    }

    fn evaluate(&self, operands: &Operands<'a>) -> Result<Evaluation<'a>, ExecutionError> {
        let product = self.product(operands.tensors, operands.node, operands.i8_of(*self.input)?);
        product.map(Evaluation::Product).ok_or(ExecutionError::TooLarge)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{evaluate, i8s, tensor},
        *,
    };
    use crate::values::Values;
    use alloc::vec;

    #[test]
    fn the_last_axis_is_multiplied() {
        let node = LinearNode { input: &0, outputs: &3, parameters: &[1, 2, 3, -4, 0, 1] };
        let tensors = [tensor(&[2, 2])];
        let own = node.infer(Tensors(&tensors)).expect("3 × 2 parameters");
        assert_eq!((own.shape.as_slice(), own.data_type), ([2, 3].as_slice(), DataType::I32));
        assert_eq!(node.bounds(&own, &[]), [3 * 128, 7 * 128, 128]);
        let counts = node.counts(Tensors(&tensors), &own).expect("inferred");
        let layer = Some(LayerShape { n: 3, m: 2, columns: 2, width: 32 });
        assert_eq!(counts, Counts { layer, ..Counts::default() });
        let sums = evaluate(&node, &tensors, &[i8s([1, 10, -1, 0])]);
        assert_eq!(sums, Values::I32(vec![21, -37, 10, -1, -3, 0]));
    }

    #[test]
    fn parameters_of_another_length_are_refused() {
        let node = LinearNode { input: &0, outputs: &3, parameters: &[1; 7] };
        let tensors = [tensor(&[2])];
        assert_eq!(node.infer(Tensors(&tensors)).err(), Some(ModelFault::Length { expected: 6, got: 7 }));
    }
}
