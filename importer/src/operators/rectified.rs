//! `PRelu`, and `Max` and `Min` with a number for each channel: what lies on one side of a bound, and the rest.

use millrace_inference::Node;

use super::{channels::per_index, channelwise::channelwise, elementwise::map};
use crate::{
    lowered::Lowered,
    lowering::Lowering,
    onnx,
    value::{covering, ConstantValue, Quantization, Range, Value},
};

/// Slopes below zero: `x + (a − 1) · min(x, 0)`, or a table where all are equal.
pub(super) fn prelu(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let slopes = lowering.constant(node, 1)?;
    if let [slope] = slopes.real[..] {
        return map(lowering, node, std::rc::Rc::new(move |x| if x < 0.0 { slope * x } else { x }));
    }
    let (read, shape, quantization) = lowering.activation(node, 0)?;
    let (axis, slopes) = per_index(&slopes, &shape)?;
    let factors: Vec<f64> = slopes.iter().map(|slope| slope - 1.0).collect();
    let zero = quantization.zero_point;
    let table = (i8::MIN..=i8::MAX).map(|x| x.min(zero)).collect();
    let below = lowering.emitter.push(Node::Lookup { input: read, table })?;
    let offsets = vec![0.0; factors.len()];
    let bent = channelwise(lowering, (below, shape.clone(), quantization), axis, &factors, &offsets)?;
    let least = quantization.real(i8::MIN);
    let ends = |of: fn(f64, f64) -> f64| factors.iter().map(|factor| factor * least).fold(0.0, of);
    let (node, own) = settled(lowering, &bent, covering(ends(f64::min), ends(f64::max)))?;
    let sum = Value::Sum { left: (read, quantization), right: (node, own), shape, range: Range::ALL };
    Ok((sum, "a filter of one element for each channel below zero".into()))
}

/// The larger or the smaller of an activation and a number for each channel: `c ± max(±(x − c), 0)`.
pub(super) fn bounded(
    lowering: &mut Lowering<'_>,
    node: &onnx::Node,
    at: usize,
    bounds: &ConstantValue,
) -> Lowered<(Value, String)> {
    let (read, shape, quantization) = lowering.activation(node, at)?;
    let ends = [quantization.real(i8::MIN), quantization.real(i8::MAX)];
    // A bound beyond all that is bounded does nothing, however far it lies.
    let near = |bound: f64| if node.op_type == "Max" { bound.max(ends[0]) } else { bound.min(ends[1]) };
    let (axis, bounds) = per_index(bounds, &shape)?;
    let bounds: Vec<f64> = bounds.into_iter().map(near).collect();
    let sign = if node.op_type == "Max" { 1.0 } else { -1.0 };
    let factors = vec![sign; bounds.len()];
    let offsets: Vec<f64> = bounds.iter().map(|bound| -sign * bound).collect();
    let mut beyond = channelwise(lowering, (read, shape.clone(), quantization), axis, &factors, &offsets)?;
    if let Value::Accumulated(accumulated) = &mut beyond {
        accumulated.range = Range { low: 0.0, high: f64::INFINITY };
    }
    let largest = (sign * ends[0]).max(sign * ends[1]);
    let most = offsets.iter().map(|offset| largest + offset).fold(0.0, f64::max);
    // Where nothing can lie beyond its bound, nothing but zero has to be represented, and the bounds keep the tensor's steps.
    let to = if most > 0.0 { covering(0.0, most) } else { quantization };
    let (beyond, own) = settled(lowering, &beyond, to)?;
    let value = channelwise(lowering, (beyond, shape, own), axis, &factors, &bounds)?;
    Ok((value, "two filters of one element for each channel".into()))
}

fn settled(lowering: &mut Lowering<'_>, value: &Value, to: Quantization) -> Lowered<(u32, Quantization)> {
    match lowering.emitter.settle(value, to)? {
        Value::Quantized { node, quantization, .. } => Ok((node, quantization)),
        _ => Err(refusal!("its channels have no quantization"; "export the model again")),
    }
}
