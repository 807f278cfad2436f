//! `Identity`, `Dropout` and `Cast`, which leave the numbers as they are, and `Constant`, which only holds some.

use crate::{
    lowered::Lowered,
    lowering::Lowering,
    onnx::{self, Constant, Numbers},
    value::{Quantization, Value},
};

pub(super) fn identity(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<Value> {
    lowering.value(node, 0)
}

pub(super) fn dropout(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<Value> {
    let trains = match node.input.get(2).filter(|name| !name.is_empty()) {
        Some(_) => lowering.integers(node, 2)? != [0],
        None => false,
    };
    if trains {
        return Err(refusal!("it is in training mode"; "export the model in evaluation mode"));
    }
    match lowering.value(node, 0)? {
        Value::Constant(_) => Err(refusal!("it reads a constant"; "export the model in evaluation mode")),
        value => Ok(value),
    }
}

/// Casts that keep the numbers: float32 to float32, indices to wide integers.
pub(super) fn cast(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<Value> {
    let to = i32::try_from(node.int("to", 0)).unwrap_or(0);
    let element = node.input.first().and_then(|name| lowering.integers_of(name));
    if let (Some(element), onnx::FLOAT) = (element, to) {
        return real_input(lowering, node, element);
    }
    match lowering.value(node, 0)? {
        value @ Value::Index { .. } if matches!(to, onnx::INT32 | onnx::INT64) => Ok(value),
        value if to == onnx::FLOAT && !matches!(value, Value::Index { .. } | Value::Constant(_)) => Ok(value),
        _ => Err(refusal!("it changes the type of its elements, which can't be represented"; "leave it out")),
    }
}

/// The real numbers of an input of integers: each is itself.
fn real_input(lowering: &mut Lowering<'_>, node: &onnx::Node, element: i32) -> Lowered<Value> {
    if !node.input.first().is_some_and(|name| lowering.is_unread(name)) {
        return Err(refusal!(
            "it takes the integers of a quantized tensor for real numbers";
            "put a DequantizeLinear in its place"
        ));
    }
    let value = lowering.value(node, 0)?;
    let zero_point = if element == onnx::UINT8 { i8::MIN } else { 0 };
    lowering.read_as(value, Quantization { scale: 1.0, zero_point })
}

/// The constant that a `Constant` node holds.
pub(super) fn written(node: &onnx::Node) -> Lowered<Constant> {
    let [attribute] = node.attribute.as_slice() else {
        return Err(refusal!("it needs exactly one value"; "export the model again"));
    };
    let integers =
        |values: Vec<i64>, shape| Constant::new(shape, Numbers::Integer { values, data_type: onnx::INT64 });
    Ok(match attribute.name.as_str() {
        "value" => node
            .tensor("value")
            .ok_or_else(|| {
                refusal!(
                    "its value is no tensor";
                    "export the model again"
                )
            })?
            .constant()?,
        "value_float" => Constant::new(vec![], Numbers::Float(vec![attribute.f])),
        "value_floats" => {
            Constant::new(vec![attribute.floats.len()], Numbers::Float(attribute.floats.clone()))
        }
        "value_int" => integers(vec![attribute.i], vec![]),
        _ => integers(attribute.ints.clone(), vec![attribute.ints.len()]),
    })
}
