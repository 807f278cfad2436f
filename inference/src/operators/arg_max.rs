//! Index of the largest entry of the last axis, the lowest on ties.

use alloc::vec::Vec;

use super::operator::{Evaluation, Operands, Operator, Work};
use crate::{
    cost::counts::Counts,
    error::ExecutionError,
    format::{data_type::DataType, fault::ModelFault},
    tensor::{Tensor, Tensors},
    values::Values,
};

/// The fields of [`crate::format::node::Node::ArgMax`].
pub(super) struct ArgMaxNode<'a> {
    pub(super) input: &'a u32,
}

impl<'a> Operator<'a> for ArgMaxNode<'a> {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let mut shape = before.read(*self.input)?.shape.clone();
        shape.pop();
        if shape.is_empty() {
            shape.push(1);
        }
        Tensor::new(shape, DataType::I32)
    }

    fn work(&self) -> Work {
        Work::Unpaid
    }

    fn bounds(&self, _: &Tensor, _: &[Vec<u64>]) -> Vec<u64> {
        Vec::new()
    }

    fn counts(&self, tensors: Tensors<'_>, own: &Tensor) -> Option<Counts> {
        let read = tensors.get(*self.input)?;
        Some(Counts { runs: own.elements.into(), elements: read.elements.into(), ..Counts::default() })
    }

    fn scratch(&self, _: Tensors<'_>, _: &Tensor) -> Option<u64> {
        Some(0)
    }

    fn evaluate(&self, operands: &Operands<'a>) -> Result<Evaluation<'a>, ExecutionError> {
        let tensor = operands.tensors.get(*self.input).ok_or(ExecutionError::TooLarge)?;
        let axis = usize::try_from(tensor.last_axis()).unwrap_or(usize::MAX).max(1);
        Ok(Evaluation::Values(Values::I32(match operands.of(*self.input)? {
            Values::I8(values) => values.chunks(axis).map(arg_max).collect(),
            Values::I32(values) => values.chunks(axis).map(arg_max).collect(),
        })))
    }
}

/// Position of the largest entry, the lowest on ties.
fn arg_max<T: Ord + Copy>(row: &[T]) -> i32 {
    let mut best: Option<(usize, T)> = None;
    for (index, value) in row.iter().enumerate() {
        if best.is_none_or(|(_, largest)| *value > largest) {
            best = Some((index, *value));
        }
    }
    best.and_then(|(index, _)| i32::try_from(index).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{evaluate, i8s, tensor},
        *,
    };

    #[test]
    fn the_first_of_the_largest_wins() {
        let node = ArgMaxNode { input: &0 };
        let tensors = [tensor(&[2, 3])];
        let values = evaluate(&node, &tensors, &[i8s([1, 7, 7, -3, -4, -5])]);
        assert_eq!(values, Values::I32(alloc::vec![1, 0]));
        let own = node.infer(Tensors(&tensors)).expect("any type");
        assert_eq!(
            (own.shape.as_slice(), own.data_type, own.channels),
            ([2].as_slice(), DataType::I32, None)
        );
        let counts = node.counts(Tensors(&tensors), &own).expect("inferred");
        assert_eq!(counts, Counts { runs: 2, elements: 6, ..Counts::default() });
    }

    #[test]
    fn the_only_axis_becomes_one_of_length_one() {
        let own = ArgMaxNode { input: &0 }.infer(Tensors(&[tensor(&[3])]));
        assert_eq!(own.map(|tensor| tensor.shape), Ok(alloc::vec![1]));
    }
}
