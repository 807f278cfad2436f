//! `Softmax` and `ArgMax`: the steps that a model can end with.

use millrace_inference::Node;

use crate::{
    emit::Emitter,
    lowered::Lowered,
    lowering::Lowering,
    onnx,
    shape::axis_of,
    value::{Quantization, Search, Turned, Value},
};

/// A softmax keeps the order along its axis; a model can end with it.
pub(super) fn softmax(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let value = match lowering.value(node, 0)? {
        value @ Value::Turned(Turned { quantization: Some(_), .. }) => value,
        _ => lowering.quantized(node, 0)?,
    };
    let shape = value.shape().map(<[u32]>::to_vec).unwrap_or_default();
    // Until opset 13 it runs over all axes from its own one on, together.
    let joins = lowering.opset < 13;
    let axis = axis_of(node.int("axis", if joins { 1 } else { -1 }), shape.len())
        .map_err(|why| refusal!("{why}"; "let it run over the axis of the classes"))?;
    let axes = axis..if joins { shape.len() } else { axis + 1 };
    let (read, lies) = match value {
        Value::Turned(turned) if axes.len() == 1 && turned.as_it_lies(axis).is_some() => {
            (turned.node, turned.as_it_lies(axis))
        }
        _ => (lowering.activation(node, 0)?.0, None),
    };
    let value = Value::Ordered { node: read, shape, axes, lies, softmax: node.label() };
    Ok((value, "dropped: it doesn't change which output is largest along its axis".into()))
}

pub(super) fn arg_max(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let value = match lowering.value(node, 0)? {
        value @ (Value::Ordered { .. } | Value::Turned(Turned { quantization: Some(_), .. })) => value,
        _ => lowering.quantized(node, 0)?,
    };
    let shape = value.shape().map(<[u32]>::to_vec).unwrap_or_default();
    let axis = axis_of(node.int("axis", 0), shape.len())
        .map_err(|why| refusal!("{why}"; "search the axis of the classes"))?;
    let (read, lies) = match value {
        Value::Ordered { axes, .. } if !axes.contains(&axis) => {
            return Err(refusal!(
                "it searches axis {}, along which the softmax before it changes the order", axis + 1;
                "leave the softmax out"
            ))
        }
        Value::Ordered { node, lies, .. } => (node, lies),
        Value::Turned(turned) if turned.as_it_lies(axis).is_some() => (turned.node, turned.as_it_lies(axis)),
        _ => (lowering.activation(node, 0)?.0, None),
    };
    if node.int("select_last_index", 0) != 0 {
        return Err(refusal!(
            "of equal entries the first is chosen here, not the last";
            "export it with select_last_index=0"
        ));
    }
    let lengths = shape.iter().enumerate();
    let given = match node.int("keepdims", 1) != 0 {
        true => lengths.map(|(at, length)| if at == axis { 1 } else { *length }).collect(),
        false => lengths.filter(|(at, _)| *at != axis).map(|(_, length)| *length).collect(),
    };
    let search = Search { given, ..Search::new(&shape, axis, lies) };
    Ok((Value::Index { node: read, search, label: node.label() }, "the end".into()))
}

/// The index of the largest entry along an axis of a sample. One that isn't the last, or the last longer than 1, is brought
/// there.
pub(crate) fn along(emitter: &mut Emitter, read: u32, search: &Search) -> Lowered<u32> {
    let Search { shape, axis, .. } = search;
    if shape.iter().skip(axis + 1).any(|length| *length != 1) {
        let order: Vec<usize> = (0..shape.len()).filter(|at| at != axis).chain([*axis]).collect();
        let last: Vec<u32> = order.iter().filter_map(|axis| shape.get(*axis).copied()).collect();
        let turned = Turned {
            node: read,
            inner: shape.clone(),
            order,
            shape: last,
            quantization: None,
            label: format!("the search along axis {}", axis + 1),
        };
        // Which entry is largest doesn't depend on what the integers stand for.
        let node = emitter.turned(&turned, Quantization { scale: 1.0, zero_point: 0 })?;
        return emitter.push(Node::ArgMax { input: node });
    }
    let kept: Vec<u32> = shape.iter().take(axis + 1).copied().collect();
    let read = if kept.len() == shape.len() { read } else { emitter.reshape(read, &kept)? };
    emitter.push(Node::ArgMax { input: read })
}
