//! What can't be represented is refused with the node's name and why.
#![allow(missing_docs)]

use millrace_importer::{
    import,
    onnx::{Attribute, Dimension, Graph, Node, Shape, Tensor, TensorType, Type, ValueInfo},
    Options, Ranges,
};

const FLOAT: i32 = 1;
const INT8: i32 = 3;

fn node(operator: &str, name: &str, inputs: &[&str], output: &str) -> Node {
    Node {
        op_type: operator.into(),
        name: name.into(),
        input: inputs.iter().map(ToString::to_string).collect(),
        output: vec![output.into()],
        attribute: vec![],
    }
}

fn ints(mut node: Node, name: &str, values: &[i64]) -> Node {
    let ints = values.to_vec();
    node.attribute.push(Attribute { name: name.into(), ints, i: values[0], ..Attribute::default() });
    node
}

fn floats(name: &str, dims: &[i64], values: &[f32]) -> Tensor {
    Tensor {
        name: name.into(),
        dims: dims.to_vec(),
        data_type: FLOAT,
        float_data: values.to_vec(),
        ..Tensor::default()
    }
}

fn int8(name: &str, dims: &[i64], values: &[i32]) -> Tensor {
    Tensor {
        name: name.into(),
        dims: dims.to_vec(),
        data_type: INT8,
        int32_data: values.to_vec(),
        ..Tensor::default()
    }
}

fn info(name: &str, dims: &[Option<i64>]) -> ValueInfo {
    let dim = dims.iter().map(|dim_value| Dimension { dim_value: *dim_value }).collect();
    let tensor_type = Some(TensorType { elem_type: FLOAT, shape: Some(Shape { dim }) });
    ValueInfo { name: name.into(), r#type: Some(Type { tensor_type }) }
}

/// A quantized input `x`, then these nodes; `y` is the output.
fn graph(shape: &[Option<i64>], nodes: Vec<Node>) -> Graph {
    let mut node_list = vec![
        node("QuantizeLinear", "quantize", &["input", "scale", "zero"], "q"),
        node("DequantizeLinear", "dequantize", &["q", "scale", "zero"], "x"),
    ];
    node_list.extend(nodes);
    Graph {
        node: node_list,
        initializer: vec![
            floats("scale", &[], &[0.1]),
            int8("zero", &[], &[3]),
            int8("w", &[2, 4], &[1, -2, 3, -4, 5, -6, 7, -8]),
            floats("w_real", &[2, 4], &[0.5, -1.0, 0.25, 0.0, 1.0, 1.0, -1.0, 0.1]),
            floats("one", &[], &[1.0]),
        ],
        input: vec![info("input", shape)],
        output: vec![info("y", &[])],
    }
}

fn refusal(graph: &Graph) -> String {
    import(graph, Options::default()).expect_err("it can't be represented").to_string()
}

const FLAT: [Option<i64>; 2] = [None, Some(4)];
const IMAGE: [Option<i64>; 4] = [None, Some(1), Some(4), Some(4)];

#[test]
fn unknown_operators() {
    let message = refusal(&graph(&FLAT, vec![node("LSTM", "memory", &["x"], "y")]));
    assert_eq!(message, "LSTM 'memory': this operator can't be represented in integers");
    let message = refusal(&graph(&FLAT, vec![node("QLinearConv", "conv", &["x"], "y")]));
    assert!(message.contains("QuantFormat.QDQ"), "{message}");
}

#[test]
fn tensors_without_quantization() {
    let product = node("Gemm", "dense", &["x", "dw"], "p");
    let nodes = vec![
        node("DequantizeLinear", "weights", &["w", "scale"], "dw"),
        ints(product, "transB", &[1]),
        node("Sigmoid", "activation", &["p"], "y"),
    ];
    let message = refusal(&graph(&FLAT, nodes));
    assert!(message.starts_with("Sigmoid 'activation': it reads 'p', which isn't quantized"), "{message}");
}

#[test]
fn shapes_that_arent_static() {
    let message = refusal(&graph(&[None, None], vec![]));
    assert!(message.contains("static sample shape"), "{message}");
    let message = refusal(&graph(&FLAT, vec![node("Reshape", "view", &["x", "computed"], "y")]));
    assert!(message.contains("'computed' isn't constant"), "{message}");
}

#[test]
fn windows_beyond_the_format() {
    let pool = |name: &str, values: &[i64]| {
        let pool = ints(node("AveragePool", "pool", &["x"], "y"), "kernel_shape", &[2, 2]);
        refusal(&graph(&IMAGE, vec![ints(pool, name, values)]))
    };
    assert!(pool("dilations", &[2, 2]).contains("dilated"));
    assert!(pool("ceil_mode", &[1]).len() > 10);
    assert!(pool("strides", &[0, 1]).contains("positive"));
}

#[test]
fn a_float_graph_needs_ranges_and_then_is_quantized() {
    let float = |nodes| {
        let mut graph = graph(&FLAT, nodes);
        graph.node.drain(..2);
        graph
    };
    let graph = float(vec![
        ints(node("Gemm", "dense", &["input", "w_real"], "p"), "transB", &[1]),
        node("Relu", "activation", &["p"], "y"),
    ]);
    let message = refusal(&graph);
    assert!(message.contains("give calibration samples"), "{message}");

    let mut ranges = Ranges::default();
    ranges.observe("input", &[-1.0, 1.0]);
    ranges.observe("y", &[0.0, 3.0]);
    let imported =
        import(&graph, Options { arg_max: false, ranges: Some(&ranges) }).expect("ranges of all tensors");
    let model =
        millrace_inference::CheckedModel::from_bytes(&imported.model.to_bytes()).expect("registrable");
    let input = [1.0, -0.5, 0.25, 0.75].map(|x| imported.input.quantize(x).cast_unsigned());
    let output = millrace_inference::execute(&model, &input).expect("one sample").output;
    let millrace_inference::Values::I8(values) = output else { panic!("i8") };
    let quantization = imported.output.expect("numbers");
    // 0.5 + 0.5 + 0.0625 = 1.0625 and 1 − 0.5 − 0.25 + 0.075 = 0.325
    for (value, expected) in values.iter().zip([1.0625, 0.325]) {
        assert!((quantization.real(*value) - expected).abs() < 0.03, "{value}");
    }
}
