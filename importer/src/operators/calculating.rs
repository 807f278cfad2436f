//! Constants that are calculated from others, number by number.

use super::{
    folding_limit::{count, expect_room},
    functions::unary,
    picking::{broadcast, place},
};
use crate::{
    lowered::Lowered,
    onnx::{self, Constant, Node, Numbers},
    shape::OPEN,
};

/// One number at every place of a shape.
pub(super) fn filled(node: &Node, shape: &Constant) -> Lowered<Constant> {
    let lengths = shape.integers().unwrap_or_default();
    let known: Option<Vec<usize>> = lengths.iter().map(|length| usize::try_from(*length).ok()).collect();
    let shape = known.ok_or_else(|| {
        refusal!(
            "it fills a shape with an open batch";
            "fix the batch with --input-shape, or export the model with a static shape"
        )
    })?;
    expect_room(&shape)?;
    let number = match node.tensor("value") {
        Some(tensor) => tensor.constant()?.numbers,
        None => Numbers::Float(vec![0.0]),
    };
    let numbers = match number {
        Numbers::Float(values) => {
            Numbers::Float(vec![values.first().copied().unwrap_or(0.0); count(Some(&shape))])
        }
        Numbers::Integer { values, data_type } => {
            let value = values.first().copied().unwrap_or(0);
            Numbers::Integer { values: vec![value; count(Some(&shape))], data_type }
        }
    };
    Ok(Constant::new(shape, numbers))
}

/// A function of each number; none if the operator is no such function.
pub(super) fn function_of(node: &Node, data: &Constant) -> Option<Constant> {
    let (Some(function), Numbers::Float(values)) = (unary(node), &data.numbers) else { return None };
    let numbers = values.iter().map(|value| function((*value).into()) as f32).collect();
    Some(Constant::new(data.shape.clone(), Numbers::Float(numbers)))
}

/// Two constants, whose axes meet from the last one on; none if they can't.
pub(super) fn calculated(node: &Node, left: &Constant, right: &Constant) -> Lowered<Option<Constant>> {
    let Some(shape) = broadcast(&left.shape, &right.shape) else { return Ok(None) };
    expect_room(&shape)?;
    let pairs =
        (0..count(Some(&shape))).map(|at| (place(at, &shape, &left.shape), place(at, &shape, &right.shape)));
    let numbers = match (&left.numbers, &right.numbers) {
        (Numbers::Integer { values: a, data_type }, Numbers::Integer { values: b, .. }) => {
            let values: Option<Vec<i64>> =
                pairs.map(|(i, j)| of_integers(node, *a.get(i)?, *b.get(j)?)).collect();
            let values = values.ok_or_else(|| {
                refusal!(
                    "it calculates with the length of an open batch, or leaves 64 bits";
                    "fix the batch with --input-shape, or export the model with a static shape"
                )
            })?;
            Numbers::Integer { values, data_type: *data_type }
        }
        (Numbers::Float(a), Numbers::Float(b)) => {
            let values: Option<Vec<f32>> =
                pairs.map(|(i, j)| Some(of_floats(node, *a.get(i)?, *b.get(j)?))).collect();
            match values {
                Some(values) => Numbers::Float(values),
                None => return Ok(None),
            }
        }
        (Numbers::Float(a), Numbers::Integer { values: b, data_type }) if *data_type != onnx::BOOL => {
            // Only a power may have an exponent of another type.
            let values: Option<Vec<f32>> =
                pairs.map(|(i, j)| Some(of_floats(node, *a.get(i)?, *b.get(j)? as f32))).collect();
            match values.filter(|_| node.op_type == "Pow") {
                Some(values) => Numbers::Float(values),
                None => return Ok(None),
            }
        }
        _ => return Ok(None),
    };
    Ok(Some(Constant::new(shape, numbers)))
}

/// None if the result has more than 64 bits, or one of them is the length of an open batch.
fn of_integers(node: &Node, a: i64, b: i64) -> Option<i64> {
    match node.op_type.as_str() {
        _ if a == OPEN || b == OPEN => None,
        "Add" | "Sum" => a.checked_add(b),
        "Sub" => a.checked_sub(b),
        "Mul" => a.checked_mul(b),
        "Div" => a.checked_div(b),
        "Max" => Some(a.max(b)),
        "Min" => Some(a.min(b)),
        _ => a.checked_pow(u32::try_from(b).ok()?),
    }
}

fn of_floats(node: &Node, a: f32, b: f32) -> f32 {
    match node.op_type.as_str() {
        "Add" | "Sum" => a + b,
        "Sub" => a - b,
        "Mul" => a * b,
        "Div" => a / b,
        "Max" => a.max(b),
        "Min" => a.min(b),
        _ => a.powf(b),
    }
}
