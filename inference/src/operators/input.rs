//! The batch as it was posted.

use alloc::vec::Vec;

use super::operator::{Evaluation, Operands, Operator, Work};
use crate::{
    cost::counts::Counts,
    error::ExecutionError,
    format::{data_type::DataType, fault::ModelFault},
    tensor::{Tensor, Tensors},
    values::Values,
};

/// The fields of [`crate::format::node::Node::Input`].
pub(super) struct InputNode<'a> {
    pub(super) shape: &'a [u32],
}

impl<'a> Operator<'a> for InputNode<'a> {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        if !before.0.is_empty() {
            return Err(ModelFault::MisplacedInput);
        }
        Tensor::new(self.shape.to_vec(), DataType::I8)
    }

    fn work(&self) -> Work {
        Work::Unpaid
    }

    fn bounds(&self, _: &Tensor, _: &[Vec<u64>]) -> Vec<u64> {
        Vec::new()
    }

    fn counts(&self, _: Tensors<'_>, own: &Tensor) -> Option<Counts> {
        Some(Counts { elements: own.elements.into(), ..Counts::default() })
    }

    fn scratch(&self, _: Tensors<'_>, _: &Tensor) -> Option<u64> {
        Some(0)
    }

    fn evaluate(&self, operands: &Operands<'a>) -> Result<Evaluation<'a>, ExecutionError> {
        Ok(Evaluation::Values(Values::I8(operands.batch.iter().map(|byte| byte.cast_signed()).collect())))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::tensor, *};

    #[test]
    fn only_the_first_node_is_the_input() {
        let node = InputNode { shape: &[2, 3] };
        assert_eq!(node.infer(Tensors(&[])).map(|tensor| tensor.elements), Ok(6));
        let before = [tensor(&[2, 3])];
        assert_eq!(node.infer(Tensors(&before)).err(), Some(ModelFault::MisplacedInput));
    }

    #[test]
    fn bytes_are_signed() {
        let operands = Operands { node: 0, batch: &[0, 127, 128, 255], tensors: Tensors(&[]), values: &[] };
        let Ok(Evaluation::Values(values)) = (InputNode { shape: &[4] }).evaluate(&operands) else {
            panic!("an input")
        };
        assert_eq!(values, Values::I8(alloc::vec![0, 127, -128, -1]));
    }
}
