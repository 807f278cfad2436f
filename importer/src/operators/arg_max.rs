//! `Softmax` and `ArgMax`: the steps that a model can end with.

use millrace_inference::Node;

use crate::{
    lowered::Lowered,
    lowering::Lowering,
    onnx,
    shape::axis_of,
    value::{Quantization, Turned, Value},
};

/// A softmax keeps the order along its axis; a model can end with it.
pub(super) fn softmax(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let Value::Quantized { node: read, shape, .. } = lowering.quantized(node, 0)? else {
        return Err(refusal!("its input has no quantization"; "quantize the whole graph"));
    };
    // Until opset 13 it runs over all axes from its own one on, together.
    let joins = lowering.opset < 13;
    let axis = axis_of(node.int("axis", if joins { 1 } else { -1 }), shape.len())
        .map_err(|why| refusal!("{why}"; "let it run over the axis of the classes"))?;
    let end = if joins { shape.len() } else { axis + 1 };
    let axes = axis..end;
    let value = Value::Ordered { node: read, shape, axes, softmax: node.label() };
    Ok((value, "dropped: it doesn't change which output is largest along its axis".into()))
}

pub(super) fn arg_max(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let (read, shape, ordered) = match lowering.value(node, 0)? {
        Value::Ordered { node, shape, axes, .. } => (node, shape, Some(axes)),
        _ => match lowering.quantized(node, 0)? {
            Value::Quantized { node, shape, .. } => (node, shape, None),
            _ => return Err(refusal!("its input isn't quantized"; "quantize the whole graph")),
        },
    };
    let axis = axis_of(node.int("axis", 0), shape.len())
        .map_err(|why| refusal!("{why}"; "search the axis of the classes"))?;
    if ordered.is_some_and(|axes| !axes.contains(&axis)) {
        return Err(refusal!(
            "it searches axis {}, along which the softmax before it changes the order", axis + 1;
            "leave the softmax out"
        ));
    }
    if node.int("select_last_index", 0) != 0 {
        return Err(refusal!(
            "of equal entries the first is chosen here, not the last";
            "export it with select_last_index=0"
        ));
    }
    let node = along(lowering, read, &shape, axis)?;
    Ok((Value::Index { node }, String::new()))
}

/// The index of the largest entry along an axis of a sample. One that isn't the last, or the last longer than 1, is brought
/// there.
pub(crate) fn along(lowering: &mut Lowering<'_>, read: u32, shape: &[u32], axis: usize) -> Lowered<u32> {
    if shape.iter().skip(axis + 1).any(|length| *length != 1) {
        let order: Vec<usize> = (0..shape.len()).filter(|at| *at != axis).chain([axis]).collect();
        let last: Vec<u32> = order.iter().filter_map(|axis| shape.get(*axis).copied()).collect();
        let turned = Turned {
            node: read,
            inner: shape.to_vec(),
            order,
            shape: last,
            quantization: None,
            label: format!("the search along axis {}", axis + 1),
        };
        // Which entry is largest doesn't depend on what the integers stand for.
        let integers = Quantization { scale: 1.0, zero_point: 0 };
        return match lowering.emitter.turned(&turned, integers)? {
            Value::Quantized { node, .. } => lowering.emitter.push(Node::ArgMax { input: node }),
            _ => Err(refusal!("its entries have no quantization"; "quantize the whole graph")),
        };
    }
    let kept: Vec<u32> = shape.iter().take(axis + 1).copied().collect();
    let read = if kept.len() == shape.len() { read } else { lowering.emitter.reshape(read, &kept)? };
    lowering.emitter.push(Node::ArgMax { input: read })
}
