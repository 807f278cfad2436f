//! The mean of each patch, of the elements inside the border, rounded half away from zero.

use alloc::vec::Vec;

use super::operator::{Evaluation, Operands, Operator, Work};
use crate::{
    allocation::{bucket, wide},
    cost::counts::Counts,
    error::ExecutionError,
    format::{data_type::DataType, fault::ModelFault, node::Window},
    patches::layout::Patches,
    tensor::{Tensor, Tensors},
    values::Values,
};

/// The fields of [`crate::format::node::Node::AveragePool2d`].
pub(super) struct AveragePool2dNode<'a> {
    pub(super) input: &'a u32,
    pub(super) window: &'a Window,
}

impl<'a> Operator<'a> for AveragePool2dNode<'a> {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let patches = before.read_patches(*self.input, *self.window)?;
        Tensor::new(patches.shape(patches.channels), DataType::I8)
    }

    fn work(&self) -> Work {
        Work::Unpaid
    }

    fn bounds(&self, _: &Tensor, _: &[Vec<u64>]) -> Vec<u64> {
        Vec::new()
    }

    fn counts(&self, tensors: Tensors<'_>, own: &Tensor) -> Option<Counts> {
        let patches = tensors.patches(*self.input, *self.window)?;
        let sweeping = patches.sweeping();
        let elements = u64::from(own.elements);
        // Each row of sums is divided once they are all there.
        let rows = elements.checked_div(patches.columns.into())?;
        Some(Counts {
            runs: sweeping.runs.saturating_add(rows),
            elements: sweeping.steps,
            quotients: elements,
            slice_runs: sweeping.reaches,
            ..Counts::default()
        })
    }

    fn scratch(&self, tensors: Tensors<'_>, _: &Tensor) -> Option<u64> {
        let patches = tensors.patches(*self.input, *self.window)?;
        let sums = bucket(wide(patches.positions()).saturating_mul(4));
        let lengths = bucket(u64::from(patches.columns).saturating_mul(4));
        let reaches = bucket(patches.sweeping().bytes).saturating_mul(2);
        Some(reaches.saturating_add(sums).saturating_add(lengths))
    }

    fn evaluate(&self, operands: &Operands<'a>) -> Result<Evaluation<'a>, ExecutionError> {
        let input = operands.i8_of(*self.input)?;
        let patches = operands.tensors.patches(*self.input, *self.window).ok_or(ExecutionError::TooLarge)?;
        let mut values = Vec::with_capacity(patches.planes(input).saturating_mul(patches.positions()));
        pool_into(&patches, input, &mut values);
        Ok(Evaluation::Values(Values::I8(values)))
    }
}

/// A patch has at most 2¹⁸ elements, so its sum stays below 2²⁵.
#[cfg_attr(feature = "std", multiversion::multiversion(targets = "simd"))]
#[allow(clippy::arithmetic_side_effects, reason = "a patch has at most 2^18 elements")]
fn pool_into(patches: &Patches, input: &[i8], values: &mut Vec<i8>) {
    let (rows, columns) = (patches.reaches(0), patches.reaches(1));
    // A patch's part inside the border is a rectangle.
    let lengths: Vec<i32> = patches.inside(1).map(|length| length as i32).collect();
    let mut sums = alloc::vec![0i32; patches.positions()];
    for plane in input.chunks_exact(patches.plane().max(1)) {
        sums.fill(0);
        for row in &rows {
            for column in &columns {
                patches.sweep([row, column], plane, &mut sums, |sum, x| *sum = sum.wrapping_add(x.into()));
            }
        }
        for (sums, height) in sums.chunks_exact(lengths.len().max(1)).zip(patches.inside(0)) {
            values
                .extend(sums.iter().zip(&lengths).map(|(sum, length)| mean((*sum, length * height as i32))));
        }
    }
}

/// A quotient of a sum and a positive count, rounded half away from zero.
#[allow(clippy::arithmetic_side_effects, reason = "sums stay below 2^25 and counts below 2^18")]
fn mean((sum, count): (i32, i32)) -> i8 {
    let half_up = (2 * sum.abs() + count).checked_div(2 * count).unwrap_or(0);
    i8::try_from(half_up * sum.signum()).unwrap_or(i8::MIN)
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{evaluate, i8s, tensor},
        *,
    };

    const WINDOW: Window = Window { kernel: [2, 2], stride: [2, 1], padding: [1, 0, 0, 1] };

    #[test]
    fn only_elements_inside_count() {
        let node = AveragePool2dNode { input: &0, window: &WINDOW };
        let tensors = [tensor(&[1, 3, 2])];
        let values = evaluate(&node, &tensors, &[i8s([1, 2, 3, 4, 5, 7])]);
        assert_eq!(values, Values::I8(alloc::vec![2, 2, 5, 6]));
        let own = node.infer(Tensors(&tensors)).expect("an image");
        assert_eq!(node.counts(Tensors(&tensors), &own).map(|counts| counts.quotients), Some(4));
    }

    #[test]
    fn means_round_half_away_from_zero() {
        let of = |values: &[i8]| mean((values.iter().map(|x| i32::from(*x)).sum(), values.len() as i32));
        assert_eq!(of(&[1, 2]), 2);
        assert_eq!(of(&[-1, -2]), -2);
        assert_eq!(of(&[1, 1, 2]), 1);
        assert_eq!(of(&[-1, -1, -2]), -1);
        assert_eq!(of(&[0, 1]), 1);
        assert_eq!(of(&[0, -1]), -1);
        assert_eq!(of(&[127; 9]), 127);
        assert_eq!(of(&[-128; 9]), -128);
    }
}
