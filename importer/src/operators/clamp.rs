//! `Relu`, `Clip`, `Max` and `Min`: bounds of a rescaling, or a table.

use std::rc::Rc;

use super::{
    elementwise::{binary, map},
    rectified::bounded,
};
use crate::{
    lowered::Lowered,
    lowering::Lowering,
    onnx::{self, Numbers},
    value::{Mean, Range, Value},
};

pub(super) fn relu(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    clamp(lowering, node, Range { low: 0.0, high: f64::INFINITY })
}

pub(super) fn clip(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    if let Some(element) = node.input.first().and_then(|name| lowering.integers_of(name)) {
        return clip_integers(lowering, node, element);
    }
    let range = clip_range(lowering, node)?;
    clamp(lowering, node, range)
}

/// The larger or the smaller of an activation and a number, or of two functions of one tensor.
pub(super) fn bound(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let (constant, activation) = match (lowering.value(node, 0)?, lowering.value(node, 1)?) {
        (Value::Constant(_), Value::Constant(_)) => return binary(lowering, node),
        (_, Value::Constant(constant)) => (constant, 0),
        (Value::Constant(constant), _) => (constant, 1),
        _ => return binary(lowering, node),
    };
    let [number] = constant.real[..] else { return bounded(lowering, node, activation, &constant) };
    let range = match node.op_type.as_str() {
        "Max" => Range { low: number, high: f64::INFINITY },
        _ => Range { low: f64::NEG_INFINITY, high: number },
    };
    let input = node.input.get(activation).cloned().into_iter().collect();
    clamp(lowering, &onnx::Node { input, ..node.clone() }, range)
}

fn clamp(lowering: &mut Lowering<'_>, node: &onnx::Node, clamp: Range) -> Lowered<(Value, String)> {
    let value = lowering.value(node, 0)?;
    let clamped = match value {
        Value::Accumulated(mut accumulated) => {
            accumulated.range = accumulated.range.clamped(clamp);
            Value::Accumulated(accumulated)
        }
        Value::Mean(mean) => Value::Mean(Mean { range: mean.range.clamped(clamp), ..mean }),
        Value::Sum { left, right, shape, range } => {
            Value::Sum { left, right, shape, range: range.clamped(clamp) }
        }
        // Its bounds are numbers and in order, so this doesn't panic.
        _ => return map(lowering, node, Rc::new(move |x: f64| x.clamp(clamp.low, clamp.high))),
    };
    Ok((clamped, "a clamp of the rescaling".into()))
}

/// A clip of the integers of a quantized tensor, as quantization to seven bits leaves it.
fn clip_integers(lowering: &mut Lowering<'_>, node: &onnx::Node, element: i32) -> Lowered<(Value, String)> {
    // The integers of uint8 are held less 128.
    let shift = if element == onnx::UINT8 { 128 } else { 0 };
    let bound = |at: usize, default: i8| -> Lowered<i8> {
        let Some(name) = node.input.get(at).filter(|name| !name.is_empty()) else { return Ok(default) };
        let number = match lowering.written(name).map(|constant| &constant.numbers) {
            Some(Numbers::Integer { values, data_type }) if *data_type == element => match values[..] {
                [value] => i8::try_from(value - shift).ok(),
                _ => None,
            },
            _ => None,
        };
        number.ok_or_else(|| {
            refusal!(
                "it clips integers of ONNX type {element}, and its bound '{name}' isn't one constant number of that type";
                "give it one, or clip the real numbers before they are quantized"
            )
        })
    };
    let (low, high) = (bound(1, i8::MIN)?, bound(2, i8::MAX)?);
    if low > high {
        return Err(refusal!("its min lies above its max"; "swap them or drop the clip"));
    }
    let (read, shape, quantization) = lowering.activation(node, 0)?;
    let bounded = lowering.emitter.bounded(read, low, high)?;
    Ok((Value::Quantized { node: bounded, shape, quantization }, "a clamp of the integers".into()))
}

/// The bounds of a clip.
fn clip_range(lowering: &Lowering<'_>, node: &onnx::Node) -> Lowered<Range> {
    let bound = |at: usize, name: &str, default: f32| -> Lowered<f64> {
        match node.input.get(at).filter(|name| !name.is_empty()) {
            Some(_) => lowering.scalar(node, at),
            None => Ok(node.float(name, default).into()),
        }
    };
    let low = bound(1, "min", f32::NEG_INFINITY)?;
    let high = bound(2, "max", f32::INFINITY)?;
    // Not finite is fine for a side that stays open.
    if low.is_nan() || high.is_nan() || low == f64::INFINITY || high == f64::NEG_INFINITY {
        return Err(refusal!("its bounds {low} and {high} aren't numbers"; "give it two that are"));
    }
    if low > high {
        return Err(refusal!("its min {low} lies above its max {high}"; "swap them or drop the clip"));
    }
    Ok(Range { low, high })
}
