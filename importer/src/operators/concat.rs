//! `Concat`: tensors one after the other.

use crate::{
    lowered::Lowered,
    lowering::Lowering,
    onnx,
    shape::{axis_of, output},
    value::Value,
};

pub(super) fn concat(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let mut parts = Vec::new();
    let mut joined: Option<(usize, Vec<u32>)> = None;
    let wanted = node.int("axis", 0);
    for at in 0..node.input.len() {
        let (read, shape, quantization) = lowering.activation(node, at)?;
        let axis = axis_of(wanted, shape.len()).map_err(|why| refusal!("{why}"; "join along another one"))?;
        joined = Some(match joined {
            None => (axis, shape),
            Some((axis, before)) => (axis, join(before, &shape, axis)?),
        });
        parts.push((read, quantization));
    }
    let (axis, shape) = joined.ok_or_else(|| refusal!("it joins nothing"; "export the model again"))?;
    let shape = output(shape)?;
    let axis = u8::try_from(axis).map_err(|_| refusal!("its axis is too large"; "join along another one"))?;
    Ok((Value::Joined { parts, axis, shape }, "a concatenation, once its quantization is known".into()))
}

/// The shape of two tensors one after the other.
fn join(mut before: Vec<u32>, shape: &[u32], axis: usize) -> Lowered<Vec<u32>> {
    let differ = before.len() != shape.len()
        || before.iter().zip(shape).enumerate().any(|(at, (a, b))| at != axis && a != b);
    if differ {
        return Err(refusal!(
            "it joins the shapes {before:?} and {shape:?} a sample along axis {}", axis + 1;
            "let the other axes be equal"
        ));
    }
    if let Some(length) = before.get_mut(axis) {
        *length = length.saturating_add(shape.get(axis).copied().unwrap_or(0));
    }
    Ok(before)
}
