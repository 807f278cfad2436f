//! Nodes that compute constants: shapes and their lengths, and weights under another shape or with other axes.
//!
//! Exporters write such nodes before a `Reshape`, where axes are open, and around weights.

use std::rc::Rc;

use super::{
    calculating::{calculated, filled, function_of},
    folding_limit::MAX_FOLDED,
    picking::{expanded, gathered, joined, sliced},
};
use crate::{
    lowered::Lowered,
    lowering::Lowering,
    onnx::{self, Constant, Node, Numbers},
    shape::OPEN,
};

/// The constant that a node computes; none if it computes none, or from something else than constants.
pub(super) fn folded(lowering: &Lowering<'_>, node: &Node) -> Lowered<Option<Constant>> {
    if node.op_type == "Shape" {
        return shape(lowering, node);
    }
    let inputs: Option<Vec<Rc<Constant>>> =
        node.input.iter().map(|name| lowering.written(name).cloned()).collect();
    let Some(inputs) = inputs.filter(|inputs| !inputs.is_empty()) else { return Ok(None) };
    let numbers = inputs.iter().map(|constant| constant.shape.iter().product::<usize>());
    if numbers.fold(0usize, usize::saturating_add) > MAX_FOLDED {
        return Ok(None);
    }
    let inputs: Vec<&Constant> = inputs.iter().map(Rc::as_ref).collect();
    Ok(match (node.op_type.as_str(), inputs.as_slice()) {
        ("Gather", [data, at]) => Some(gathered(node, data, at)?),
        ("Concat", parts) => joined(node, parts),
        ("Expand", [data, to]) => expanded(data, to),
        ("Squeeze" | "Unsqueeze" | "Reshape" | "Flatten", [data, ..]) => reshaped(node, &inputs, data),
        ("Cast", [data]) => cast(node, data)?,
        ("Slice", [data, ..]) => sliced(node, &inputs, data),
        ("ConstantOfShape", [shape]) => Some(filled(node, shape)?),
        ("Add" | "Sum" | "Sub" | "Mul" | "Div" | "Pow" | "Max" | "Min", [left, right]) => {
            calculated(node, left, right)?
        }
        (_, [data]) => function_of(node, data),
        _ => None,
    })
}

/// The lengths of an activation's axes; an open batch stands as [`OPEN`].
fn shape(lowering: &Lowering<'_>, node: &Node) -> Lowered<Option<Constant>> {
    let name = node.input.first().map_or("", String::as_str);
    let lengths: Vec<i64> = match (lowering.shape_of(name), lowering.written(name)) {
        (Some(sample), _) => {
            let batch = lowering.batch.map_or(OPEN, i64::from);
            std::iter::once(batch).chain(sample.iter().map(|length| i64::from(*length))).collect()
        }
        (None, Some(constant)) => constant.shape.iter().map(|length| *length as i64).collect(),
        (None, None) => {
            return Err(refusal!(
                "the shape of '{name}' isn't known";
                "fold constants before the export (onnxruntime's quant_pre_process does)"
            ))
        }
    };
    let rank = lengths.len() as i64;
    let bound = |name: &str, default: i64| {
        let at = node.int(name, default);
        (if at < 0 { at.saturating_add(rank) } else { at }).clamp(0, rank) as usize
    };
    let (start, end) = (bound("start", 0), bound("end", rank));
    Ok(Some(row(lengths.get(start..end).unwrap_or_default().to_vec())))
}

/// Integers along one axis.
fn row(values: Vec<i64>) -> Constant {
    Constant::new(vec![values.len()], Numbers::Integer { values, data_type: onnx::INT64 })
}

/// The same numbers under another shape.
fn reshaped(node: &Node, inputs: &[&Constant], data: &Constant) -> Option<Constant> {
    let count: usize = data.shape.iter().product();
    let given = inputs.get(1).and_then(|constant| constant.integers()).or(node.ints("axes"));
    let shape: Vec<usize> = match node.op_type.as_str() {
        "Flatten" => {
            let axis = usize::try_from(node.int("axis", 1)).ok()?;
            let rows: usize = data.shape.get(..axis)?.iter().product();
            vec![rows, count.checked_div(rows)?]
        }
        "Reshape" => {
            let known = |(at, length): (usize, &i64)| match length {
                0 => data.shape.get(at).copied(),
                -1 => Some(1),
                length => usize::try_from(*length).ok(),
            };
            let target = given?;
            let mut shape: Vec<usize> = target.iter().enumerate().map(known).collect::<Option<_>>()?;
            if let Some(open) = target.iter().position(|length| *length == -1) {
                let others = shape.iter().try_fold(1usize, |product, length| product.checked_mul(*length))?;
                *shape.get_mut(open)? = count.checked_div(others)?;
            }
            shape
        }
        "Squeeze" => {
            let rank = data.shape.len() as i64;
            let dropped = |at: usize, length: usize| match given {
                None => length == 1,
                Some(axes) => axes.iter().any(|axis| axis.rem_euclid(rank.max(1)) == at as i64),
            };
            data.shape
                .iter()
                .copied()
                .enumerate()
                .filter(|(at, length)| !dropped(*at, *length))
                .map(|(_, length)| length)
                .collect()
        }
        _ => {
            let axes = given.filter(|axes| axes.len() <= 8)?;
            let rank = (data.shape.len() + axes.len()) as i64;
            let mut at: Vec<usize> = axes.iter().map(|axis| axis.rem_euclid(rank) as usize).collect();
            at.sort_unstable();
            let mut shape = data.shape.clone();
            at.into_iter().for_each(|axis| shape.insert(axis.min(shape.len()), 1));
            shape
        }
    };
    let product = shape.iter().try_fold(1usize, |product, length| product.checked_mul(*length));
    (product == Some(count)).then(|| Constant::new(shape, data.numbers.clone()))
}

/// Numbers as those of another type; real ones lose what is behind the point.
fn cast(node: &Node, data: &Constant) -> Lowered<Option<Constant>> {
    let to = i32::try_from(node.int("to", 0)).unwrap_or(0);
    let integers = || match &data.numbers {
        Numbers::Integer { values, .. } => values.clone(),
        Numbers::Float(values) => values.iter().map(|value| *value as i64).collect(),
    };
    let numbers = match (&data.numbers, to) {
        (_, onnx::INT32 | onnx::INT64) => Numbers::Integer { values: integers(), data_type: to },
        (_, onnx::INT8 | onnx::UINT8) => {
            let range = if to == onnx::INT8 { -128..=127 } else { 0..=255 };
            let values = integers();
            if let Some(value) = values.iter().find(|value| !range.contains(*value)) {
                return Err(refusal!(
                    "it makes {value} a number of ONNX type {to}, in which it has no room";
                    "give it numbers from {} to {}", range.start(), range.end()
                ));
            }
            Numbers::Integer { values, data_type: to }
        }
        (Numbers::Integer { values, .. }, onnx::FLOAT) if !values.contains(&OPEN) => {
            Numbers::Float(values.iter().map(|value| *value as f32).collect())
        }
        (Numbers::Float(values), onnx::FLOAT) => Numbers::Float(values.clone()),
        _ => {
            return Err(refusal!(
                "it makes constants those of ONNX type {to}";
                "leave them float32, int8, uint8, int32 or int64"
            ))
        }
    };
    Ok(Some(Constant::new(data.shape.clone(), numbers)))
}
