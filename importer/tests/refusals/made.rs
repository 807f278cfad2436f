//! Graphs of ONNX's messages.

use millrace_importer::onnx::{
    Attribute, Dimension, Graph, Model, Node, OperatorSet, Shape, Tensor, TensorType, Type, ValueInfo,
};

pub(crate) const FLOAT: i32 = 1;
pub(crate) const INT8: i32 = 3;
pub(crate) const INT64: i32 = 7;
pub(crate) const BOOL: i32 = 9;

pub(crate) fn node(operator: &str, name: &str, inputs: &[&str], output: &str) -> Node {
    Node {
        op_type: operator.into(),
        name: name.into(),
        input: inputs.iter().map(ToString::to_string).collect(),
        output: vec![output.into()],
        ..Node::default()
    }
}

pub(crate) fn with(mut node: Node, attribute: Attribute) -> Node {
    node.attribute.push(attribute);
    node
}

pub(crate) fn ints(node: Node, name: &str, values: &[i64]) -> Node {
    let ints = values.to_vec();
    with(node, Attribute { name: name.into(), ints, r#type: Attribute::INTS, ..Attribute::default() })
}

pub(crate) fn int(node: Node, name: &str, i: i64) -> Node {
    with(node, Attribute { name: name.into(), i, r#type: Attribute::INT, ..Attribute::default() })
}

pub(crate) fn float(node: Node, name: &str, f: f32) -> Node {
    with(node, Attribute { name: name.into(), f, r#type: Attribute::FLOAT, ..Attribute::default() })
}

pub(crate) fn text(node: Node, name: &str, s: &str) -> Node {
    let s = s.as_bytes().to_vec();
    with(node, Attribute { name: name.into(), s, r#type: Attribute::STRING, ..Attribute::default() })
}

pub(crate) fn floats(name: &str, dims: &[i64], values: &[f32]) -> Tensor {
    Tensor {
        name: name.into(),
        dims: dims.to_vec(),
        data_type: FLOAT,
        float_data: values.to_vec(),
        ..Tensor::default()
    }
}

pub(crate) fn int8(name: &str, dims: &[i64], values: &[i32]) -> Tensor {
    Tensor {
        name: name.into(),
        dims: dims.to_vec(),
        data_type: INT8,
        int32_data: values.to_vec(),
        ..Tensor::default()
    }
}

pub(crate) fn int64(name: &str, values: &[i64]) -> Tensor {
    Tensor {
        name: name.into(),
        dims: vec![values.len() as i64],
        data_type: INT64,
        int64_data: values.to_vec(),
        ..Tensor::default()
    }
}

pub(crate) fn info(name: &str, dims: &[Option<i64>]) -> ValueInfo {
    let dim =
        dims.iter().map(|dim_value| Dimension { dim_value: *dim_value, ..Dimension::default() }).collect();
    let tensor_type = Some(TensorType { elem_type: FLOAT, shape: Some(Shape { dim }) });
    ValueInfo { name: name.into(), r#type: Some(Type { tensor_type }) }
}

/// A quantized input `x`, then these nodes; `y` is the output.
pub(crate) fn model(shape: &[Option<i64>], nodes: Vec<Node>) -> Model {
    let mut node_list = vec![
        node("QuantizeLinear", "quantize", &["input", "scale", "zero"], "q"),
        node("DequantizeLinear", "dequantize", &["q", "scale", "zero"], "x"),
    ];
    node_list.extend(nodes);
    let graph = Graph {
        node: node_list,
        initializer: vec![
            floats("scale", &[], &[0.1]),
            int8("zero", &[], &[3]),
            int8("w", &[2, 4], &[1, -2, 3, -4, 5, -6, 7, -8]),
            floats("w_real", &[2, 4], &[0.5, -1.0, 0.25, 0.0, 1.0, 1.0, -1.0, 0.1]),
            floats("filters", &[4, 1, 3, 3], &[0.25; 36]),
            floats("narrow", &[2, 3, 2, 2], &[0.25; 24]),
            floats("larger", &[4], &[1.0, 1.0, 2.0, 2.0]),
            floats("half_larger", &[4], &[1.0, 1.0, 1.5, 2.0]),
            floats("one", &[], &[1.0]),
            floats("nothing", &[], &[0.0]),
            floats("half", &[], &[0.5]),
            floats("minus", &[], &[-4.0]),
            int8("seven", &[], &[7]),
            int64("halves", &[0, 2, 8]),
            floats("four", &[4], &[1.0, 2.0, 3.0, 4.0]),
            floats("column", &[4, 1], &[1.0, 2.0, 3.0, 4.0]),
            floats("deep", &[1, 1, 1, 1, 1], &[1.0]),
            int64("rows", &[2]),
            int64("twice", &[1, 1]),
            int64("samples", &[8, -1]),
            int64("two_open", &[-1, -1]),
            int64("uneven", &[0, 5, -1]),
            Tensor { name: "yes".into(), data_type: BOOL, int32_data: vec![1], ..Tensor::default() },
        ],
        input: vec![info("input", shape)],
        output: vec![info("y", &[])],
        value_info: vec![],
    };
    Model {
        ir_version: 8,
        graph: Some(graph),
        opset_import: vec![OperatorSet { domain: String::new(), version: 17 }],
        functions: vec![],
    }
}

pub(crate) fn at_opset(mut model: Model, version: i64) -> Model {
    model.opset_import[0].version = version;
    model
}

pub(crate) const FLAT: [Option<i64>; 2] = [None, Some(4)];
pub(crate) const WIDE: [Option<i64>; 4] = [None, Some(2), Some(40), Some(40)];
pub(crate) const IMAGE: [Option<i64>; 4] = [None, Some(1), Some(4), Some(4)];
