//! The shapes that refused nodes give, as far as the standard tells them from the operator alone.

use crate::onnx::Node;

/// The shape of a sample that a node gives, if it is that of its inputs.
pub(crate) fn guess(node: &Node, shape: &dyn Fn(&str) -> Option<Vec<u32>>) -> Option<Vec<u32>> {
    match node.op_type.as_str() {
        // Of one tensor, with parameters beside it.
        "Acos"
        | "Acosh"
        | "Asin"
        | "Asinh"
        | "Atan"
        | "Atanh"
        | "BatchNormalization"
        | "Cast"
        | "Ceil"
        | "Celu"
        | "Clip"
        | "Cos"
        | "Cosh"
        | "DequantizeLinear"
        | "Dropout"
        | "Elu"
        | "Erf"
        | "Exp"
        | "Floor"
        | "Gelu"
        | "GroupNormalization"
        | "HardSigmoid"
        | "HardSwish"
        | "Hardmax"
        | "Identity"
        | "InstanceNormalization"
        | "LRN"
        | "LayerNormalization"
        | "LeakyRelu"
        | "Log"
        | "LogSoftmax"
        | "LpNormalization"
        | "MeanVarianceNormalization"
        | "Mish"
        | "Neg"
        | "Not"
        | "PRelu"
        | "QuantizeLinear"
        | "RMSNormalization"
        | "Reciprocal"
        | "Relu"
        | "Round"
        | "Selu"
        | "Shrink"
        | "Sigmoid"
        | "Sign"
        | "Sin"
        | "Sinh"
        | "Softmax"
        | "Softplus"
        | "Softsign"
        | "Sqrt"
        | "Swish"
        | "Tan"
        | "Tanh"
        | "ThresholdedRelu" => shape(node.input.first()?),
        // Of several, which meet as numbers of one axis more do.
        "Add" | "Sub" | "Mul" | "Div" | "Max" | "Min" | "Mean" | "Sum" | "Pow" | "Mod" => {
            node.input.iter().filter_map(|name| shape(name)).reduce(broadcast)
        }
        "GlobalAveragePool" | "GlobalMaxPool" | "GlobalLpPool" => {
            let mut pooled = shape(node.input.first()?)?;
            pooled.iter_mut().skip(1).for_each(|length| *length = 1);
            Some(pooled)
        }
        _ => None,
    }
}

/// The longer of two lengths along each axis, from the last one on.
fn broadcast(left: Vec<u32>, right: Vec<u32>) -> Vec<u32> {
    let (mut long, short) = if left.len() < right.len() { (right, left) } else { (left, right) };
    for (length, other) in long.iter_mut().rev().zip(short.iter().rev()) {
        *length = (*length).max(*other);
    }
    long
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_those_of_the_inputs() {
        let known = |name: &str| match name {
            "image" => Some(vec![3, 4, 4]),
            "channels" => Some(vec![3, 1, 1]),
            _ => None,
        };
        let of = |operator: &str, inputs: &[&str]| {
            let input = inputs.iter().map(ToString::to_string).collect();
            guess(&Node { op_type: operator.into(), input, ..Node::default() }, &known)
        };
        assert_eq!(of("Sin", &["image"]), Some(vec![3, 4, 4]));
        assert_eq!(of("Mul", &["channels", "image"]), Some(vec![3, 4, 4]));
        assert_eq!(of("GlobalMaxPool", &["image"]), Some(vec![3, 1, 1]));
        assert_eq!(of("Resize", &["image"]), None);
        assert_eq!(of("Sin", &["unknown"]), None);
    }
}
