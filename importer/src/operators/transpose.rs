//! `Transpose`: a convolution behind it reads the other order, a second one takes it back, and what is left is a product.

use std::rc::Rc;

use super::reshape::with_shape;
use crate::{
    lowered::Lowered,
    lowering::Lowering,
    onnx,
    value::{keeps_others, Turned, Value},
};

pub(super) fn transpose(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let value = lowering.value(node, 0)?;
    if let Value::Constant(constant) = &value {
        let order = order(node, constant.shape.len())?;
        lowering.hold(constant.real.len())?;
        return Ok((Value::Constant(Rc::new(constant.transposed(&order))), "constants".into()));
    }
    let shape = value.shape().map(<[u32]>::to_vec).unwrap_or_default();
    let order = order(node, shape.len() + 1)?;
    let moved: Vec<usize> = order.iter().skip(1).filter_map(|axis| axis.checked_sub(1)).collect();
    if moved.len() != shape.len() {
        return Err(refusal!(
            "it moves the batch (perm {order:?})";
            "let the batch stay the first axis"
        ));
    }
    let new: Vec<u32> = moved.iter().filter_map(|axis| shape.get(*axis).copied()).collect();
    if let Value::Ordered { node: read, shape, axes, lies, softmax } = &value {
        let long: Vec<usize> =
            axes.clone().filter(|axis| shape.get(*axis).is_some_and(|length| *length > 1)).collect();
        let own = if axes.len() == 1 { axes.start } else { *long.first().unwrap_or(&axes.start) };
        // The others keep their order, so that the positions do.
        let place = moved.iter().position(|axis| *axis == own).unwrap_or_default();
        if long.len() < 2 && keeps_others(&moved, place) {
            let lies = Some(lies.clone().unwrap_or_else(|| (shape.clone(), own)));
            let softmax = softmax.clone();
            let turned = Value::Ordered { node: *read, shape: new, axes: place..place + 1, lies, softmax };
            return Ok((turned, "another order behind the softmax".into()));
        }
    }
    if stays(&moved, &shape) && !matches!(value, Value::Turned(_)) {
        return with_shape(lowering, node, &new);
    }
    let (read, inner, before, quantization) = match value {
        Value::Turned(turned) if turned.keeps_axes() => {
            (turned.node, turned.inner, turned.order, turned.quantization)
        }
        value => {
            let before = (0..shape.len()).collect();
            match (lowering.activation(node, 0), value) {
                (Ok((read, inner, quantization)), _) => (read, inner, before, Some(quantization)),
                // Its quantization may come behind this.
                (Err(_), Value::Input { shape }) => (0, shape, before, None),
                (Err(why), _) => return Err(why),
            }
        }
    };
    let order: Vec<usize> = moved.iter().filter_map(|axis| before.get(*axis).copied()).collect();
    if stays(&order, &inner) {
        let Some(quantization) = quantization else {
            lowering.reshape_input(&new)?;
            return Ok((Value::Input { shape: new }, "it takes back another".into()));
        };
        let at = lowering.emitter.shaped(read, &inner, &new)?;
        return Ok((Value::Quantized { node: at, shape: new, quantization }, "it takes back another".into()));
    }
    let label = node.label();
    let turned = Turned { node: read, inner, order, shape: new, quantization, label };
    Ok((Value::Turned(turned), "the order in which the next reads it".into()))
}

/// Whether elements keep their places where the axes of this shape come in another order: only axes of length 1 move.
fn stays(order: &[usize], shape: &[u32]) -> bool {
    order.iter().filter(|axis| shape.get(**axis).is_some_and(|length| *length > 1)).is_sorted()
}

/// The axes in the order that a node asks for, each once.
fn order(node: &onnx::Node, rank: usize) -> Lowered<Vec<usize>> {
    let order: Vec<usize> = match node.ints("perm") {
        None => (0..rank).rev().collect(),
        Some(perm) => perm.iter().filter_map(|axis| usize::try_from(*axis).ok()).collect(),
    };
    let mut sorted = order.clone();
    sorted.sort_unstable();
    if !sorted.into_iter().eq(0..rank) {
        return Err(refusal!("its perm doesn't name each of {rank} axes once"; "export the model again"));
    }
    Ok(order)
}
