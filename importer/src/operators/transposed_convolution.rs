//! `ConvTranspose`: a convolution with turned filters over an image whose pixels have zeros between them.

use millrace_inference::{Node, Window};

use super::weights::Weights;
use crate::{
    emit_repeated::Between,
    lowered::Lowered,
    lowering::Lowering,
    onnx,
    shape::{image, output},
    value::{ConstantValue, Value},
};

pub(super) fn transposed_convolution(
    lowering: &mut Lowering<'_>,
    node: &onnx::Node,
) -> Lowered<(Value, String)> {
    let (read, shape, quantization) = lowering.activation(node, 0)?;
    let constant = lowering.constant(node, 1)?;
    let bias = lowering.optional_constant(node, 2)?;
    let [channels, rows, columns] = image(&shape)?;
    let [from, outputs, height, width] = constant.shape[..] else {
        return Err(refusal!(
            "its weights have {} axes, and only transposed convolutions over rows and columns can be represented", constant.shape.len();
            "give its input a second axis of length 1"
        ));
    };
    if from != channels as usize || node.int("group", 1) != 1 {
        return Err(refusal!(
            "it has {} groups and weights of {from} channels for {channels}, and only one group can be represented", node.int("group", 1);
            "use one group"
        ));
    }
    if node.ints("dilations").is_some_and(|lengths| lengths.iter().any(|length| *length != 1)) {
        return Err(refusal!("its filters are dilated"; "use a larger kernel, with zeros in between"));
    }
    let size = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let kernel = [size(height), size(width)];
    let strides = strides(node)?;
    let stretched = [rows.saturating_mul(strides[0]), columns.saturating_mul(strides[1])];
    output(vec![channels, stretched[0], stretched[1]])?;
    let window = Window { kernel, stride: [1, 1], padding: padding(node, kernel, strides, [rows, columns])? };
    let length = |axis: usize| {
        (stretched[axis] + window.padding[axis] + window.padding[axis + 2]).saturating_sub(kernel[axis]) + 1
    };
    let new = output(vec![size(outputs), length(0), length(1)])?;
    let weights = Weights::new(&turned(&constant), 0)?;
    let zeros = Between::Zeros(quantization);
    let input = lowering.emitter.stretched(read, [channels, rows, columns], strides, zeros)?;
    let at = lowering.emitter.push(Node::Conv2d {
        input,
        outputs: size(outputs),
        window,
        pad_value: quantization.zero_point,
        parameters: weights.values.clone(),
    })?;
    let mut accumulated = weights.accumulated(at, new, 0, quantization);
    if let Some(bias) = bias {
        if bias.shape != [outputs] {
            return Err(refusal!(
                "its bias has the shape {:?} for {outputs} outputs", bias.shape;
                "export the model again"
            ));
        }
        accumulated.shift(&bias.real);
    }
    Ok((Value::Accumulated(accumulated), format!("{}, turned", weights.note())))
}

fn strides(node: &onnx::Node) -> Lowered<[u32; 2]> {
    let fits = |length: &i64| u32::try_from(*length).ok().filter(|length| (1..=64).contains(length));
    match node.ints("strides") {
        None => Ok([1, 1]),
        Some([down, across]) => fits(down).zip(fits(across)).map(Into::into).ok_or_else(|| {
            refusal!(
                "its strides {down} and {across} must lie between 1 and 64";
                "use smaller ones"
            )
        }),
        Some(_) => Err(refusal!("its strides must be two numbers"; "export the model again")),
    }
}

/// What a transposed convolution cuts off along an axis, and what it adds at the end.
pub(crate) struct Cut {
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) more: i64,
}

/// What it cuts off along rows and columns of a plane of this size, however the node says it.
///
/// # Errors
/// Of attributes of another length, and of a mode that can't be represented.
pub(crate) fn cut(node: &onnx::Node, kernel: [u32; 2], plane: [u32; 2]) -> Lowered<[Cut; 2]> {
    let given = |name: &str, count: usize| -> Lowered<Vec<i64>> {
        match node.ints(name) {
            None => Ok(vec![0; count]),
            Some(numbers) if numbers.len() == count => Ok(numbers.to_vec()),
            Some(_) => Err(refusal!("its {name} must be {count} numbers"; "export the model again")),
        }
    };
    let (pads, more, strides) = (given("pads", 4)?, given("output_padding", 2)?, strides(node)?);
    let same = match node.text("auto_pad").unwrap_or_default().as_str() {
        "" | "NOTSET" | "VALID" => false,
        "SAME_UPPER" => true,
        other => {
            return Err(refusal!("its auto_pad {other} can't be represented"; "export it with explicit pads"))
        }
    };
    let wanted = node.ints("output_shape");
    Ok([0, 1].map(|axis: usize| {
        let [length, stride, size] = [plane[axis], strides[axis], kernel[axis]].map(i64::from);
        let (mut first, mut last, more) = (pads[axis], pads[axis + 2], more[axis]);
        let target = wanted.and_then(|wanted| wanted.get(wanted.len().checked_sub(2)? + axis)).copied();
        if let Some(target) = target.or(same.then_some(length * stride)) {
            // What is more than wanted is cut off, the odd one at the end where the shape is given.
            let total =
                (stride * (length - 1)).saturating_add(more).saturating_add(size).saturating_sub(target);
            first = if same { total / 2 } else { total.max(0) - total.max(0) / 2 };
            last = total.saturating_sub(first);
        }
        Cut { first, last, more }
    }))
}

/// The padding of the convolution. The image ends with a stride's zeros, which count as padding.
fn padding(node: &onnx::Node, kernel: [u32; 2], strides: [u32; 2], plane: [u32; 2]) -> Lowered<[u32; 4]> {
    let mut padding = [0; 4];
    for (axis, Cut { first, last, more }) in cut(node, kernel, plane)?.into_iter().enumerate() {
        let [stride, size] = [strides[axis], kernel[axis]].map(i64::from);
        let before = size.saturating_sub(1).saturating_sub(first);
        let after = size.saturating_sub(stride).saturating_sub(last).saturating_add(more);
        let fits = |length: i64| u32::try_from(length).ok().filter(|length| i64::from(*length) < size);
        match (fits(before), fits(after)) {
            (Some(before), Some(after)) => (padding[axis], padding[axis + 2]) = (before, after),
            _ => {
                return Err(refusal!(
                    "with a kernel of {size}, a stride of {stride} and pads of {first} and {last} it cuts off or adds more than a filter reaches";
                    "use a kernel at least as large as the stride, and smaller pads"
                ))
            }
        }
    }
    Ok(padding)
}

/// Filters of outputs by channels, their rows and columns from the last to the first.
fn turned(constant: &ConstantValue) -> ConstantValue {
    let mut turned = constant.transposed(&[1, 0, 2, 3]);
    let positions = constant.shape.iter().skip(2).product::<usize>().max(1);
    turned.real.chunks_mut(positions).for_each(<[f64]>::reverse);
    if let Some(integers) = &mut turned.integers {
        integers.values.chunks_mut(positions).for_each(<[i64]>::reverse);
    }
    turned
}
