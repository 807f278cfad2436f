//! The largest element of each patch, of those inside the border.

use alloc::vec::Vec;

use super::operator::{Evaluation, Operands, Operator, Work};
use crate::{
    allocation::bucket,
    cost::counts::Counts,
    error::ExecutionError,
    format::{data_type::DataType, fault::ModelFault, node::Window},
    patches::layout::Patches,
    tensor::{Tensor, Tensors},
    values::Values,
};

/// The fields of [`crate::format::node::Node::MaxPool2d`].
pub(super) struct MaxPool2dNode<'a> {
    pub(super) input: &'a u32,
    pub(super) window: &'a Window,
}

impl<'a> Operator<'a> for MaxPool2dNode<'a> {
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

    fn counts(&self, tensors: Tensors<'_>, _: &Tensor) -> Option<Counts> {
        let sweeping = tensors.patches(*self.input, *self.window)?.sweeping();
        Some(Counts {
            runs: sweeping.runs,
            elements: sweeping.steps,
            slice_runs: sweeping.reaches,
            ..Counts::default()
        })
    }

    fn scratch(&self, tensors: Tensors<'_>, own: &Tensor) -> Option<u64> {
        let reaches = tensors.patches(*self.input, *self.window)?.sweeping().bytes;
        // Counted like a depthwise convolution's, which also keeps a number for each channel.
        let of_channels = u64::from(own.first_axis()).saturating_mul(4);
        Some(bucket(reaches).saturating_mul(2).saturating_add(bucket(of_channels)))
    }

    fn evaluate(&self, operands: &Operands<'a>) -> Result<Evaluation<'a>, ExecutionError> {
        let input = operands.i8_of(*self.input)?;
        let patches = operands.tensors.patches(*self.input, *self.window).ok_or(ExecutionError::TooLarge)?;
        let mut values = alloc::vec![i8::MIN; patches.planes(input).saturating_mul(patches.positions())];
        pool_into(&patches, input, &mut values);
        Ok(Evaluation::Values(Values::I8(values)))
    }
}

#[cfg_attr(feature = "std", multiversion::multiversion(targets = "simd"))]
fn pool_into(patches: &Patches, input: &[i8], values: &mut [i8]) {
    let (rows, columns) = (patches.reaches(0), patches.reaches(1));
    let planes = input.chunks_exact(patches.plane().max(1));
    for (values, plane) in values.chunks_exact_mut(patches.positions().max(1)).zip(planes) {
        for row in &rows {
            for column in &columns {
                patches.sweep([row, column], plane, values, |largest, x| *largest = x.max(*largest));
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

    const WINDOW: Window = Window { kernel: [2, 2], stride: [2, 1], padding: [1, 0, 0, 1] };

    #[test]
    fn padding_is_never_the_largest() {
        let node = MaxPool2dNode { input: &0, window: &WINDOW };
        let tensors = [tensor(&[1, 3, 2])];
        let own = node.infer(Tensors(&tensors)).expect("an image");
        assert_eq!(own.shape, [1, 2, 2]);
        let values = evaluate(&node, &tensors, &[i8s([-1, -2, -3, -4, -128, -128])]);
        assert_eq!(values, Values::I8(alloc::vec![-1, -2, -3, -4]));
        let counts = node.counts(Tensors(&tensors), &own).expect("inferred");
        assert!(counts.elements >= 1 + 2 + 4 + 2 && counts.quotients == 0);
    }
}
