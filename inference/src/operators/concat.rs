//! Tensors one after the other along an axis.

use alloc::vec::Vec;
use core::slice::Chunks;

use super::operator::{Evaluation, Operands, Operator, Work};
use crate::{
    cost::counts::Counts,
    error::ExecutionError,
    format::{data_type::DataType, fault::ModelFault},
    limits::MAX_CONCAT,
    tensor::{Tensor, Tensors},
    values::Values,
};

/// The fields of [`crate::format::node::Node::Concat`].
pub(super) struct ConcatNode<'a> {
    pub(super) inputs: &'a [u32],
    pub(super) axis: &'a u8,
}

impl ConcatNode<'_> {
    /// Elements that are copied at once from this tensor: all that share their indices on the axes before the joined one.
    fn run(&self, tensor: &Tensor) -> u32 {
        let inner = tensor.shape.iter().skip(usize::from(*self.axis));
        inner.fold(1u32, |product, axis| product.saturating_mul(*axis)).max(1)
    }
}

impl<'a> Operator<'a> for ConcatNode<'a> {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        if self.inputs.is_empty() || self.inputs.len() > MAX_CONCAT {
            return Err(ModelFault::Operands { got: self.inputs.len() });
        }
        let axis = usize::from(*self.axis);
        let mut joined: Option<Vec<u32>> = None;
        for input in self.inputs {
            let read = before.read_as(*input, DataType::I8)?;
            let own = *read.shape.get(axis).ok_or(ModelFault::Axis { got: *self.axis })?;
            match &mut joined {
                None => joined = Some(read.shape.clone()),
                Some(shape) => {
                    if !differ_only_along(axis, shape, &read.shape) {
                        return Err(ModelFault::ShapesDiffer);
                    }
                    if let Some(length) = shape.get_mut(axis) {
                        *length = length.saturating_add(own);
                    }
                }
            }
        }
        Tensor::new(joined.unwrap_or_default(), DataType::I8)
    }

    fn work(&self) -> Work {
        Work::Unpaid
    }

    fn bounds(&self, _: &Tensor, _: &[Vec<u64>]) -> Vec<u64> {
        Vec::new()
    }

    fn counts(&self, tensors: Tensors<'_>, own: &Tensor) -> Option<Counts> {
        let read = self.inputs.iter().filter_map(|input| tensors.get(*input));
        let runs = read.map(|read| u64::from(read.elements.div_ceil(self.run(read))));
        let runs = runs.fold(0, u64::saturating_add);
        Some(Counts { runs, elements: own.elements.into(), ..Counts::default() })
    }

    fn scratch(&self, _: Tensors<'_>, _: &Tensor) -> Option<u64> {
        Some(0)
    }

    fn evaluate(&self, operands: &Operands<'a>) -> Result<Evaluation<'a>, ExecutionError> {
        let (mut parts, mut length) = (Vec::with_capacity(self.inputs.len()), 0usize);
        for input in self.inputs {
            let tensor = operands.tensors.get(*input).ok_or(ExecutionError::TooLarge)?;
            let values = operands.i8_of(*input)?;
            length = length.saturating_add(values.len());
            parts.push(values.chunks(usize::try_from(self.run(tensor)).unwrap_or(usize::MAX)));
        }
        Ok(Evaluation::Values(Values::I8(interleave(parts, length))))
    }
}

/// Whether two shapes have the same axes but for one.
fn differ_only_along(axis: usize, left: &[u32], right: &[u32]) -> bool {
    let mut pairs = left.iter().zip(right).enumerate();
    left.len() == right.len() && pairs.all(|(at, (a, b))| at == axis || a == b)
}

/// The next run of each part in turn, until the first part ends; `length` elements in all.
fn interleave(mut parts: Vec<Chunks<'_, i8>>, length: usize) -> Vec<i8> {
    let mut values = Vec::with_capacity(length);
    loop {
        for (index, part) in parts.iter_mut().enumerate() {
            match part.next() {
                Some(run) => values.extend_from_slice(run),
                None if index == 0 => return values,
                None => {}
            }
        }
        if parts.is_empty() {
            return values;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{evaluate, i8s, tensor},
        *,
    };

    #[test]
    fn runs_alternate() {
        let node = ConcatNode { inputs: &[0, 1, 0], axis: &1 };
        let tensors = [tensor(&[2, 1]), tensor(&[2, 2])];
        let own = node.infer(Tensors(&tensors)).expect("they differ along the axis only");
        assert_eq!(own.shape, [2, 4]);
        let values = evaluate(&node, &tensors, &[i8s([1, 2]), i8s([3, 4, 5, 6])]);
        assert_eq!(values, Values::I8(alloc::vec![1, 3, 4, 1, 2, 5, 6, 2]));
        let counts = node.counts(Tensors(&tensors), &own).expect("inferred");
        assert_eq!(counts, Counts { runs: 3 * 2, elements: 8, ..Counts::default() });
    }

    #[test]
    fn other_axes_must_be_the_same() {
        let fault = |inputs: &[u32], axis: u8| {
            let tensors = [tensor(&[2, 1]), tensor(&[2, 2])];
            ConcatNode { inputs, axis: &axis }.infer(Tensors(&tensors)).err()
        };
        assert_eq!(fault(&[0, 1], 0), Some(ModelFault::ShapesDiffer));
        assert_eq!(fault(&[0, 1], 2), Some(ModelFault::Axis { got: 2 }));
        assert_eq!(fault(&[], 0), Some(ModelFault::Operands { got: 0 }));
        assert_eq!(fault(&[0; 65], 0), Some(ModelFault::Operands { got: 65 }));
        assert_eq!(fault(&[0; 64], 0), None);
    }
}
