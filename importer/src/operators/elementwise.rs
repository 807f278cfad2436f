//! What works element by element: functions of one number, and operations of two.
//!
//! A function becomes a lookup table. Two functions in a row become one table, and so do two functions of the same tensor.

use std::rc::Rc;

use super::{
    channels::{per_channel, per_index},
    channelwise::channelwise,
    functions::unary,
    line::{folded, waits, Line},
};
use crate::{
    lowered::Lowered,
    lowering::Lowering,
    onnx,
    shape::output,
    value::{ConstantValue, Map, Product, Quantization, Range, Value},
};

/// What a step of the import says of a number that became part of a rescaling.
const FOLDED: &str = "folded into the rescaling";

/// A quantized tensor.
type Tensor = (u32, Quantization);

/// A function of one number; none if the operator is no such function.
pub(super) fn function(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<Option<(Value, String)>> {
    if node.op_type == "Neg" {
        settle_shared(lowering, node, 0)?;
        let value = lowering.value(node, 0)?;
        if let Some(value) = folded(lowering, value, &Line::negative())? {
            return Ok(Some((value, FOLDED.into())));
        }
    }
    unary(node).map(|function| map(lowering, node, function)).transpose()
}

/// Applies a function element by element: to a quantized tensor as a table, to a table's result by
/// composing it.
pub(super) fn map(lowering: &mut Lowering<'_>, node: &onnx::Node, map: Map) -> Lowered<(Value, String)> {
    let value = mapped(lowering, node, 0)?;
    let (at, shape, quantization, before) = value;
    let composed: Map = Rc::new(move |x| map(before(x)));
    Ok((Value::Mapped { node: at, shape, quantization, map: composed }, "part of a table".into()))
}

fn mapped(
    lowering: &mut Lowering<'_>,
    node: &onnx::Node,
    at: usize,
) -> Lowered<(u32, Vec<u32>, Quantization, Map)> {
    if let Value::Mapped { node, shape, quantization, map } = lowering.value(node, at)? {
        return Ok((node, shape, quantization, map));
    }
    let (node, shape, quantization) = lowering.activation(node, at)?;
    Ok((node, shape, quantization, Rc::new(|x| x)))
}

pub(super) fn binary(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    for (at, other) in [(0, 1), (1, 0)] {
        if matches!(lowering.value(node, other)?, Value::Constant(of) if of.real.len() == 1) {
            settle_shared(lowering, node, at)?;
        }
    }
    let (left, right) = (lowering.value(node, 0)?, lowering.value(node, 1)?);
    let operation: fn(f64, f64) -> f64 = match node.op_type.as_str() {
        "Add" => |a, b| a + b,
        "Sub" => |a, b| a - b,
        "Mul" => |a, b| a * b,
        "Div" => |a, b| a / b,
        "Pow" => f64::powf,
        // Unlike Rust's own, these keep NaN.
        "Max" => |a, b| if a > b || a.is_nan() { a } else { b },
        _ => |a, b| if a < b || a.is_nan() { a } else { b },
    };
    match (left, right) {
        (Value::Constant(_), Value::Constant(_)) => Err(refusal!(
            "it computes a constant";
            "fold the constants first, with onnxruntime's quant_pre_process"
        )),
        (value, Value::Constant(constant)) => match with_constant(lowering, node, 0, value, &constant)? {
            Some(value) => Ok((value, FOLDED.into())),
            None => with_number(lowering, node, 0, &constant, operation),
        },
        (Value::Constant(constant), value) => match with_constant(lowering, node, 1, value, &constant)? {
            Some(value) => Ok((value, FOLDED.into())),
            None => with_number(lowering, node, 1, &constant, move |x, number| operation(number, x)),
        },
        _ => of_two(lowering, node, operation),
    }
}

/// Quantizes what meets a number here and is read elsewhere, too: then what becomes of both can be a table of it, as
/// hand-written activations are (`x · clip(x + 3) / 6`). Where nothing says how to quantize it, the number is folded instead.
fn settle_shared(lowering: &mut Lowering<'_>, node: &onnx::Node, at: usize) -> Lowered<()> {
    let is_shared = node.input.get(at).is_some_and(|name| lowering.is_shared(name));
    if is_shared && waits(&lowering.value(node, at)?) {
        // Whoever wants it quantized gets the reason.
        let _ = lowering.quantized(node, at);
    }
    Ok(())
}

/// An operation of an activation with a number for each channel.
fn with_numbers(
    lowering: &mut Lowering<'_>,
    node: &onnx::Node,
    at: usize,
    constant: &ConstantValue,
) -> Lowered<(Value, String)> {
    let tensor = lowering.activation(node, at)?;
    let (axis, numbers) = per_index(constant, &tensor.1)?;
    let Some(Line { factors, offsets }) = Line::of(&node.op_type, at, &numbers) else {
        return Err(refusal!(
            "its constant has {} numbers, and only one for all elements can be represented here", numbers.len();
            "give it one number, or split the tensor before the export"
        ));
    };
    let value = channelwise(lowering, tensor, axis, &factors, &offsets)?;
    let note = if axis == 0 { "a filter of one element for each channel" } else { "each channel by itself" };
    Ok((value, note.into()))
}

/// An operation of an activation with one number, in this order.
fn with_number(
    lowering: &mut Lowering<'_>,
    node: &onnx::Node,
    at: usize,
    constant: &ConstantValue,
    operation: impl Fn(f64, f64) -> f64 + 'static,
) -> Lowered<(Value, String)> {
    let [number] = constant.real[..] else { return with_numbers(lowering, node, at, constant) };
    let (read, shape, quantization, before) = mapped(lowering, node, at)?;
    if constant.shape.len() > shape.len() + 1 {
        return Err(refusal!(
            "its constant has {} axes and meets a tensor of {}", constant.shape.len(), shape.len() + 1;
            "drop the constant's axes"
        ));
    }
    let map: Map = Rc::new(move |x| operation(before(x), number));
    Ok((Value::Mapped { node: read, shape, quantization, map }, "part of a table".into()))
}

/// A constant that meets what waits for its quantization: one number, or one for each channel of a product. None if it can't be folded
/// into the rescaling but may be part of a table.
fn with_constant(
    lowering: &mut Lowering<'_>,
    node: &onnx::Node,
    at: usize,
    value: Value,
    constant: &ConstantValue,
) -> Lowered<Option<Value>> {
    let numbers = match &value {
        Value::Accumulated(accumulated) => per_channel(constant, &accumulated.shape, accumulated.axis)?,
        value => match (constant.real.as_slice(), value.shape()) {
            ([number], Some(shape)) if waits(value) && constant.shape.len() <= shape.len() + 1 => {
                vec![*number]
            }
            _ => return Ok(None),
        },
    };
    match Line::of(&node.op_type, at, &numbers) {
        Some(line) => folded(lowering, value, &line),
        None => Ok(None),
    }
}

/// An operation on two activations: two functions of one tensor become one, sums of two tensors an addition, products sums
/// of squares.
fn of_two(
    lowering: &mut Lowering<'_>,
    node: &onnx::Node,
    operation: fn(f64, f64) -> f64,
) -> Lowered<(Value, String)> {
    if node.input.first() == node.input.get(1) {
        let (at, shape, quantization, before) = mapped(lowering, node, 0)?;
        let map: Map = Rc::new(move |x| operation(before(x), before(x)));
        return Ok((Value::Mapped { node: at, shape, quantization, map }, "part of a table".into()));
    }
    let is_mapped = |value: &Value| matches!(value, Value::Mapped { .. } | Value::Quantized { .. });
    if is_mapped(&lowering.value(node, 0)?) && is_mapped(&lowering.value(node, 1)?) {
        let (left, right) = (mapped(lowering, node, 0)?, mapped(lowering, node, 1)?);
        let shape = left.1.clone();
        let (left, right) = (origins(lowering, left), origins(lowering, right));
        // A sum of two tensors that only share an origin far up is exact as an addition.
        let depth = if node.op_type == "Add" { 1 } else { usize::MAX };
        for (at, quantization, before) in left.iter().take(depth) {
            if let Some((_, _, other)) = right.iter().take(depth).find(|(origin, ..)| origin == at) {
                let (before, other) = (before.clone(), other.clone());
                let map: Map = Rc::new(move |x| operation(before(x), other(x)));
                let value = Value::Mapped { node: *at, shape, quantization: *quantization, map };
                return Ok((value, "part of a table".into()));
            }
        }
    }
    if !matches!(node.op_type.as_str(), "Add" | "Sub" | "Mul") {
        return Err(refusal!(
            "of two different activations only the sum, the difference and the product can be represented";
            "rewrite it with these, or with numbers"
        ));
    }
    let (left, right, shape) = alike(lowering, node)?;
    if node.op_type == "Mul" {
        let product = Value::Product(Product { left, right, shape });
        return Ok((product, "a product from squares, once its quantization is known".into()));
    }
    let right = if node.op_type == "Sub" { lowering.emitter.negated(right)? } else { right };
    let sum = Value::Sum { left, right, shape, range: Range::ALL };
    Ok((sum, "an addition, once its quantization is known".into()))
}

/// Two activations under one shape: axes of length 1 are repeated.
fn alike(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Tensor, Tensor, Vec<u32>)> {
    let (left, right) = (lowering.activation(node, 0)?, lowering.activation(node, 1)?);
    let unlike = || {
        refusal!(
            "its operands have the shapes {:?} and {:?} a sample, which don't meet", left.1, right.1;
            "give them axes of one length, or of length 1"
        )
    };
    // ONNX would lay the batch of the shorter one along an axis of the longer one.
    if left.1.len() != right.1.len() {
        return Err(unlike());
    }
    let shape = output(left.1.iter().zip(&right.1).map(|(a, b)| *a.max(b)).collect())?;
    let first = lowering.emitter.broadcast(left.0, &left.1, &shape)?.ok_or_else(unlike)?;
    let second = lowering.emitter.broadcast(right.0, &right.1, &shape)?.ok_or_else(unlike)?;
    Ok(((first, left.2), (second, right.2), shape))
}

/// The tensors of which a value is a function, from the nearest up through the tables between them.
fn origins(lowering: &Lowering<'_>, of: (u32, Vec<u32>, Quantization, Map)) -> Vec<(u32, Quantization, Map)> {
    let (node, _, quantization, map) = of;
    let mut origins = vec![(node, quantization, map)];
    while let Some((node, quantization, map)) = origins.last().cloned() {
        let Some((above, from, table)) = lowering.emitter.table(node) else { break };
        let through: Map = Rc::new(move |x| {
            let index = i16::from(from.quantize(x)) + 128;
            map(quantization.real(table.get(index as usize).copied().unwrap_or(0)))
        });
        origins.push((above, from, through));
    }
    origins
}
