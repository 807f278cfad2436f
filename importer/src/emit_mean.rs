//! Means: a sum of each window whose division is part of its rescaling, or a pooling where the scale stays.

use millrace_inference::{Node, Window};

use crate::{
    emit::Emitter,
    lowered::Lowered,
    value::{Accumulated, Mean, Quantization, Range},
};

impl Emitter {
    /// The quantized tensor of a mean. A pooling rounds to steps of its input, which are coarse where most of it is zero;
    /// so under another quantization it is a product with ones.
    pub(crate) fn mean(&mut self, mean: &Mean, to: Quantization) -> Lowered<u32> {
        let Mean { input, image: [channels, rows, columns], window, quantization, shape } = mean;
        let [_, across] = window.kernel;
        if *quantization == to && !self.rehearsal {
            let at = self.push(Node::AveragePool2d { input: *input, window: *window })?;
            let pooled = [*channels, 1, columns / across.max(1)];
            return self.shaped(at, &pooled, shape);
        }
        let positions = window.kernel.iter().product::<u32>();
        let parameters = vec![1; positions as usize];
        let (node, given) = if across == *columns {
            let input = self.shaped(*input, &mean.image, &[*channels, 1, rows * columns])?;
            (self.push(Node::Linear { input, outputs: 1, parameters })?, vec![*channels, 1, 1])
        } else {
            let window = Window { stride: [1, 1], ..*window };
            let pad_value = quantization.zero_point;
            let input = *input;
            let sum = Node::Conv2d { input, outputs: 1, window, pad_value, parameters };
            (self.push(sum)?, vec![1, 1, *columns])
        };
        let sum = Accumulated {
            node,
            shape: shape.clone(),
            axis: 0,
            scales: vec![quantization.scale / f64::from(positions)],
            offsets: vec![0.0],
            zero_point: quantization.zero_point,
            range: Range::ALL,
            reshaped: given != *shape,
        };
        self.accumulated(&sum, to)
    }

    /// The same elements under another shape, if it is another one.
    pub(crate) fn shaped(&mut self, input: u32, from: &[u32], to: &[u32]) -> Lowered<u32> {
        if from == to {
            Ok(input)
        } else {
            self.reshape(input, to)
        }
    }
}
