//! The same elements under another shape: any, or one axis of them all.

use alloc::vec::Vec;

use super::operator::{Evaluation, Operands, Operator, Work};
use crate::{
    cost::counts::Counts,
    error::ExecutionError,
    format::{data_type::DataType, fault::ModelFault},
    tensor::{Tensor, Tensors},
    values::Values,
};

/// The fields of [`crate::format::node::Node::Flatten`].
pub(super) struct FlattenNode<'a> {
    pub(super) input: &'a u32,
}

impl<'a> Operator<'a> for FlattenNode<'a> {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let read = before.read_as(*self.input, DataType::I8)?;
        Tensor::new(alloc::vec![read.elements], DataType::I8)
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
        Ok(Evaluation::Values(Values::I8(operands.i8_of(*self.input)?.to_vec())))
    }
}

/// The fields of [`crate::format::node::Node::Reshape`].
pub(super) struct ReshapeNode<'a> {
    pub(super) input: &'a u32,
    pub(super) shape: &'a [u32],
}

impl<'a> Operator<'a> for ReshapeNode<'a> {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let read = before.read_as(*self.input, DataType::I8)?;
        let tensor = Tensor::new(self.shape.to_vec(), DataType::I8)?;
        if tensor.elements != read.elements {
            let (expected, got) = (read.elements.into(), tensor.elements.into());
            return Err(ModelFault::Reshape { expected, got });
        }
        Ok(tensor)
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
        Ok(Evaluation::Values(Values::I8(operands.i8_of(*self.input)?.to_vec())))
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{evaluate, i8s, tensor},
        *,
    };

    #[test]
    fn elements_stay_and_axes_change() {
        let tensors = [tensor(&[2, 1, 3])];
        let flatten = FlattenNode { input: &0 };
        assert_eq!(flatten.infer(Tensors(&tensors)).map(|own| own.shape), Ok(alloc::vec![6]));
        let reshape = ReshapeNode { input: &0, shape: &[3, 2] };
        assert_eq!(reshape.infer(Tensors(&tensors)).map(|own| own.shape), Ok(alloc::vec![3, 2]));
        let values = [i8s(0..6)];
        assert_eq!(evaluate(&flatten, &tensors, &values), Values::I8((0..6).collect()));
        assert_eq!(evaluate(&reshape, &tensors, &values), Values::I8((0..6).collect()));
    }

    #[test]
    fn no_element_comes_or_goes() {
        let fault = ReshapeNode { input: &0, shape: &[5] }.infer(Tensors(&[tensor(&[2, 3])])).err();
        assert_eq!(fault, Some(ModelFault::Reshape { expected: 6, got: 5 }));
    }
}
