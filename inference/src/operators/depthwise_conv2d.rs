//! One filter for each channel of an image. Its accumulators are not part of the trace, so a traced operator must depend
//! on it.

use alloc::vec::Vec;

use super::{
    operator::{Evaluation, Operands, Operator, Work},
    parameters::{expect_length, row_bounds},
};
use crate::{
    allocation::{bucket, wide},
    cost::counts::Counts,
    error::ExecutionError,
    format::{fault::ModelFault, node::Window},
    patches::layout::Patches,
    tensor::{product, ChannelAxis, Tensor, Tensors},
    values::Values,
};

/// The fields of [`crate::format::node::Node::DepthwiseConv2d`].
pub(super) struct DepthwiseConv2dNode<'a> {
    pub(super) input: &'a u32,
    pub(super) window: &'a Window,
    pub(super) pad_value: &'a i8,
    pub(super) parameters: &'a [i8],
}

impl<'a> Operator<'a> for DepthwiseConv2dNode<'a> {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let patches = before.read_patches(*self.input, *self.window)?;
        let [rows, columns] = self.window.kernel;
        expect_length(product(&[patches.channels, rows, columns]), self.parameters.len())?;
        Tensor::accumulators(patches.shape(patches.channels), ChannelAxis::First)
    }

    fn work(&self) -> Work {
        Work::Untraced
    }

    fn bounds(&self, own: &Tensor, _: &[Vec<u64>]) -> Vec<u64> {
        row_bounds(self.parameters, own.first_axis())
    }

    fn counts(&self, tensors: Tensors<'_>, own: &Tensor) -> Option<Counts> {
        let sweeping = tensors.patches(*self.input, *self.window)?.sweeping();
        let [rows, columns] = self.window.kernel;
        Some(Counts {
            runs: sweeping.runs,
            depthwise: u64::from(own.elements).saturating_mul(rows.into()).saturating_mul(columns.into()),
            slice_runs: wide(self.parameters.len()).saturating_add(sweeping.reaches),
            ..Counts::default()
        })
    }

    fn scratch(&self, tensors: Tensors<'_>, own: &Tensor) -> Option<u64> {
        let reaches = tensors.patches(*self.input, *self.window)?.sweeping().bytes;
        let paddings = u64::from(own.first_axis()).saturating_mul(4);
        Some(bucket(reaches).saturating_mul(2).saturating_add(bucket(paddings)))
    }

    fn evaluate(&self, operands: &Operands<'a>) -> Result<Evaluation<'a>, ExecutionError> {
        let input = operands.i8_of(*self.input)?;
        let patches = operands.tensors.patches(*self.input, *self.window).ok_or(ExecutionError::TooLarge)?;
        let mut sums = alloc::vec![0; patches.planes(input).saturating_mul(patches.positions())];
        sum_into(&patches, *self.pad_value, self.parameters, input, &mut sums);
        Ok(Evaluation::Values(Values::I32(sums)))
    }
}

#[cfg_attr(feature = "std", multiversion::multiversion(targets = "simd"))]
#[allow(
    clippy::arithmetic_side_effects,
    reason = "a filter has at most 2^18 parameters, and registration bounds every sum below 2^31"
)]
fn sum_into(patches: &Patches, pad_value: i8, filters: &[i8], input: &[i8], accumulators: &mut [i32]) {
    let (rows, columns) = (patches.reaches(0), patches.reaches(1));
    let kernel = patches.kernel().max(1);
    let [_, kernel_columns] = patches.window.kernel;
    // Sums begin as if every element were padding; the loops below add the difference for those inside the border.
    let paddings: Vec<i32> = filters
        .chunks_exact(kernel)
        .map(|filter| filter.iter().map(|w| i32::from(*w)).sum::<i32>() * i32::from(pad_value))
        .collect();
    let planes = input.chunks_exact(patches.plane().max(1));
    let filters = filters.chunks_exact(kernel).zip(paddings.iter()).cycle();
    for ((sums, plane), (filter, padding)) in
        accumulators.chunks_exact_mut(patches.positions().max(1)).zip(planes).zip(filters)
    {
        sums.fill(*padding);
        for row in &rows {
            for column in &columns {
                let at = row.offset as usize * kernel_columns as usize + column.offset as usize;
                let w = i32::from(filter.get(at).copied().unwrap_or_default());
                patches.sweep([row, column], plane, sums, |sum, x| {
                    *sum = sum.wrapping_add(w * (i32::from(x) - i32::from(pad_value)));
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{evaluate, i8s, tensor},
        *,
    };

    const WINDOW: Window = Window { kernel: [1, 2], stride: [1, 1], padding: [0, 1, 0, 0] };

    #[test]
    fn each_channel_has_its_filter() {
        let node =
            DepthwiseConv2dNode { input: &0, window: &WINDOW, pad_value: &-5, parameters: &[1, 2, 3, -4] };
        let tensors = [tensor(&[2, 1, 2])];
        let own = node.infer(Tensors(&tensors)).expect("2 × 1 × 2 parameters");
        assert_eq!(own.shape, [2, 1, 2]);
        assert_eq!(node.bounds(&own, &[]), [3 * 128, 7 * 128]);
        let counts = node.counts(Tensors(&tensors), &own).expect("inferred");
        assert_eq!((counts.depthwise, counts.layer), (8, None));
        let sums = evaluate(&node, &tensors, &[i8s([10, 20, 30, 40, 1, 0, 0, 1])]);
        let first = [-5 + 20, 10 + 40, -15 - 120, 90 - 160];
        assert_eq!(sums, Values::I32([&first[..], &[-5 + 2, 1, -15, -4]].concat()));
        assert_eq!(node.work(), Work::Untraced);
    }

    #[test]
    fn filters_for_every_channel_are_needed() {
        let node = DepthwiseConv2dNode { input: &0, window: &WINDOW, pad_value: &0, parameters: &[1, 2, 3] };
        let tensors = [tensor(&[2, 1, 2])];
        assert_eq!(node.infer(Tensors(&tensors)).err(), Some(ModelFault::Length { expected: 4, got: 3 }));
    }
}
