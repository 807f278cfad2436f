//! `QuantizeLinear` and `DequantizeLinear`, of activations and of constants.

use std::rc::Rc;

use super::{
    channels::Channels,
    scale::{output_dtype, parameters, per_tensor, Parameters},
};
use crate::{
    lowered::Lowered,
    lowering::Lowering,
    onnx::{self, Constant, Numbers},
    value::{ConstantValue, IntegerConstant, Padded, Turned, Value},
};

pub(super) fn quantize(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let value = lowering.value(node, 0)?;
    let parameters = parameters(lowering, node, output_dtype(node)?)?;
    let quantization = per_tensor(&parameters)?;
    if let Some(output) = node.output.first() {
        lowering.mark_integers(output.clone(), parameters.element);
    }
    match value {
        // Rounding keeps the order, but for ties.
        Value::Ordered { .. } => Ok((value, "dropped after the softmax".into())),
        Value::Index { .. } => Err(refusal!("it quantizes indices"; "end the model with its arg max")),
        value => {
            let settled = lowering.emitter.settle(&value, quantization)?;
            Ok((settled, format!("scale {:.6}, zero point {}", quantization.scale, quantization.zero_point)))
        }
    }
}

/// Real weights as integers, as quantization-aware training leaves them: ONNX computes with floats of 32 bits.
pub(super) fn quantized_constant(
    lowering: &Lowering<'_>,
    node: &onnx::Node,
    constant: &ConstantValue,
) -> Lowered<Constant> {
    let parameters = parameters(lowering, node, output_dtype(node)?)?;
    let (low, high) = match parameters.element {
        onnx::UINT8 => (0.0, 255.0),
        onnx::INT8 => (-128.0, 127.0),
        other => {
            return Err(refusal!(
                "it quantizes a constant to ONNX type {other}";
                "quantize it to int8 (QuantType.QInt8)"
            ))
        }
    };
    let channels = Channels::new(node, &constant.shape, &parameters.scales)?;
    let values = constant
        .real
        .iter()
        .enumerate()
        .map(|(at, real)| {
            let channel = channels.of(at);
            let scale = parameters.scales.get(channel).copied().unwrap_or(1.0);
            let zero = parameters.zeros.get(channel).copied().unwrap_or(0);
            let steps = (*real as f32 / scale as f32).round_ties_even();
            (f64::from(steps) + zero as f64).clamp(low, high) as i64
        })
        .collect();
    let data_type = parameters.element;
    Ok(Constant::new(constant.shape.clone(), Numbers::Integer { values, data_type }))
}

/// Checks a node's scale and zero point where what it reads isn't known.
pub(super) fn expect_parameters(lowering: &Lowering<'_>, node: &onnx::Node) -> Lowered<()> {
    let element = match node.op_type.as_str() {
        "QuantizeLinear" => output_dtype(node)?,
        _ => None,
    };
    per_tensor(&parameters(lowering, node, element)?).map(drop)
}

/// It changes nothing: the operators that read it work on the integers.
pub(super) fn dequantize(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<Value> {
    if !matches!(node.int("output_dtype", 0), 0 | 1) {
        return Err(refusal!("it gives another type than float32"; "drop its output_dtype"));
    }
    let name = node.input.first().cloned().unwrap_or_default();
    if let Some(constant) = lowering.written(&name).cloned() {
        return dequantized_constant(lowering, node, &constant);
    }
    let Some(element) = lowering.integers_of(&name) else {
        return Err(refusal!("it reads '{name}', which isn't quantized"; "put a QuantizeLinear before it"));
    };
    let value = lowering.value(node, 0)?;
    let parameters = parameters(lowering, node, Some(element))?;
    let read = per_tensor(&parameters)?;
    // The graph's input is posted as it is.
    if lowering.is_unread(&name) {
        return lowering.read_as(value, read);
    }
    match value {
        Value::Quantized { quantization, .. }
        | Value::Padded(Padded { quantization, .. })
        | Value::Turned(Turned { quantization: Some(quantization), .. })
            if read != quantization =>
        {
            Err(refusal!(
                "it reads a tensor with another scale or zero point than it was quantized with";
                "give both nodes the same"
            ))
        }
        Value::Quantized { .. } | Value::Padded(_) | Value::Turned(_) | Value::Ordered { .. } => Ok(value),
        _ => Err(refusal!("its input isn't quantized"; "put a QuantizeLinear before it")),
    }
}

fn dequantized_constant(
    lowering: &mut Lowering<'_>,
    node: &onnx::Node,
    constant: &Constant,
) -> Lowered<Value> {
    let Numbers::Integer { values, data_type } = &constant.numbers else {
        return Err(refusal!("its input must be integers"; "quantize it again"));
    };
    if !matches!(*data_type, onnx::INT8 | onnx::UINT8 | onnx::INT32) {
        return Err(refusal!(
            "its integers have ONNX type {data_type}";
            "quantize weights to int8 (QuantType.QInt8), biases to int32"
        ));
    }
    let Parameters { scales, zeros, .. } = parameters(lowering, node, Some(*data_type))?;
    let channels = Channels::new(node, &constant.shape, &scales)?;
    lowering.hold(values.len())?;
    // Both are integers of at most 32 bits.
    let centred: Vec<i64> = values
        .iter()
        .enumerate()
        .map(|(at, value)| value - zeros.get(channels.of(at)).copied().unwrap_or(0))
        .collect();
    let scale = |at: usize| scales.get(channels.of(at)).copied().unwrap_or(1.0);
    let real = centred.iter().enumerate().map(|(at, value)| *value as f64 * scale(at)).collect();
    let axis = channels.axis;
    let integers = Some(IntegerConstant { values: centred, scales, axis });
    Ok(Value::Constant(Rc::new(ConstantValue { shape: constant.shape.clone(), real, integers })))
}
