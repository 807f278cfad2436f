//! The ONNX operators that are imported, a file for each family.
//!
//! A new one is a function in the file of its family, a line in [`lower`], and its signature in `standard.rs`.

pub(crate) mod arg_max;
mod batch_normalization;
mod calculating;
mod channels;
mod channelwise;
mod clamp;
mod concat;
mod convolution;
mod elementwise;
mod folding;
mod folding_limit;
mod functions;
mod line;
mod linear;
mod pad;
mod pass;
mod picking;
mod pooling;
mod quantize;
mod rectified;
mod reshape;
pub(crate) mod resize;
mod scale;
mod select;
mod transpose;
pub(crate) mod transposed_convolution;
mod weights;
pub(crate) mod window;

use std::rc::Rc;

use crate::{
    lowered::Lowered,
    lowering::Lowering,
    onnx::{Constant, Node},
    refusal::Refusal,
    standard,
    value::Value,
};

/// Lowers a node: what it gives, and what a step of the import says of it besides the integer operators.
pub(crate) fn lower(lowering: &mut Lowering<'_>, node: &Node) -> Lowered<(Value, String)> {
    let noted = |value: Value, note: &str| Ok((value, note.to_owned()));
    match node.op_type.as_str() {
        "QuantizeLinear" => quantize::quantize(lowering, node),
        "DequantizeLinear" => noted(quantize::dequantize(lowering, node)?, ""),
        "ConvTranspose" => transposed_convolution::transposed_convolution(lowering, node),
        "Resize" | "Upsample" => resize::resize(lowering, node),
        "Conv" => convolution::convolution(lowering, node),
        "Gemm" => linear::gemm(lowering, node),
        "MatMul" => linear::matmul(lowering, node),
        "BatchNormalization" => batch_normalization::batch_normalization(lowering, node),
        "Relu" => clamp::relu(lowering, node),
        "Clip" => clamp::clip(lowering, node),
        "Add" | "Sub" | "Mul" | "Div" | "Pow" => elementwise::binary(lowering, node),
        "Max" | "Min" | "Sum" if node.input.len() == 1 => noted(pass::identity(lowering, node)?, "dropped"),
        "Max" | "Min" => clamp::bound(lowering, node),
        "Sum" => elementwise::binary(lowering, &Node { op_type: "Add".into(), ..node.clone() }),
        "PRelu" => rectified::prelu(lowering, node),
        "MaxPool" => pooling::max_pool(lowering, node),
        "AveragePool" | "GlobalAveragePool" => pooling::average_pool(lowering, node),
        "ReduceMean" => pooling::reduce_mean(lowering, node),
        "ReduceMax" | "GlobalMaxPool" => pooling::reduce_max(lowering, node),
        "Flatten" | "Reshape" | "Squeeze" | "Unsqueeze" => reshape::reshape(lowering, node),
        "Slice" => select::slice(lowering, node),
        "Gather" => select::gather(lowering, node),
        "Split" => select::split(lowering, node),
        "Transpose" => transpose::transpose(lowering, node),
        "Pad" => pad::pad(lowering, node),
        "Concat" => concat::concat(lowering, node),
        "Identity" => noted(pass::identity(lowering, node)?, "dropped"),
        "Dropout" => noted(pass::dropout(lowering, node)?, "dropped"),
        "Cast" => noted(pass::cast(lowering, node)?, "dropped"),
        "Softmax" | "LogSoftmax" => arg_max::softmax(lowering, node),
        "ArgMax" => arg_max::arg_max(lowering, node),
        other => elementwise::function(lowering, node)?.ok_or_else(|| unknown(other)),
    }
}

/// What a node gives if that is a constant which later nodes read as it is written.
pub(crate) fn constant(lowering: &Lowering<'_>, node: &Node) -> Lowered<Option<Rc<Constant>>> {
    match node.op_type.as_str() {
        "Constant" => pass::written(node).map(|constant| Some(Rc::new(constant))),
        "Identity" => Ok(node.input.first().and_then(|name| lowering.written(name)).cloned()),
        "QuantizeLinear" => match lowering.value(node, 0) {
            Ok(Value::Constant(constant)) => quantize::quantized_constant(lowering, node, &constant)
                .map(|constant| Some(Rc::new(constant))),
            _ => Ok(None),
        },
        _ => folding::folded(lowering, node).map(|constant| constant.map(Rc::new)),
    }
}

/// Checks what doesn't depend on a node's inputs: that its operator is imported.
pub(crate) fn expect_known(node: &Node) -> Lowered<()> {
    standard::check(node)?;
    match standard::is_known(&node.op_type) {
        true => Ok(()),
        false => Err(unknown(&node.op_type)),
    }
}

/// Checks scale and zero point of a node that quantizes an activation, or reads a quantized one.
pub(crate) fn expect_quantization(lowering: &Lowering<'_>, node: &Node) -> Lowered<()> {
    quantize::expect_parameters(lowering, node)
}

/// Operators that only move, choose or bound elements, so that they do the same with quantized integers as with real numbers.
pub(crate) fn moves_integers(operator: &str) -> bool {
    matches!(
        operator,
        "Clip"
            | "Flatten"
            | "Gather"
            | "Identity"
            | "MaxPool"
            | "Reshape"
            | "Slice"
            | "Squeeze"
            | "Transpose"
            | "Unsqueeze"
    )
}

/// Why an operator isn't imported.
fn unknown(operator: &str) -> Refusal {
    if operator.starts_with("QLinear") || operator.ends_with("Integer") {
        refusal!("operator-oriented quantization isn't read"; "quantize with QuantFormat.QDQ")
    } else {
        refusal!(
            "this operator can't be represented in integers";
            "rewrite the model with those of docs/models.md"
        )
    }
}
