//! `Softmax` and `ArgMax`: the steps that a model can end with.

use millrace_inference::Node;

use crate::{lowered::Lowered, lowering::Lowering, onnx, shape::axis_of, value::Value};

/// A softmax keeps the order along its axis; a model can end with it.
pub(super) fn softmax(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let Value::Quantized { node: read, shape, .. } = lowering.quantized(node, 0)? else {
        return Err("its input has no quantization; quantize the whole graph".into());
    };
    // Until opset 13 it runs over all axes from its own one on, together.
    let joins = lowering.opset < 13;
    let axis = axis_of(node.int("axis", if joins { 1 } else { -1 }), shape.len())
        .map_err(|why| format!("{why}; let it run over the axis of the classes"))?;
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
            _ => return Err("its input isn't quantized; quantize the whole graph".into()),
        },
    };
    let axis = axis_of(node.int("axis", 0), shape.len())
        .map_err(|why| format!("{why}; search the axis of the classes"))?;
    if ordered.is_some_and(|axes| !axes.contains(&axis)) {
        return Err(format!(
            "it searches axis {}, along which the softmax before it changes the order; leave the softmax out",
            axis + 1
        ));
    }
    if node.int("select_last_index", 0) != 0 {
        return Err(
            "of equal entries the first is chosen here, not the last; export it with select_last_index=0"
                .into(),
        );
    }
    let node = along(lowering, read, &shape, axis)?;
    Ok((Value::Index { node }, String::new()))
}

/// The index of the largest entry along an axis of a sample, which must be the last, or the last longer than 1.
pub(crate) fn along(lowering: &mut Lowering<'_>, read: u32, shape: &[u32], axis: usize) -> Lowered<u32> {
    if shape.iter().skip(axis + 1).any(|length| *length != 1) {
        return Err(format!(
            "the largest entry is wanted along axis {} of N × {shape:?}, and only the last axis can be searched; end the model before it, so that it gives numbers, or let its classes come last",
            axis + 1
        ));
    }
    let kept: Vec<u32> = shape.iter().take(axis + 1).copied().collect();
    let read = if kept.len() == shape.len() { read } else { lowering.emitter.reshape(read, &kept)? };
    lowering.emitter.push(Node::ArgMax { input: read })
}
