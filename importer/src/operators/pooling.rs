//! `MaxPool`, `AveragePool`, `GlobalAveragePool`, and `ReduceMean` over rows and columns.

use millrace_inference::{Node, Window};

use super::{
    reshape::axes,
    window::{kernel_shape, steps, window},
};
use crate::{
    lowered::Lowered,
    lowering::Lowering,
    onnx,
    shape::{image, output},
    value::Value,
};

pub(super) fn max_pool(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let (input, shape, quantization) = lowering.activation(node, 0)?;
    let [channels, height, width] = image(&shape)?;
    let window = window(node, kernel_shape(node)?, [height, width])?;
    let shape = output(vec![channels, steps(height, &window, 0), steps(width, &window, 1)])?;
    let at = lowering.emitter.push(Node::MaxPool2d { input, window })?;
    Ok((Value::Quantized { node: at, shape, quantization }, String::new()))
}

pub(super) fn average_pool(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let (input, shape, quantization) = lowering.activation(node, 0)?;
    let [channels, height, width] = image(&shape)?;
    let whole = Window { kernel: [height, width], stride: [1, 1], padding: [0; 4] };
    let window = match node.op_type.as_str() {
        "GlobalAveragePool" => whole,
        "ReduceMean" => {
            let mut axes = axes(lowering, node)?.unwrap_or_default();
            axes.iter_mut().filter(|axis| **axis < 0).for_each(|axis| *axis = axis.saturating_add(4));
            axes.sort_unstable();
            if axes != [2, 3] {
                return Err(refusal!("it takes the mean over the axes {axes:?}, and only that over rows and columns (axes 2 and 3) can be represented"; "name these, or multiply with constant weights"));
            }
            whole
        }
        _ => window(node, kernel_shape(node)?, [height, width])?,
    };
    if node.int("count_include_pad", 0) != 0 && window.padding != [0; 4] {
        return Err(
            refusal!("padding counts in its mean (count_include_pad), which can't be represented"; "train it with count_include_pad=False, or without padding"),
        );
    }
    let shape = output(vec![channels, steps(height, &window, 0), steps(width, &window, 1)])?;
    let at = lowering.emitter.push(Node::AveragePool2d { input, window })?;
    if node.op_type == "ReduceMean" && node.int("keepdims", 1) == 0 {
        let at = lowering.emitter.push(Node::Flatten { input: at })?;
        return Ok((Value::Quantized { node: at, shape: vec![channels], quantization }, String::new()));
    }
    Ok((Value::Quantized { node: at, shape, quantization }, String::new()))
}
