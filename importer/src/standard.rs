//! What the ONNX standard lets a node have. An attribute or an input that isn't known here could change a result
//! unseen, so it is refused.

use std::ops::RangeInclusive;

use crate::{
    lowered::Lowered,
    onnx::{Attribute, Node},
};

/// Versions of the standard whose operators mean what this crate takes them to mean. Before 7, additions broadcast
/// in another way.
pub(crate) const OPSETS: RangeInclusive<i64> = 7..=28;

const FLOAT: i32 = Attribute::FLOAT;
const INT: i32 = Attribute::INT;
const TEXT: i32 = Attribute::STRING;
const TENSOR: i32 = Attribute::TENSOR;
const FLOATS: i32 = Attribute::FLOATS;
const INTS: i32 = Attribute::INTS;

const QUANTIZE: &[(&str, i32)] =
    &[("axis", INT), ("block_size", INT), ("output_dtype", INT), ("precision", INT), ("saturate", INT)];

const CONVOLUTION: &[(&str, i32)] = &[
    ("auto_pad", TEXT),
    ("dilations", INTS),
    ("group", INT),
    ("kernel_shape", INTS),
    ("pads", INTS),
    ("strides", INTS),
];

const TRANSPOSED: &[(&str, i32)] = &[
    ("auto_pad", TEXT),
    ("dilations", INTS),
    ("group", INT),
    ("kernel_shape", INTS),
    ("output_padding", INTS),
    ("output_shape", INTS),
    ("pads", INTS),
    ("strides", INTS),
];

// Those that only concern interpolation and cropping don't matter where each pixel is repeated.
const RESIZE: &[(&str, i32)] = &[
    ("antialias", INT),
    ("coordinate_transformation_mode", TEXT),
    ("cubic_coeff_a", FLOAT),
    ("exclude_outside", INT),
    ("extrapolation_value", FLOAT),
    ("mode", TEXT),
    ("nearest_mode", TEXT),
];

const POOL: &[(&str, i32)] = &[
    ("auto_pad", TEXT),
    ("ceil_mode", INT),
    ("count_include_pad", INT),
    ("dilations", INTS),
    ("kernel_shape", INTS),
    ("pads", INTS),
    ("strides", INTS),
];

const MAX_POOL: &[(&str, i32)] = &[
    ("auto_pad", TEXT),
    ("ceil_mode", INT),
    ("dilations", INTS),
    ("kernel_shape", INTS),
    ("pads", INTS),
    ("storage_order", INT),
    ("strides", INTS),
];

const CONSTANT: &[(&str, i32)] = &[
    ("value", TENSOR),
    ("value_float", FLOAT),
    ("value_floats", FLOATS),
    ("value_int", INT),
    ("value_ints", INTS),
];

/// How many inputs an operator has, and which attributes of which types.
type Signature = (RangeInclusive<usize>, &'static [(&'static str, i32)]);

/// The signature of an operator; none if it isn't one that is imported.
fn signature(operator: &str) -> Option<Signature> {
    let found: Signature = match operator {
        "QuantizeLinear" => (2..=3, QUANTIZE),
        "DequantizeLinear" => (2..=3, &[("axis", INT), ("block_size", INT), ("output_dtype", INT)]),
        "Conv" => (2..=3, CONVOLUTION),
        "ConvTranspose" => (2..=3, TRANSPOSED),
        "Resize" => (1..=4, RESIZE),
        "Upsample" => (1..=2, &[("mode", TEXT)]),
        "Gemm" => (2..=3, &[("alpha", FLOAT), ("beta", FLOAT), ("transA", INT), ("transB", INT)]),
        "BatchNormalization" => {
            (5..=5, &[("epsilon", FLOAT), ("momentum", FLOAT), ("spatial", INT), ("training_mode", INT)])
        }
        "Clip" => (1..=3, &[("max", FLOAT), ("min", FLOAT)]),
        "MatMul" | "Add" | "Sub" | "Mul" | "Div" | "Pow" => (2..=2, &[]),
        "Max" | "Min" | "Sum" => (1..=usize::MAX, &[]),
        "ConstantOfShape" => (1..=1, &[("value", TENSOR)]),
        "Expand" => (2..=2, &[]),
        "Shape" => (1..=1, &[("end", INT), ("start", INT)]),
        "Split" => (1..=2, &[("axis", INT), ("num_outputs", INT), ("split", INTS)]),
        "Gather" => (2..=2, &[("axis", INT)]),
        "Slice" => (1..=5, &[("axes", INTS), ("ends", INTS), ("starts", INTS)]),
        "Transpose" => (1..=1, &[("perm", INTS)]),
        "Pad" => (1..=4, &[("mode", TEXT), ("pads", INTS), ("value", FLOAT)]),
        // Its storage order is that of its second output, which isn't given.
        "MaxPool" => (1..=1, MAX_POOL),
        "AveragePool" => (1..=1, POOL),
        "ReduceMean" | "ReduceMax" => {
            (1..=2, &[("axes", INTS), ("keepdims", INT), ("noop_with_empty_axes", INT)])
        }
        "Flatten" | "Softmax" | "LogSoftmax" => (1..=1, &[("axis", INT)]),
        "Reshape" => (2..=2, &[("allowzero", INT)]),
        "Squeeze" | "Unsqueeze" => (1..=2, &[("axes", INTS)]),
        "Concat" => (1..=usize::MAX, &[("axis", INT)]),
        "Dropout" => (1..=3, &[("ratio", FLOAT), ("seed", INT)]),
        "ArgMax" => (1..=1, &[("axis", INT), ("keepdims", INT), ("select_last_index", INT)]),
        "Cast" => (1..=1, &[("round_mode", TEXT), ("saturate", INT), ("to", INT)]),
        "Gelu" => (1..=1, &[("approximate", TEXT)]),
        "LeakyRelu" | "Elu" => (1..=1, &[("alpha", FLOAT)]),
        "HardSigmoid" => (1..=1, &[("alpha", FLOAT), ("beta", FLOAT)]),
        "Constant" => (0..=0, CONSTANT),
        "Selu" => (1..=1, &[("alpha", FLOAT), ("gamma", FLOAT)]),
        "Celu" | "ThresholdedRelu" => (1..=1, &[("alpha", FLOAT)]),
        "PRelu" => (2..=2, &[]),
        "Ceil" | "Cos" | "Floor" | "Round" | "Sign" | "Sin" | "Abs" | "Erf" | "Exp" | "GlobalAveragePool"
        | "GlobalMaxPool" | "HardSwish" | "Identity" | "Log" | "Mish" | "Neg" | "Reciprocal" | "Relu"
        | "Sigmoid" | "Softplus" | "Softsign" | "Sqrt" | "Tanh" => (1..=1, &[]),
        _ => return None,
    };
    Some(found)
}

/// Whether a node only says how tensors are quantized.
pub(crate) fn is_quantization(node: &Node) -> bool {
    matches!(node.op_type.as_str(), "QuantizeLinear" | "DequantizeLinear")
}

/// Whether an operator is one that is imported.
pub(crate) fn is_known(operator: &str) -> bool {
    signature(operator).is_some()
}

/// Checks that a node is the standard's own and has only what the standard gives its operator. An operator that isn't
/// imported passes: it is refused where it is looked up.
pub(crate) fn check(node: &Node) -> Lowered<()> {
    let own = matches!(node.domain.as_str(), "" | "ai.onnx");
    // onnxruntime's namesakes of what the standard took over later.
    let onnxruntimes = node.domain == "com.microsoft"
        && matches!(node.op_type.as_str(), "QuantizeLinear" | "DequantizeLinear" | "Gelu");
    if !own && !onnxruntimes {
        return Err(refusal!(
            "it is an operator of '{}', not of the ONNX standard", node.domain;
            "export the model with standard operators"
        ));
    }
    let Some((inputs, attributes)) = signature(&node.op_type) else { return Ok(()) };
    if !inputs.contains(&node.input.len()) {
        return Err(refusal!(
            "it has {} inputs, the standard gives it {} to {}", node.input.len(), inputs.start(), inputs.end();
            "export the model again"
        ));
    }
    for (at, attribute) in node.attribute.iter().enumerate() {
        let name = attribute.name.as_str();
        let Some((_, kind)) = attributes.iter().find(|(known, _)| *known == name) else {
            return Err(refusal!(
                "its attribute '{name}' isn't known and could change its result";
                "export the model with opset 13 or newer, or remove the attribute"
            ));
        };
        if attribute.r#type != *kind {
            return Err(refusal!(
                "its attribute '{name}' has type {}, the standard gives it type {kind}", attribute.r#type;
                "export the model again"
            ));
        }
        if node.attribute.iter().take(at).any(|before| before.name == attribute.name) {
            return Err(refusal!("its attribute '{name}' is given twice"; "export the model again"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relu(name: &str, kind: i32) -> Node {
        let attribute = Attribute { name: name.into(), r#type: kind, ..Attribute::default() };
        Node {
            op_type: "LeakyRelu".into(),
            input: vec!["x".into()],
            attribute: vec![attribute],
            ..Node::default()
        }
    }

    #[test]
    fn what_the_standard_doesnt_have_is_refused() {
        let fails = |node: &Node| check(node).expect_err("not the standard's").to_string();
        assert_eq!(check(&relu("alpha", FLOAT)), Ok(()));
        assert!(fails(&relu("beta", FLOAT)).contains("'beta' isn't known"));
        assert!(fails(&relu("alpha", INT)).contains("has type 2"));
        let mut twice = relu("alpha", FLOAT);
        twice.attribute.push(twice.attribute[0].clone());
        assert!(fails(&twice).contains("given twice"));
        let mut wide = relu("alpha", FLOAT);
        wide.input.push("y".into());
        assert!(fails(&wide).contains("2 inputs"));
        let mut foreign = relu("alpha", FLOAT);
        foreign.domain = "com.example".into();
        assert!(fails(&foreign).contains("'com.example'"));
    }
}
