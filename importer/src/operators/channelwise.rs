//! A factor and a number to add for each index of the first or the last axis of a quantized tensor: a filter of one element for each, or
//! a product in which each only reads itself.

use millrace_inference::{Node, Window};

use crate::{
    emit_turned::MAX_MOVED,
    lowered::Lowered,
    lowering::Lowering,
    value::{Accumulated, Quantization, Range, Value},
};

/// A quantized tensor, with the shape of a sample, times a factor plus an offset for each index of an axis of a sample, the first or the
/// last one. The weights are 1 and -1, so nothing is lost but in the rescaling.
pub(super) fn channelwise(
    lowering: &mut Lowering<'_>,
    (input, shape, quantization): (u32, Vec<u32>, Quantization),
    axis: usize,
    factors: &[f64],
    offsets: &[f64],
) -> Lowered<Value> {
    if factors.iter().chain(offsets).any(|number| !number.is_finite()) {
        return Err(refusal!("it makes a channel infinite or NaN"; "train the model again"));
    }
    let sign = |factor: &f64| match *factor {
        factor if factor > 0.0 => 1,
        factor if factor < 0.0 => -1,
        _ => 0,
    };
    let signs: Vec<i8> = factors.iter().map(sign).collect();
    let (node, reshaped) = match axis {
        0 => filtered(lowering, input, &shape, quantization, signs)?,
        _ => (diagonal(lowering, input, &signs)?, false),
    };
    Ok(Value::Accumulated(Accumulated {
        node,
        shape,
        axis,
        scales: factors.iter().map(|factor| factor.abs() * quantization.scale).collect(),
        offsets: offsets.to_vec(),
        zero_point: quantization.zero_point,
        range: Range::ALL,
        reshaped,
    }))
}

/// A filter of one element for each index of the first axis, and whether what it gives has another shape.
fn filtered(
    lowering: &mut Lowering<'_>,
    input: u32,
    shape: &[u32],
    quantization: Quantization,
    parameters: Vec<i8>,
) -> Lowered<(u32, bool)> {
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
    let input = if reshaped { lowering.emitter.reshape(input, &image)? } else { input };
    let window = Window { kernel: [1, 1], stride: [1, 1], padding: [0; 4] };
    let pad_value = quantization.zero_point;
    let node = lowering.emitter.push(Node::DepthwiseConv2d { input, window, pad_value, parameters })?;
    Ok((node, reshaped))
}

/// A product in which each index of the last axis only reads itself.
fn diagonal(lowering: &mut Lowering<'_>, input: u32, signs: &[i8]) -> Lowered<u32> {
    let count = signs.len();
    if count > MAX_MOVED as usize {
        return Err(refusal!(
            "it has a number for each of {count} indices of the last axis, and at most {MAX_MOVED} can be represented there";
            "let the channels come first, or fold it into the layer before"
        ));
    }
    let mut parameters = vec![0; count * count];
    // From one element of the diagonal to the next it is a row and a column.
    for (place, sign) in parameters.iter_mut().step_by(count + 1).zip(signs) {
        *place = *sign;
    }
    lowering.emitter.push(Node::Linear { input, outputs: count as u32, parameters })
}
