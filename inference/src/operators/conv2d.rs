//! The same product as a linear operator's, on every patch of an image; its accumulators are part of the trace.

use alloc::vec::Vec;

use super::{
    operator::{Evaluation, Operands, Operator, Work},
    parameters::{expect_length, row_bounds},
};
use crate::{
    allocation::{bucket, wide, LANES_OF_ONE, TILE},
    cost::counts::{Counts, LayerShape},
    error::ExecutionError,
    format::{fault::ModelFault, node::Window},
    linear::{Columns, Linear},
    tensor::{product, ChannelAxis, Tensor, Tensors},
    trace::width::MAX_WIDTH,
};

/// The fields of [`crate::format::node::Node::Conv2d`].
pub(super) struct Conv2dNode<'a> {
    pub(super) input: &'a u32,
    pub(super) outputs: &'a u32,
    pub(super) window: &'a Window,
    pub(super) pad_value: &'a i8,
    pub(super) parameters: &'a [i8],
}

impl<'a> Operator<'a> for Conv2dNode<'a> {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let patches = before.read_patches(*self.input, *self.window)?;
        let [rows, columns] = self.window.kernel;
        let expected = product(&[*self.outputs, patches.channels, rows, columns]);
        expect_length(expected, self.parameters.len())?;
        Tensor::accumulators(patches.shape(*self.outputs), ChannelAxis::First)
    }

    fn work(&self) -> Work {
        Work::Traced
    }

    fn bounds(&self, own: &Tensor, _: &[Vec<u64>]) -> Vec<u64> {
        row_bounds(self.parameters, own.first_axis())
    }

    fn counts(&self, tensors: Tensors<'_>, own: &Tensor) -> Option<Counts> {
        let patches = tensors.patches(*self.input, *self.window)?;
        let n = *self.outputs;
        let m = u32::try_from(self.parameters.len()).ok()?.checked_div(n)?;
        let columns = own.elements.checked_div(n)?;
        // A patch is copied line by line, and from each channel anew.
        let [rows, _] = self.window.kernel;
        let lines =
            u64::from(rows.min(patches.height)).saturating_add(1).saturating_mul(patches.channels.into());
        Some(Counts {
            runs: lines.saturating_mul(columns.into()),
            patches: columns.into(),
            layer: Some(LayerShape { n, m, columns, width: MAX_WIDTH }),
            ..Counts::default()
        })
    }

    fn scratch(&self, _: Tensors<'_>, _: &Tensor) -> Option<u64> {
        let patch = self.parameters.len().checked_div(usize::try_from(*self.outputs).ok()?)?;
        let sums = bucket(wide(TILE).saturating_mul(LANES_OF_ONE));
        Some(bucket(wide(patch)).saturating_add(sums))
    }

    fn product(&self, tensors: Tensors<'_>, node: u32, input: &'a [i8]) -> Option<Linear<'a>> {
        let patches = tensors.patches(*self.input, *self.window)?;
        let n = usize::try_from(*self.outputs).ok()?;
        let m = patches.kernel().checked_mul(usize::try_from(patches.channels).ok()?)?;
        let columns = Columns::Patches { patches, pad_value: *self.pad_value };
        Some(Linear { node, parameters: self.parameters, n, m, input, columns })
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
    use crate::{format::data_type::DataType, values::Values};
    use alloc::vec;

    const WINDOW: Window = Window { kernel: [1, 2], stride: [1, 1], padding: [0, 1, 0, 0] };

    #[test]
    fn each_filter_makes_a_channel() {
        let node = Conv2dNode {
            input: &0,
            outputs: &2,
            window: &WINDOW,
            pad_value: &-5,
            parameters: &[1, 2, 3, 4, 0, 0, -1, 1],
        };
        let tensors = [tensor(&[2, 1, 2])];
        let own = node.infer(Tensors(&tensors)).expect("2 × 2 × 1 × 2 parameters");
        assert_eq!((own.shape.as_slice(), own.data_type), ([2, 1, 2].as_slice(), DataType::I32));
        assert_eq!(node.bounds(&own, &[]), [10 * 128, 2 * 128]);
        let counts = node.counts(Tensors(&tensors), &own).expect("inferred");
        let layer = Some(LayerShape { n: 2, m: 4, columns: 2, width: 32 });
        assert_eq!(counts, Counts { runs: 2 * 2 * 2, patches: 2, layer, ..Counts::default() });
        let sums = evaluate(&node, &tensors, &[i8s([10, 20, 30, 40])]);
        // The patches are (−5, 10 | −5, 30) and (10, 20 | 30, 40): −5 + 20 − 15 + 120 and so on.
        assert_eq!(sums, Values::I32(vec![120, 300, 35, 10]));
    }

    #[test]
    fn it_needs_an_image_and_all_of_its_parameters() {
        let node = Conv2dNode { input: &0, outputs: &1, window: &WINDOW, pad_value: &0, parameters: &[1; 3] };
        let infer = |shape: &[u32]| node.infer(Tensors(&[tensor(shape)])).err();
        assert_eq!(infer(&[4]), Some(ModelFault::NotAnImage { got: 1 }));
        assert_eq!(infer(&[1, 1, 2]), Some(ModelFault::Length { expected: 2, got: 3 }));
    }
}
