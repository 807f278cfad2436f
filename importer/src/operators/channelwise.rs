//! A factor and a number to add for each channel of a quantized tensor: a filter of one element for each channel.

use millrace_inference::{Node, Window};

use crate::{
    lowered::Lowered,
    lowering::Lowering,
    onnx,
    value::{Accumulated, Range, Value},
};

/// What a node reads at a position, times a factor plus an offset for each index of the first axis of a sample. The filters'
/// weights are 1 and -1, so nothing is lost but in the rescaling.
pub(super) fn channelwise(
    lowering: &mut Lowering<'_>,
    node: &onnx::Node,
    at: usize,
    factors: &[f64],
    offsets: &[f64],
) -> Lowered<Value> {
    let (input, shape, quantization) = lowering.activation(node, at)?;
    let (image, reshaped) = match shape[..] {
        [channels] => ([channels, 1, 1], true),
        [channels, length] => ([channels, 1, length], true),
        [channels, height, width] => ([channels, height, width], false),
        _ => {
            return Err(refusal!(
                "it has a number for each channel of N × {shape:?}";
                "let its input have at most three axes besides the batch"
            ))
        }
    };
    if factors.iter().chain(offsets).any(|number| !number.is_finite()) {
        return Err(refusal!("it makes a channel infinite or NaN"; "train the model again"));
    }
    let input = if reshaped { lowering.emitter.reshape(input, &image)? } else { input };
    let sign = |factor: &f64| match *factor {
        factor if factor > 0.0 => 1,
        factor if factor < 0.0 => -1,
        _ => 0,
    };
    let window = Window { kernel: [1, 1], stride: [1, 1], padding: [0; 4] };
    let node = lowering.emitter.push(Node::DepthwiseConv2d {
        input,
        window,
        pad_value: quantization.zero_point,
        parameters: factors.iter().map(sign).collect(),
    })?;
    Ok(Value::Accumulated(Accumulated {
        node,
        shape,
        axis: 0,
        scales: factors.iter().map(|factor| factor.abs() * quantization.scale).collect(),
        offsets: offsets.to_vec(),
        zero_point: quantization.zero_point,
        range: Range::ALL,
        reshaped,
    }))
}
