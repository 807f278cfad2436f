//! `Conv`: convolutions over rows and columns, or along one axis. Groups and dilations become zeros between the weights.

use millrace_inference::{Node, Window};

use super::{
    pad::in_sums,
    weights::Weights,
    window::{dilations, steps, widened, window},
};
use crate::{
    emit::MAX_BYTES,
    lowered::Lowered,
    lowering::Lowering,
    onnx,
    shape::{image, output},
    value::{Accumulated, ConstantValue, Padded, Value},
};

pub(super) fn convolution(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let mut padded = lowering.padded(node, 0)?;
    let constant = lowering.constant(node, 1)?;
    let bias = lowering.optional_constant(node, 2)?;
    // A sequence is an image of one row.
    let (kernel, wide) = match (padded.inner.as_slice(), constant.shape.as_slice()) {
        ([channels, length], [outputs, per_group, kernel]) => {
            let row = vec![*channels, 1, *length];
            if !padded.channels_last {
                padded.node = lowering.emitter.reshape(padded.node, &row)?;
            }
            padded.inner = row;
            (vec![*outputs, *per_group, 1, *kernel], Some(widened(node)))
        }
        _ => (constant.shape.clone(), None),
    };
    let is_sequence = wide.is_some();
    let node = wide.as_ref().unwrap_or(node);
    let filters = Filters::read(node, &kernel, &constant)?;
    if filters.group > 1 {
        padded = lowering.emitter.channels_first(padded)?;
    }
    let (mut accumulated, note) = filters.over(lowering, node, &padded)?;
    if is_sequence {
        accumulated.shape.remove(1);
        accumulated.reshaped = true;
    }
    if let Some(bias) = bias {
        if bias.shape != [filters.weights.rows] {
            return Err(refusal!(
                "its bias has the shape {:?} for {} outputs", bias.shape, filters.weights.rows;
                "export the model again"
            ));
        }
        accumulated.shift(&bias.real);
    }
    Ok((Value::Accumulated(accumulated), note))
}

/// The filters of a convolution: one a row, of as many channels as a group has.
struct Filters {
    weights: Weights,
    outputs: u32,
    per_group: u32,
    group: u32,
    /// Rows and columns of a filter, dilation included.
    kernel: [u32; 2],
}

impl Filters {
    /// Reads weights of this shape: outputs, channels of a group, rows, columns.
    fn read(node: &onnx::Node, shape: &[usize], constant: &ConstantValue) -> Lowered<Self> {
        let size = |length: usize| {
            u32::try_from(length).map_err(|_| {
                refusal!(
                    "its weights are too many";
                    "make the layer smaller"
                )
            })
        };
        let [outputs, per_group, rows, columns] = *shape else {
            return Err(refusal!(
                "its weights have {} axes, and only convolutions along one axis or over rows and columns can be represented", constant.shape.len();
                "give its input as many axes as they have"
            ));
        };
        let kernel = [size(rows)?, size(columns)?];
        if node.ints("kernel_shape").is_some_and(|shape| *shape != kernel.map(i64::from)) {
            return Err(refusal!(
                "its kernel_shape isn't that of its weights, {kernel:?}";
                "export the model again"
            ));
        }
        let mut weights = Weights::new(constant, 0)?;
        let (outputs, per_group) = (size(outputs)?, size(per_group)?);
        let group = u32::try_from(node.int("group", 1)).unwrap_or(0);
        if group == 0 || !outputs.is_multiple_of(group) {
            return Err(refusal!(
                "{outputs} outputs can't be in {} groups", node.int("group", 1);
                "export the model again"
            ));
        }
        let spread = dilations(node, kernel)?;
        let kernel = dilated(&mut weights, kernel, spread)?;
        Ok(Self { weights, outputs, per_group, group, kernel })
    }

    /// What these filters give of an image.
    fn over(
        &self,
        lowering: &mut Lowering<'_>,
        node: &onnx::Node,
        padded: &Padded,
    ) -> Lowered<(Accumulated, String)> {
        let [channels, height, width] = image(&padded.inner)?;
        let window = window(node, self.kernel, [height, width], padded.around)?;
        let pad_value = pad_value(lowering, padded, &window)?;
        let Self { outputs, per_group, group, .. } = *self;
        if u64::from(group) * u64::from(per_group) != u64::from(channels) {
            return Err(refusal!(
                "{group} groups of {per_group} channels read an image of {channels}";
                "export the model again"
            ));
        }
        let shape = output(vec![outputs, steps(height, &window, 0), steps(width, &window, 1)])?;
        let input = padded.node;
        let mut note = self.weights.note();
        let operator = if group == channels && outputs == channels && channels > 1 {
            let parameters = self.weights.values.clone();
            Node::DepthwiseConv2d { input, window, pad_value, parameters }
        } else if padded.channels_last {
            // A row of positions with their channels is one of a single channel, read in steps of as many columns.
            let input = lowering.emitter.reshape(input, &[1, height, width * channels])?;
            note = format!("{note}, channels last");
            let window = Window {
                kernel: [window.kernel[0], window.kernel[1].saturating_mul(channels)],
                stride: [window.stride[0], window.stride[1].saturating_mul(channels)],
                padding: across(window.padding, channels),
            };
            Node::Conv2d { input, outputs, window, pad_value, parameters: self.channels_last() }
        } else if group == 1 {
            let parameters = self.weights.values.clone();
            Node::Conv2d { input, outputs, window, pad_value, parameters }
        } else {
            note = format!("{note}, {group} groups as one with zeros");
            Node::Conv2d { input, outputs, window, pad_value, parameters: self.ungrouped()? }
        };
        let at = lowering.emitter.push(operator)?;
        Ok((self.weights.accumulated(at, shape, 0, padded.quantization), note))
    }

    /// The filters with the channels of each position side by side.
    fn channels_last(&self) -> Vec<i8> {
        let positions = (self.kernel[0] as usize * self.kernel[1] as usize).max(1);
        let filters = self.weights.values.chunks(positions * (self.per_group as usize).max(1));
        let turned = |filter: &[i8]| -> Vec<i8> {
            (0..positions).flat_map(|at| filter.iter().skip(at).step_by(positions).copied()).collect()
        };
        filters.flat_map(turned).collect()
    }

    /// The filters of all groups over all channels: zero at those of the other groups.
    fn ungrouped(&self) -> Lowered<Vec<i8>> {
        let columns = self.weights.values.len() / self.weights.rows.max(1);
        let all = room(self.weights.values.len(), self.group as usize, "its groups become zeros")?;
        let mut values = vec![0; all];
        let each = (self.outputs / self.group).max(1) as usize;
        let rows = values.chunks_mut((columns * self.group as usize).max(1));
        for (at, (row, filter)) in rows.zip(self.weights.values.chunks(columns.max(1))).enumerate() {
            let places = row.iter_mut().skip(at / each * columns);
            places.zip(filter).for_each(|(place, weight)| *place = *weight);
        }
        Ok(values)
    }
}

/// A padding whose columns are so many.
fn across([top, left, bottom, right]: [u32; 4], times: u32) -> [u32; 4] {
    [top, left.saturating_mul(times), bottom, right.saturating_mul(times)]
}

/// Spreads the weights of each row over a kernel with zeros between them, and gives its size.
fn dilated(weights: &mut Weights, kernel: [u32; 2], spread: [u32; 2]) -> Lowered<[u32; 2]> {
    if spread == [1, 1] {
        return Ok(kernel);
    }
    let wide =
        [0, 1].map(|axis: usize| (kernel[axis].max(1) - 1).saturating_mul(spread[axis]).saturating_add(1));
    let (old, new) = ((kernel[0] * kernel[1]) as usize, (u64::from(wide[0]) * u64::from(wide[1])) as usize);
    let filters = weights.values.len() / old.max(1);
    let mut values = vec![0; room(filters, new, "its dilation becomes zeros")?];
    for (from, to) in weights.values.chunks(old.max(1)).zip(values.chunks_mut(new.max(1))) {
        for (at, weight) in from.iter().enumerate() {
            let (row, column) = (at / kernel[1] as usize, at % kernel[1] as usize);
            let place = row * spread[0] as usize * wide[1] as usize + column * spread[1] as usize;
            if let Some(place) = to.get_mut(place) {
                *place = *weight;
            }
        }
    }
    weights.values = values;
    Ok(wide)
}

/// So many times so many weights, if there is room for them.
fn room(count: usize, times: usize, why: &str) -> Lowered<usize> {
    let all = count.checked_mul(times).filter(|all| *all <= MAX_BYTES);
    all.ok_or_else(|| {
        refusal!(
            "{why} between its weights, and {count} times {times} of them are more than the {MAX_BYTES} that are held";
            "use fewer channels, or a convolution for each group and a Concat"
        )
    })
}

/// The integer that stands for what lies beyond the border.
fn pad_value(lowering: &Lowering<'_>, padded: &Padded, window: &Window) -> Lowered<i8> {
    let zero_point = padded.quantization.zero_point;
    if padded.around == [0; 4] {
        return Ok(zero_point);
    }
    let value = in_sums(lowering, padded)?;
    if value != zero_point && window.padding != padded.around {
        return Err(refusal!(
            "it pads by 0 what {} pads by {}", padded.label, padded.value;
            "pad with one number"
        ));
    }
    Ok(value)
}
