//! `Conv`: convolutions over rows and columns, or along one axis, with one group or one filter a channel.

use millrace_inference::Node;

use super::{
    weights::Weights,
    window::{steps, widened, window},
};
use crate::{
    lowered::Lowered,
    lowering::Lowering,
    onnx,
    shape::{image, output},
    value::Value,
};

pub(super) fn convolution(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let (input, shape, quantization) = lowering.activation(node, 0)?;
    let constant = lowering.constant(node, 1)?;
    let bias = lowering.optional_constant(node, 2)?;
    // A sequence is an image of one row.
    let (input, shape, kernel, wide) = match (shape.as_slice(), constant.shape.as_slice()) {
        ([channels, length], [outputs, per_group, kernel]) => {
            let row = vec![*channels, 1, *length];
            let input = lowering.emitter.reshape(input, &row)?;
            (input, row, vec![*outputs, *per_group, 1, *kernel], Some(widened(node)))
        }
        _ => (input, shape, constant.shape.clone(), None),
    };
    let is_sequence = wide.is_some();
    let node = wide.as_ref().unwrap_or(node);
    let [channels, height, width] = image(&shape)?;
    let [outputs, per_group, kernel_rows, kernel_columns] = kernel[..] else {
        return Err(refusal!(
            "its weights have {} axes, and only convolutions along one axis or over rows and columns can be represented", constant.shape.len();
            "give its input as many axes as they have"
        ));
    };
    let size = |length: usize| {
        u32::try_from(length).map_err(|_| {
            refusal!(
                "its weights are too many";
                "make the layer smaller"
            )
        })
    };
    let kernel = [size(kernel_rows)?, size(kernel_columns)?];
    if node.ints("kernel_shape").is_some_and(|shape| *shape != kernel.map(i64::from)) {
        return Err(refusal!(
            "its kernel_shape isn't that of its weights, {kernel:?}";
            "export the model again"
        ));
    }
    let window = window(node, kernel, [height, width])?;
    let weights = Weights::new(&constant, 0)?;
    let group = node.int("group", 1);
    let pad_value = quantization.zero_point;
    let parameters = weights.values.clone();
    let operator = if group == 1 && size(per_group)? == channels {
        Node::Conv2d { input, outputs: size(outputs)?, window, pad_value, parameters }
    } else if group == i64::from(channels) && per_group == 1 && size(outputs)? == channels {
        Node::DepthwiseConv2d { input, window, pad_value, parameters }
    } else {
        return Err(refusal!(
            "{group} groups of {per_group} from {channels} to {outputs} channels: only 1 group, or one filter for each channel, can be represented";
            "use one of these, or a convolution for each group and a Concat"
        ));
    };
    let shape = output(vec![size(outputs)?, steps(height, &window, 0), steps(width, &window, 1)])?;
    let at = lowering.emitter.push(operator)?;
    let mut accumulated = weights.accumulated(at, shape, 0, quantization);
    if is_sequence {
        accumulated.shape.remove(1);
        accumulated.reshaped = true;
    }
    if let Some(bias) = bias {
        if bias.shape != [outputs] {
            return Err(refusal!(
                "its bias has the shape {:?} for {outputs} outputs", bias.shape;
                "export the model again"
            ));
        }
        accumulated.shift(&bias.real);
    }
    Ok((Value::Accumulated(accumulated), weights.note()))
}
