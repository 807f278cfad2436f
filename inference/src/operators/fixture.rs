//! Small graphs around one operator, for the tests of operators.

use alloc::vec::Vec;

use super::operator::{Evaluation, Operands, Operator};
use crate::{
    format::data_type::DataType,
    tensor::{Tensor, Tensors},
    values::Values,
};

/// A tensor of activations of this shape.
pub(super) fn tensor(shape: &[u32]) -> Tensor {
    Tensor::new(shape.to_vec(), DataType::I8).expect("a fine shape")
}

/// What an operator makes of these tensors, which are nodes 0, 1, …; a product is computed by definition.
pub(super) fn evaluate<'a>(
    operator: &dyn Operator<'a>,
    tensors: &'a [Tensor],
    values: &'a [Option<Values>],
) -> Values {
    let operands = Operands { node: 1, batch: &[], tensors: Tensors(tensors), values };
    match operator.evaluate(&operands).expect("the operands are there") {
        Evaluation::Values(values) => values,
        Evaluation::Product(product) => Values::I32(product.accumulators()),
    }
}

/// Activations as the tensor of a node.
pub(super) fn i8s(values: impl IntoIterator<Item = i8>) -> Option<Values> {
    Some(Values::I8(values.into_iter().collect::<Vec<_>>()))
}
