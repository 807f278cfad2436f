//! `Gemm` and `MatMul`: products with a matrix of constant weights.

use millrace_inference::Node;

use super::{channels::per_channel, weights::Weights};
use crate::{
    lowered::Lowered,
    lowering::Lowering,
    onnx,
    shape::output,
    value::{Accumulated, Value},
};

pub(super) fn gemm(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    if node.int("transA", 0) != 0 {
        return Err(refusal!(
            "it transposes its input (transA), which can't be represented";
            "transpose the weights instead"
        ));
    }
    let (alpha, beta): (f64, f64) = (node.float("alpha", 1.0).into(), node.float("beta", 1.0).into());
    if !(alpha.is_finite() && alpha > 0.0 && beta.is_finite()) {
        return Err(refusal!(
            "its alpha {alpha} and beta {beta} can't be represented: alpha must be positive";
            "fold them into the weights and the bias"
        ));
    }
    let axis = if node.int("transB", 0) == 0 { 1 } else { 0 };
    let (mut accumulated, note) = linear(lowering, node, axis)?;
    if accumulated.shape.len() != 1 {
        return Err(refusal!("it multiplies matrices of samples"; "flatten its input first"));
    }
    accumulated.scales.iter_mut().for_each(|scale| *scale *= alpha);
    if let Some(bias) = lowering.optional_constant(node, 2)? {
        let bias = per_channel(&bias, &accumulated.shape, accumulated.axis)?;
        accumulated.shift(&bias.iter().map(|number| beta * number).collect::<Vec<_>>());
    }
    Ok((Value::Accumulated(accumulated), note))
}

pub(super) fn matmul(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    if matches!(lowering.value(node, 0)?, Value::Constant(_)) {
        return Err(
            refusal!("its constant comes first"; "transpose both, so that the weights are its second input"),
        );
    }
    if !matches!(lowering.value(node, 1)?, Value::Constant(_)) {
        return Err(refusal!(
            "it multiplies two activations as matrices, and only one with constant weights can be represented";
            "freeze one of them in the export, or end the model before it with --output-tensor"
        ));
    }
    let (accumulated, note) = linear(lowering, node, 1)?;
    Ok((Value::Accumulated(accumulated), note))
}

fn linear(
    lowering: &mut Lowering<'_>,
    node: &onnx::Node,
    outputs_axis: usize,
) -> Lowered<(Accumulated, String)> {
    let (input, mut shape, quantization) = lowering.activation(node, 0)?;
    let constant = lowering.constant(node, 1)?;
    if constant.shape.len() != 2 {
        return Err(refusal!(
            "its weights have {} axes, not 2", constant.shape.len();
            "flatten them to a matrix"
        ));
    }
    let weights = Weights::new(&constant, outputs_axis)?;
    let read = shape.last().copied().unwrap_or(0);
    let columns = weights.values.len() / weights.rows.max(1);
    if columns != read as usize {
        return Err(refusal!(
            "its weights take {columns} numbers, its input has {read}";
            "export the model again"
        ));
    }
    let outputs = u32::try_from(weights.rows).map_err(|_| {
        refusal!(
            "its weights are too many";
            "make the layer smaller"
        )
    })?;
    if let Some(last) = shape.last_mut() {
        *last = outputs;
    }
    let shape = output(shape)?;
    let at = lowering.emitter.push(Node::Linear { input, outputs, parameters: weights.values.clone() })?;
    let axis = shape.len().saturating_sub(1);
    Ok((weights.accumulated(at, shape, axis, quantization), weights.note()))
}
