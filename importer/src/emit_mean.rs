//! Means: sums of windows whose division is part of their rescaling, or a pooling where the scale stays.

use millrace_inference::{Node, Window};

use crate::{
    emit::Emitter,
    lowered::Lowered,
    rescaling::bounds,
    rows::Averaged,
    value::{Accumulated, Mean, Quantization},
};

/// The most weights of a product that takes the means of windows beyond the border, each of its own number of elements.
const MAX_INSIDE: u64 = 1 << 16;

impl Emitter {
    /// The quantized tensor of a mean. A pooling rounds to steps of its input, which are coarse where most of it is zero;
    /// so under another quantization it is a product with ones.
    pub(crate) fn mean(&mut self, mean: &Mean, to: Quantization) -> Lowered<u32> {
        let Mean { input, window, pooled, quantization, shape, .. } = mean;
        if mean.is_plain() && *quantization == to && !self.rehearsal {
            let at = self.push(Node::AveragePool2d { input: *input, window: *window })?;
            return self.shaped(at, pooled, shape);
        }
        if window.padding != [0; 4] {
            return self.mean_inside(mean, to);
        }
        let [channels, rows, columns] = mean.image;
        let positions = window.kernel.iter().product::<u32>();
        // No more than the image has elements.
        let filters = |count: u32| vec![sign(mean.factor); (count * positions) as usize];
        let pad_value = quantization.zero_point;
        let (node, given, scales) = if window.kernel == [rows, columns] {
            let input = self.shaped(*input, &mean.image, &[channels, 1, rows * columns])?;
            (self.push(Node::Linear { input, outputs: 1, parameters: filters(1) })?, [channels, 1, 1], 1)
        } else if channels == 1 {
            let (input, window) = (*input, *window);
            let sum = Node::Conv2d { input, outputs: 1, window, pad_value, parameters: filters(1) };
            (self.push(sum)?, *pooled, 1)
        } else {
            let (input, window, parameters) = (*input, *window, filters(channels));
            let sums = Node::DepthwiseConv2d { input, window, pad_value, parameters };
            (self.push(sums)?, *pooled, channels)
        };
        let sums = sums(mean, node, &vec![positions; scales as usize]);
        let at = self.accumulated(&sums, to)?;
        self.shaped(at, &given, shape)
    }

    /// Means of windows that reach beyond the border, each of as many elements as lie inside. A rescaling divides all elements of a
    /// channel alike; so it is one product from all positions to all means, or a pooling where that would be too large. Rows have
    /// their own way, which loses nothing.
    fn mean_inside(&mut self, mean: &Mean, to: Quantization) -> Lowered<u32> {
        let Mean { input, image, window, pooled, quantization, shape, factor, offset, range } = mean;
        let [channels, rows, columns] = *image;
        let [_, down, across] = *pooled;
        let at = if keeps_own_scale(mean) {
            let (counts, parameters) = ones_inside(window, [rows, columns], [down, across], sign(*factor));
            let input = self.shaped(*input, image, &[channels, rows * columns])?;
            let node = self.push(Node::Linear { input, outputs: down * across, parameters })?;
            let sums = sums(mean, node, &counts);
            let at = self.accumulated(&sums, to)?;
            self.shaped(at, &[channels, down * across], shape)?
        } else {
            let map = |x: f64| (x * factor + offset).clamp(range.low, range.high);
            let table = self.table_of(&map, *quantization, to)?;
            let input = self.push(Node::AveragePool2d { input: *input, window: *window })?;
            let at = self.push(Node::Lookup { input, table })?;
            self.shaped(at, pooled, shape)?
        };
        let averaged = Averaged {
            input: *input,
            window: *window,
            zero_point: quantization.zero_point,
            ratio: quantization.scale * factor / to.scale,
            plus: offset / to.scale,
            own: to.zero_point,
            bounds: bounds(*range, to),
        };
        self.means.insert(at, averaged);
        Ok(at)
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

/// Whether means have their own scale in a model that is verified in its call, too.
pub(crate) fn keeps_own_scale(mean: &Mean) -> bool {
    let [_, rows, columns] = mean.image;
    let [_, down, across] = mean.pooled;
    let lengths = [rows, columns, down, across].into_iter().map(u64::from);
    let weights = lengths.fold(1, u64::saturating_mul);
    mean.window.padding == [0; 4] || weights <= MAX_INSIDE
}

/// Sums of so many elements, by channel, as the means that they become.
fn sums(mean: &Mean, node: u32, counts: &[u32]) -> Accumulated {
    let Mean { quantization, factor, offset, range, .. } = mean;
    let scale = |count: &u32| quantization.scale * factor.abs() / f64::from((*count).max(1));
    Accumulated {
        node,
        shape: vec![],
        axis: 0,
        scales: counts.iter().map(scale).collect(),
        offsets: vec![*offset; counts.len()],
        zero_point: quantization.zero_point,
        range: *range,
        reshaped: false,
    }
}

/// The weight of each element of a mean that is multiplied with this factor.
fn sign(factor: f64) -> i8 {
    if factor < 0.0 {
        -1
    } else {
        1
    }
}

/// For each window over a plane of this size how many of its elements lie inside, and a row with this weight at those.
fn ones_inside(
    window: &Window,
    [rows, columns]: [u32; 2],
    [down, across]: [u32; 2],
    weight: i8,
) -> (Vec<u32>, Vec<i8>) {
    // Where a window of this number lies along an axis of this length.
    let inside = |axis: usize, number: u32, length: u32| {
        let first = number * window.stride[axis];
        let end = (first + window.kernel[axis]).saturating_sub(window.padding[axis]);
        first.saturating_sub(window.padding[axis])..end.min(length)
    };
    let (mut counts, mut weights) = (Vec::new(), Vec::new());
    for row in 0..down {
        for column in 0..across {
            let (of_rows, of_columns) = (inside(0, row, rows), inside(1, column, columns));
            counts.push((of_rows.len() * of_columns.len()) as u32);
            let positions = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
            weights.extend(positions.map(|(row, column)| {
                if of_rows.contains(&row) && of_columns.contains(&column) {
                    weight
                } else {
                    0
                }
            }));
        }
    }
    (counts, weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_inside_counts() {
        let window = Window { kernel: [1, 3], stride: [1, 2], padding: [0, 1, 0, 1] };
        let (counts, weights) = ones_inside(&window, [1, 5], [1, 3], -1);
        assert_eq!(counts, [2, 3, 2]);
        let rows: Vec<&[i8]> = weights.chunks(5).collect();
        assert_eq!(rows, [[-1, -1, 0, 0, 0], [0, -1, -1, -1, 0], [0, 0, 0, -1, -1]]);
    }
}
