//! What can't be represented is refused with the node's name and why.
#![allow(missing_docs)]

use millrace_importer::{
    check, import,
    npy::{Array, Numbers},
    onnx::{
        Attribute, Dimension, Function, Graph, Model, Node, OperatorSet, Shape, Tensor, TensorType, Type,
        ValueInfo,
    },
    Calibration, Options, Ranges,
};

const FLOAT: i32 = 1;
const INT8: i32 = 3;
const INT64: i32 = 7;
const BOOL: i32 = 9;

fn node(operator: &str, name: &str, inputs: &[&str], output: &str) -> Node {
    Node {
        op_type: operator.into(),
        name: name.into(),
        input: inputs.iter().map(ToString::to_string).collect(),
        output: vec![output.into()],
        ..Node::default()
    }
}

fn with(mut node: Node, attribute: Attribute) -> Node {
    node.attribute.push(attribute);
    node
}

fn ints(node: Node, name: &str, values: &[i64]) -> Node {
    let ints = values.to_vec();
    with(node, Attribute { name: name.into(), ints, r#type: Attribute::INTS, ..Attribute::default() })
}

fn int(node: Node, name: &str, i: i64) -> Node {
    with(node, Attribute { name: name.into(), i, r#type: Attribute::INT, ..Attribute::default() })
}

fn float(node: Node, name: &str, f: f32) -> Node {
    with(node, Attribute { name: name.into(), f, r#type: Attribute::FLOAT, ..Attribute::default() })
}

fn text(node: Node, name: &str, s: &str) -> Node {
    let s = s.as_bytes().to_vec();
    with(node, Attribute { name: name.into(), s, r#type: Attribute::STRING, ..Attribute::default() })
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

fn int64(name: &str, values: &[i64]) -> Tensor {
    Tensor {
        name: name.into(),
        dims: vec![values.len() as i64],
        data_type: INT64,
        int64_data: values.to_vec(),
        ..Tensor::default()
    }
}

fn info(name: &str, dims: &[Option<i64>]) -> ValueInfo {
    let dim =
        dims.iter().map(|dim_value| Dimension { dim_value: *dim_value, ..Dimension::default() }).collect();
    let tensor_type = Some(TensorType { elem_type: FLOAT, shape: Some(Shape { dim }) });
    ValueInfo { name: name.into(), r#type: Some(Type { tensor_type }) }
}

/// A quantized input `x`, then these nodes; `y` is the output.
fn model(shape: &[Option<i64>], nodes: Vec<Node>) -> Model {
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

fn at_opset(mut model: Model, version: i64) -> Model {
    model.opset_import[0].version = version;
    model
}

fn refusal(model: &Model) -> String {
    let error = import(model, Options::default()).expect_err("it can't be represented");
    assert!(
        error.remedy().contains(' ') && error.to_string().ends_with(&error.remedy()),
        "no remedy: {error}"
    );
    // The check lists it, too, unless a file in floats is at fault only without samples.
    let listed = check(model, false, None);
    let mut all = listed.faults.iter().chain(&listed.large);
    let is_listed = all.any(|fault| fault.to_string() == error.to_string());
    assert!(is_listed || listed.needs_samples, "{error} isn't in {:?}", listed.faults);
    error.to_string()
}

const FLAT: [Option<i64>; 2] = [None, Some(4)];
const WIDE: [Option<i64>; 4] = [None, Some(2), Some(40), Some(40)];
const IMAGE: [Option<i64>; 4] = [None, Some(1), Some(4), Some(4)];

/// The refusal of one node `op` between `x` and `y`, without its name; the sentence must begin with it.
fn of(shape: &[Option<i64>], op: Node) -> String {
    let label = format!("{} 'op': ", op.op_type);
    let message = refusal(&model(shape, vec![op]));
    message.strip_prefix(&label).unwrap_or_else(|| panic!("it doesn't name {label}: {message}")).to_owned()
}

fn op(operator: &str, more: &[&str]) -> Node {
    let inputs: Vec<&str> = ["x"].iter().chain(more).copied().collect();
    node(operator, "op", &inputs, "y")
}

fn expect(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "'{part}' isn't in: {message}");
    }
}

#[test]
fn unknown_operators() {
    let message = refusal(&model(&FLAT, vec![node("LSTM", "memory", &["x"], "y")]));
    assert!(
        message.starts_with("LSTM 'memory': this operator can't be represented in integers"),
        "{message}"
    );
    let message = refusal(&model(&FLAT, vec![node("QLinearConv", "conv", &["x"], "y")]));
    assert!(message.contains("QuantFormat.QDQ"), "{message}");
    let foreign = Node { domain: "com.example".into(), ..op("Relu", &[]) };
    expect(&of(&FLAT, foreign), &["'com.example'", "standard operators"]);
}

#[test]
fn files_as_a_whole() {
    let relu = || model(&FLAT, vec![op("Relu", &[])]);
    expect(&refusal(&at_opset(relu(), 6)), &["version 6", "version_converter"]);
    expect(&refusal(&at_opset(relu(), 1000)), &["version 1000"]);
    expect(&refusal(&Model { opset_import: vec![], ..relu() }), &["which version"]);
    let function = Function { name: "Relu".into(), domain: "ai.onnx".into() };
    let own = Model { functions: vec![function], ..relu() };
    expect(&refusal(&own), &["Relu 'op'", "inline_local_functions"]);
    let twice = model(&FLAT, vec![node("Relu", "first", &["x"], "y"), node("Relu", "second", &["x"], "y")]);
    expect(&refusal(&twice), &["'y' is given twice"]);
    let inputs = |more: &str| {
        let mut model = model(&FLAT, vec![op("Add", &["other"])]);
        let graph = model.graph.as_mut().expect("made above");
        graph.input.push(info(more, &FLAT));
        refusal(&model)
    };
    expect(&inputs("other"), &["2 inputs", "exactly one"]);
    // One that nothing reads is none.
    expect(&inputs("unread"), &["Add 'op': it reads 'other'"]);
    let mut own = relu();
    own.graph.as_mut().expect("made above").input[0].name = "input\u{2063} of 2".into();
    own.graph.as_mut().expect("made above").node[0].input[0] = "input\u{2063} of 2".into();
    expect(&refusal(&own), &["'input\\u{2063} of 2'", "give it a name without"]);
    let mut wide = relu();
    wide.graph.as_mut().expect("made above").output.push(info("x", &FLAT));
    expect(&refusal(&wide), &["2 outputs"]);
}

/// An output that seems to depend on no input, and why.
#[test]
fn outputs_without_an_input() {
    let of = |nodes: Vec<Node>| {
        let mut model = model(&FLAT, vec![]);
        model.graph.as_mut().expect("made above").node = nodes;
        refusal(&model)
    };
    let (relu, tanh) = (node("Relu", "first", &["input"], "r"), node("Tanh", "last", &["r"], "y"));
    expect(&of(vec![tanh.clone(), relu]), &["Tanh 'last': it reads 'r', which Relu 'first' gives", "sort"]);
    expect(&of(vec![tanh]), &["Tanh 'last': it reads 'r', which nothing gives"]);
    // The graphs within it may read the input.
    expect(&of(vec![node("If", "choice", &["yes"], "y")]), &["If 'choice': ", "operators of docs/models.md"]);
    expect(&of(vec![node("Sqrt", "root", &["four"], "y")]), &["'y' is a constant", "--output-tensor"]);
}

#[test]
fn tensors_without_quantization() {
    let product = node("Gemm", "dense", &["x", "dw"], "p");
    let nodes = vec![
        node("DequantizeLinear", "weights", &["w", "scale"], "dw"),
        int(product, "transB", 1),
        node("Sigmoid", "activation", &["p"], "y"),
    ];
    let message = refusal(&model(&FLAT, nodes));
    assert!(message.starts_with("Sigmoid 'activation': it reads 'p', which isn't quantized"), "{message}");
}

#[test]
fn shapes_that_arent_static_or_too_large() {
    let message = refusal(&model(&[None, None], vec![op("Relu", &[])]));
    assert!(message.contains("static sample shape"), "{message}");
    let message = refusal(&model(&FLAT, vec![node("Reshape", "view", &["x", "computed"], "y")]));
    assert!(message.contains("'computed' isn't constant"), "{message}");
    let huge = [None, Some(i64::from(u32::MAX)), Some(i64::from(u32::MAX)), Some(i64::from(u32::MAX))];
    expect(&refusal(&model(&huge, vec![op("Relu", &[])])), &["'input'", "at most 67108864"]);
    let deep = [None, Some(1), Some(1), Some(1), Some(1), Some(1)];
    expect(&refusal(&model(&deep, vec![op("Relu", &[])])), &["'input'", "more than the 4 axes"]);
}

#[test]
fn windows_beyond_the_format() {
    let pool = |attribute: fn(Node) -> Node| {
        of(&IMAGE, attribute(ints(op("AveragePool", &[]), "kernel_shape", &[2, 2])))
    };
    expect(&pool(|op| ints(op, "dilations", &[2, 2])), &["dilated", "smaller kernel"]);
    let counted = |op| int(int(ints(op, "strides", &[3, 3]), "ceil_mode", 1), "count_include_pad", 1);
    expect(&pool(counted), &["ceil_mode=0"]);
    expect(&pool(|op| ints(op, "strides", &[0, 1])), &["must be positive"]);
    // Two to the 32nd power and one isn't one.
    expect(&pool(|op| ints(op, "strides", &[4_294_967_297, 1])), &["must be positive and at most"]);
    expect(&pool(|op| ints(op, "pads", &[-1, 0, 0, 0])), &["none negative"]);
    expect(&pool(|op| ints(op, "pads", &[0, 0, i64::MAX, 0])), &["none negative"]);
    expect(&pool(|op| ints(op, "pads", &[2, 0, 0, 0])), &["isn't smaller than its kernel"]);
    expect(&pool(|op| text(op, "auto_pad", "SAME")), &["auto_pad SAME isn't known"]);
    expect(&pool(|op| text(ints(op, "pads", &[1, 1, 1, 1]), "auto_pad", "VALID")), &["contradict"]);
    expect(&pool(|op| int(op, "unheard_of", 1)), &["'unheard_of' isn't known"]);
    expect(&pool(|op| ints(op, "ceil_mode", &[1])), &["has type 7"]);
    let kernel = |shape: &[i64]| of(&IMAGE, ints(op("MaxPool", &[]), "kernel_shape", shape));
    expect(&kernel(&[5, 5]), &["larger than the padded 4"]);
    expect(&kernel(&[-1, 1]), &["isn't positive"]);
    expect(&kernel(&[1 << 20, 1 << 20]), &["at most 262144 elements"]);
    expect(&kernel(&[2]), &["rows and columns"]);
}

#[test]
fn paddings() {
    let pad = |shape: &[Option<i64>], pads: &[i64]| of(shape, ints(op("Pad", &[]), "pads", pads));
    expect(&pad(&IMAGE, &[0, 1, 0, 0, 0, 0, 0, 0]), &["pads axis 1 by 1 and 0", "as many channels"]);
    expect(&pad(&IMAGE, &[1, 0, 0, 0, 0, 0, 0, 0]), &["pads axis 0"]);
    expect(&pad(&IMAGE, &[0, 0, -1, 0, 0, 0, 0, 0]), &["pads axis 2 by -1 and 0"]);
    expect(&pad(&IMAGE, &[0, 0, 1]), &["3 paddings for 4 axes"]);
    expect(&pad(&FLAT, &[0, 1, 0, 1]), &["pads axis 1"]);
    let around = || ints(node("Pad", "pad", &["x"], "p"), "pads", &[0, 0, 1, 1, 0, 0, 1, 1]);
    let alone = |pad: Node| refusal(&model(&IMAGE, vec![Node { output: vec!["y".into()], ..pad }]));
    expect(&alone(text(around(), "mode", "reflect")), &["Pad 'pad': ", "mode reflect"]);
    expect(&alone(float(around(), "value", 1e6)), &["Pad 'pad': ", "no number"]);
    expect(&alone(around()), &["output 'y': ", "what Pad 'pad' pads"]);
    let then =
        |pad: Node, op: Node| refusal(&model(&IMAGE, vec![pad, Node { input: vec!["p".into()], ..op }]));
    expect(&then(around(), op("Relu", &[])), &["Relu 'op': ", "what Pad 'pad' pads"]);
    expect(&then(around(), op("GlobalAveragePool", &[])), &["the mean of what Pad 'pad' pads"]);
    let pool = |operator: &str| ints(op(operator, &[]), "kernel_shape", &[2, 2]);
    expect(&then(around(), pool("MaxPool")), &["MaxPool 'op': ", "let a ReLU come before"]);
    let own = ints(ints(op("AveragePool", &[]), "kernel_shape", &[3, 3]), "pads", &[1, 1, 1, 1]);
    expect(&then(around(), own), &["only one counts", "count_include_pad"]);
    let low = || float(around(), "value", -1e6);
    let counted = || int(pool("AveragePool"), "count_include_pad", 1);
    expect(&then(low(), counted()), &["lies below all numbers"]);
    // It is a number of what it pads, but of nothing that is quantized between half as wide bounds.
    let nodes = vec![
        float(around(), "value", 12.0),
        node("QuantizeLinear", "narrow", &["p", "halved", "zero"], "n"),
        node("DequantizeLinear", "narrower", &["n", "halved", "zero"], "h"),
        Node { input: vec!["h".into()], ..counted() },
    ];
    let mut narrow = model(&IMAGE, nodes);
    narrow.graph.as_mut().expect("made above").initializer.push(floats("halved", &[], &[0.05]));
    expect(&refusal(&narrow), &["AveragePool 'op': ", "Pad 'pad' pads by 12, which lies above all numbers"]);
    let nodes = |pad: Node| {
        let conv = ints(node("Conv", "op", &["p", "filters"], "y"), "pads", &[1, 1, 1, 1]);
        refusal(&model(&IMAGE, vec![pad, conv]))
    };
    expect(&nodes(float(around(), "value", 0.5)), &["pads by 0 what Pad 'pad' pads by 0.5"]);
    let again = Node { input: vec!["p".into()], output: vec!["y".into()], ..around() };
    let twice = vec![float(around(), "value", 0.5), again];
    expect(&refusal(&model(&IMAGE, twice)), &["pads by 0 what Pad 'pad' pads by 0.5", "one number"]);
}

#[test]
fn turned_and_stretched_images() {
    let turn = |shape: &[Option<i64>], perm: &[i64]| of(shape, ints(op("Transpose", &[]), "perm", perm));
    let swapped = ints(node("Transpose", "turn", &["x"], "t"), "perm", &[0, 1, 3, 2]);
    let nodes = vec![swapped, node("Relu", "op", &["t"], "y")];
    let pair = [None, Some(2), Some(4), Some(4)];
    expect(
        &refusal(&model(&WIDE, nodes)),
        &["Relu 'op': ", "Transpose 'turn'", "at most 1024 elements together"],
    );
    expect(&turn(&IMAGE, &[1, 0, 2, 3]), &["moves the batch"]);
    expect(&turn(&IMAGE, &[0, 1, 2, 2]), &["doesn't name each of 4 axes once"]);
    let up = |op: Node| of(&pair, op);
    expect(&up(op("ConvTranspose", &["filters"])), &["weights of 4 channels for 2"]);
    expect(&up(int(op("ConvTranspose", &["narrow"]), "group", 2)), &["2 groups"]);
    expect(&up(ints(op("ConvTranspose", &["narrow"]), "dilations", &[2, 2])), &["dilated"]);
    expect(&up(ints(op("ConvTranspose", &["narrow"]), "strides", &[0, 1])), &["between 1 and 64"]);
    expect(&up(ints(op("ConvTranspose", &["narrow"]), "strides", &[4, 4])), &["as large as the stride"]);
    expect(&up(text(op("ConvTranspose", &["narrow"]), "auto_pad", "SAME_LOWER")), &["SAME_LOWER"]);
    let resize = |op: Node| of(&pair, op);
    expect(&resize(text(op("Resize", &["", "larger"]), "mode", "linear")), &["interpolates (mode linear)"]);
    expect(&resize(op("Resize", &["", "half_larger"])), &["whole multiples"]);
    expect(&resize(op("Resize", &["", ""])), &["neither scales nor sizes"]);
    let ceil = text(
        text(op("Resize", &["", "larger"]), "coordinate_transformation_mode", "asymmetric"),
        "nearest_mode",
        "ceil",
    );
    expect(&resize(ceil), &["nearest_mode=floor"]);
    expect(&of(&FLAT, op("Expand", &["rows"])), &["can't be represented"]);
}

#[test]
fn choices_of_elements() {
    let cut = |starts: &[i64], ends: &[i64], axes: &[i64]| {
        ints(ints(ints(op("Slice", &[]), "starts", starts), "ends", ends), "axes", axes)
    };
    expect(&of(&FLAT, op("Slice", &[])), &["doesn't say what it cuts out"]);
    expect(&of(&FLAT, cut(&[0], &[1], &[0])), &["is the batch", "axes of a sample"]);
    expect(&of(&FLAT, cut(&[3], &[1], &[1])), &["lies between 3 and 1"]);
    expect(&of(&FLAT, cut(&[0, 1], &[1], &[1])), &["differ in number"]);
    let middle = [None, Some(2), Some(300), Some(40)];
    expect(&of(&middle, int(op("Gather", &["uneven"]), "axis", 2)), &["between others", "the last one"]);
    expect(&of(&FLAT, int(op("Gather", &["twice"]), "axis", 0)), &["is the batch"]);
    expect(&of(&FLAT, int(op("Gather", &["x"]), "axis", 1)), &["places that it computes"]);
    expect(&of(&FLAT, int(op("Gather", &["samples"]), "axis", 1)), &["numbers below 4"]);
    expect(&of(&FLAT, int(op("Split", &["rows"]), "axis", 1)), &["parts of [2] for 1 outputs"]);
    expect(&of(&FLAT, ints(op("Split", &[]), "split", &[4])), &["is the batch"]);
}

#[test]
fn products() {
    expect(&of(&FLAT, int(op("Gemm", &["w_real"]), "transA", 1)), &["transA", "transpose the weights"]);
    expect(&of(&FLAT, float(op("Gemm", &["w_real"]), "alpha", -1.0)), &["alpha -1", "fold them"]);
    expect(&of(&FLAT, op("Gemm", &["w_real"])), &["take 2 numbers, its input has 4"]);
    // A column of biases is one for each sample.
    let biased = int(op("Gemm", &["w_real", "column"]), "transB", 1);
    expect(&of(&FLAT, biased), &["differs along axis 0"]);
    expect(&of(&FLAT, op("MatMul", &["x"])), &["two activations"]);
    expect(&of(&FLAT, node("MatMul", "op", &["w_real", "x"], "y")), &["comes first"]);
    let conv = |op: Node| of(&IMAGE, op);
    expect(&conv(op("Conv", &["filters", "one"])), &["its bias has the shape []"]);
    expect(&conv(int(op("Conv", &["filters"]), "group", 2)), &["2 groups"]);
    expect(
        &conv(ints(op("Conv", &["filters"]), "kernel_shape", &[1, 9])),
        &["kernel_shape isn't that of its weights"],
    );
    expect(&conv(op("Conv", &["w_real"])), &["weights have 2 axes"]);
    expect(&conv(int(op("Conv", &["filters"]), "group", 3)), &["4 outputs can't be in 3 groups"]);
    expect(
        &conv(ints(op("Conv", &["filters"]), "dilations", &[1 << 17, 1 << 17])),
        &["dilation becomes zeros"],
    );
    let other = ints(node("AveragePool", "other", &["x"], "a"), "kernel_shape", &[1, 1]);
    let nodes = vec![other, op("Div", &["a"])];
    expect(&refusal(&model(&IMAGE, nodes)), &["Div 'op': ", "of two different activations"]);
}

/// What has to be a constant, by operators that have nothing else in common.
#[test]
fn activations_where_only_a_constant_can_be() {
    for (at, message) in [
        (1, of(&FLAT, op("Clip", &["x"]))),
        (1, of(&FLAT, op("PRelu", &["x"]))),
        (1, of(&IMAGE, op("Conv", &["x"]))),
        (2, of(&FLAT, op("BatchNormalization", &["four", "x", "four", "four"]))),
    ] {
        expect(&message, &[&format!("its input {at} is an activation"), "freeze it in the export"]);
    }
    expect(&of(&FLAT, op("MatMul", &["x"])), &["freeze one of them in the export", "--output-tensor"]);
}

/// A mean at its input's scale could be lost among the steps.
#[test]
fn means_need_a_quantization_of_their_own() {
    let image = [None, Some(4), Some(2), Some(2)];
    let nodes = vec![
        node("GlobalAveragePool", "mean", &["x"], "m"),
        node("Flatten", "flat", &["m"], "f"),
        int(node("Gemm", "op", &["f", "w_real"], "y"), "transB", 1),
    ];
    expect(
        &refusal(&model(&image, nodes)),
        &["Gemm 'op': it reads 'f', which isn't quantized; ", "give calibration samples"],
    );
    let nodes = vec![
        ints(node("AveragePool", "mean", &["x"], "m"), "kernel_shape", &[1, 2]),
        ints(node("MaxPool", "op", &["m"], "y"), "kernel_shape", &[1, 1]),
    ];
    expect(&refusal(&model(&image, nodes)), &["MaxPool 'op': it reads 'm', which isn't quantized; "]);
}

#[test]
fn constants_meet_tensors_from_the_last_axis_on() {
    let after = |operator: &str, constant: &str| {
        let nodes =
            vec![node("Conv", "conv", &["x", "filters"], "c"), node(operator, "op", &["c", constant], "y")];
        refusal(&model(&[None, Some(1), Some(6), Some(6)], nodes))
    };
    expect(
        &after("Add", "four"),
        &["Add 'op': ", "[4], so it differs along axis 3", "give it the shape [4, 1, 1]"],
    );
    expect(&after("Sub", "column"), &["Sub 'op': ", "differs along axis 2"]);
    expect(&after("Mul", "four"), &["Mul 'op': ", "differs along axis 3"]);
    expect(&after("Add", "deep"), &["has 5 axes", "drop the constant's leading axes"]);
    // A number for all is folded; only the end isn't quantized.
    expect(&after("Mul", "one"), &["output 'y': ", "isn't quantized"]);
    // One for each channel of a tensor is a filter; only the end isn't quantized.
    expect(&refusal(&model(&FLAT, vec![op("Mul", &["four"])])), &["output 'y': ", "isn't quantized"]);
    expect(&of(&FLAT, op("Pow", &["four"])), &["4 numbers", "give it one number"]);
    // Of the last axis, too, and of no other. Nothing says which of a tensor's axes are its channels, so no shape is advised.
    let tokens = |operator: &str, constant: &str| {
        refusal(&model(&[None, Some(5), Some(4), Some(3)], vec![op(operator, &[constant])]))
    };
    let last = |operator: &str| refusal(&model(&[None, Some(6), Some(4)], vec![op(operator, &["four"])]));
    expect(&last("Mul"), &["output 'y': ", "isn't quantized"]);
    expect(&last("Max"), &["output 'y': ", "isn't quantized"]);
    expect(&tokens("Mul", "column"), &["Mul 'op': ", "differs along axis 2", "axis 1 or of the last axis"]);
    expect(&tokens("PRelu", "column"), &["PRelu 'op': ", "differs along axis 2", "the layer before"]);
    expect(&tokens("Mul", "four"), &["Mul 'op': ", "along axis 3, which in N × [5, 4, 3] hasn't 4 indices"]);
    let long = vec![node("Add", "op", &["x", "long"], "y")];
    let mut long = model(&[None, Some(2), Some(1025)], long);
    let numbers = floats("long", &[1025], &[0.5; 1025]);
    long.graph.as_mut().expect("made above").initializer.push(numbers);
    expect(&refusal(&long), &["Add 'op': ", "1025 indices of the last axis", "at most 1024"]);
    expect(&of(&FLAT, op("Mul", &["deep"])), &["has 5 axes"]);
}

/// Numbers of a node itself, like those of a constant.
#[test]
fn attributes_are_finite() {
    let steep = float(op("HardSigmoid", &[]), "alpha", f32::INFINITY);
    expect(&of(&FLAT, steep), &["its alpha is inf, which is no finite number", "export the model again"]);
    expect(&of(&FLAT, float(op("LeakyRelu", &[]), "alpha", f32::NAN)), &["its alpha is NaN"]);
}

/// A table's entry that is no number is refused instead of becoming 0.
#[test]
fn tables_hold_numbers() {
    let nodes = vec![
        node("Div", "op", &["x", "nothing"], "d"),
        node("QuantizeLinear", "again", &["d", "scale", "zero"], "y"),
    ];
    expect(&refusal(&model(&FLAT, nodes)), &["QuantizeLinear 'again'", "are no number", "clip their input"]);
    let again = || node("QuantizeLinear", "again", &["f", "scale", "zero"], "y");
    for function in [
        node("Sqrt", "op", &["x"], "f"),
        node("Log", "op", &["x"], "f"),
        node("Pow", "op", &["x", "half"], "f"),
    ] {
        // From -13.1 on.
        let message = refusal(&model(&FLAT, vec![function, again()]));
        expect(&message, &["QuantizeLinear 'again': at -13.1", "are no number", "clip their input"]);
    }
    // The larger of a number and of none is none.
    let nodes = vec![node("Sqrt", "root", &["x"], "r"), node("Max", "op", &["x", "r"], "f"), again()];
    expect(&refusal(&model(&FLAT, nodes)), &["QuantizeLinear 'again': at -13.1", "are no number"]);
    // What a constant lacks is said of that which reads it.
    let nodes = vec![node("Sqrt", "root", &["minus"], "r"), node("Mul", "op", &["x", "r"], "y")];
    expect(&refusal(&model(&FLAT, nodes)), &["Mul 'op': its constant 'r' holds NaN"]);
}

/// A function is defined up to 0 where the integers nearest to 0 say so, since rounding can leave one a step below.
#[test]
fn a_step_below_zero_counts_as_zero() {
    let mut model = model(
        &FLAT,
        vec![
            node("Sqrt", "root", &["x"], "r"),
            node("QuantizeLinear", "again", &["r", "tenth", "least"], "q2"),
            node("DequantizeLinear", "read", &["q2", "tenth", "least"], "d"),
            node("DequantizeLinear", "weights", &["w", "tenth"], "dw"),
            int(node("Gemm", "dense", &["d", "dw"], "p"), "transB", 1),
            node("QuantizeLinear", "end", &["p", "tenth", "zero"], "y"),
        ],
    );
    let graph = model.graph.as_mut().expect("made above");
    graph.initializer.extend([floats("tenth", &[], &[0.1]), int8("least", &[], &[-127])]);
    for node in graph.node.iter_mut().take(2) {
        node.input[2] = "least".into();
    }
    import(&model, Options::default()).expect("one integer below 0");
}

#[test]
fn clips() {
    let bounds = |low: f32, high: f32| float(float(op("Clip", &[]), "min", low), "max", high);
    expect(&of(&FLAT, bounds(2.0, 1.0)), &["its min 2 lies above its max 1"]);
    expect(&of(&FLAT, bounds(f32::NAN, 1.0)), &["its min is NaN", "no finite number"]);
    expect(&of(&FLAT, bounds(f32::INFINITY, f32::INFINITY)), &["aren't numbers"]);
    expect(&of(&FLAT, op("Clip", &["four"])), &["must be one number, it has 4"]);
}

#[test]
fn shapes() {
    let reshape = |target: &str| of(&FLAT, op("Reshape", &[target]));
    expect(&reshape("samples"), &["fixes the batch to 8", "open batch axis"]);
    expect(&reshape("two_open"), &["let at most one length be -1"]);
    expect(&reshape("uneven"), &["can't take the shape"]);
    expect(&of(&FLAT, int(op("Flatten", &[]), "axis", 0)), &["axis=1"]);
    expect(&of(&IMAGE, int(op("Flatten", &[]), "axis", 3)), &["axis=1"]);
    expect(&of(&IMAGE, op("Squeeze", &[])), &["give it its axes"]);
    expect(&of(&IMAGE, op("Squeeze", &["twice"])), &["name each once"]);
    expect(&of(&IMAGE, op("Squeeze", &["rows"])), &["axis 2 isn't of length 1"]);
    expect(&of(&IMAGE, ints(op("Squeeze", &[]), "axes", &[0])), &["is the batch"]);
    expect(&of(&IMAGE, ints(op("Squeeze", &[]), "axes", &[-4])), &["is the batch"]);
    expect(&of(&IMAGE, ints(op("Unsqueeze", &[]), "axes", &[9])), &["doesn't exist"]);
    expect(&of(&IMAGE, ints(op("Unsqueeze", &[]), "axes", &[1, 2])), &["more than the 4 axes"]);
    expect(&of(&IMAGE, ints(op("ReduceMean", &["rows"]), "axes", &[2, 3])), &["given twice"]);
    let pair = [None, Some(2), Some(4), Some(4)];
    expect(&of(&pair, ints(op("ReduceMean", &[]), "axes", &[1, 3])), &["side by side", "axes 2 and 3"]);
    expect(&of(&IMAGE, op("ReduceMean", &[])), &["axes 2 and 3"]);
    expect(&of(&IMAGE, ints(op("ReduceMean", &[]), "axes", &[0])), &["is the batch"]);
    expect(&of(&IMAGE, int(op("Concat", &["x"]), "axis", 0)), &["is the batch"]);
    expect(&of(&IMAGE, int(op("Concat", &["x"]), "axis", 7)), &["doesn't exist"]);
    expect(&of(&IMAGE, int(op("Concat", &["one"]), "axis", 1)), &["is a constant", "quant_pre_process"]);
    let flat =
        vec![node("Flatten", "flat", &["x"], "f"), int(node("Concat", "op", &["x", "f"], "y"), "axis", 1)];
    expect(&refusal(&model(&IMAGE, flat)), &["Concat 'op'", "let the other axes be equal"]);
}

#[test]
fn ends() {
    let softmax = |version: i64, axis: i64| {
        let end = int(op("Softmax", &[]), "axis", axis);
        refusal(&at_opset(model(&WIDE, vec![end]), version))
    };
    expect(&softmax(17, 1), &["Softmax 'op': ", "along axis 1", "at most 1024 elements"]);
    expect(&softmax(17, 0), &["Softmax 'op': ", "is the batch"]);
    expect(&softmax(11, 1), &["Softmax 'op': ", "before opset 13", "flatten its input"]);
    let arg_max = |axis: i64| {
        let nodes = vec![
            node("Softmax", "softmax", &["x"], "s"),
            int(node("ArgMax", "op", &["s"], "y"), "axis", axis),
        ];
        refusal(&model(&IMAGE, nodes))
    };
    expect(&arg_max(2), &["ArgMax 'op': ", "searches axis 2", "leave the softmax out"]);
    expect(&of(&IMAGE, op("ArgMax", &[])), &["is the batch"]);
    expect(&of(&WIDE, int(op("ArgMax", &[]), "axis", 1)), &["along axis 1", "at most 1024 elements"]);
    let last = int(int(op("ArgMax", &[]), "axis", -1), "select_last_index", 1);
    expect(&of(&IMAGE, last), &["select_last_index=0"]);
    let goes_on = vec![node("Softmax", "softmax", &["x"], "s"), node("Relu", "op", &["s"], "y")];
    expect(&refusal(&model(&FLAT, goes_on)), &["Relu 'op': ", "end it there"]);
    let reshaped =
        vec![node("Softmax", "softmax", &["x"], "s"), node("Reshape", "op", &["s", "halves"], "y")];
    expect(&refusal(&model(&IMAGE, reshaped)), &["Reshape 'op': ", "only axes of length 1 can come or go"]);
    // An image of outputs has no one axis of classes.
    let image = model(&[None, Some(2), Some(4), Some(4)], vec![op("Identity", &[])]);
    let message = import(&image, Options { arg_max: true, ranges: None }).expect_err("an image").to_string();
    expect(&message, &["output 'y': ", "--arg-max", "import it without"]);
}

#[test]
fn training_and_types() {
    expect(&of(&FLAT, op("Dropout", &["", "yes"])), &["evaluation mode"]);
    expect(&of(&FLAT, int(op("Cast", &[]), "to", 10)), &["leave it out"]);
    expect(&of(&FLAT, text(op("Gelu", &[]), "approximate", "rough")), &["can't be represented"]);
    let norm = |op: Node| refusal(&model(&FLAT, vec![op]));
    let inputs = ["four", "four", "four", "four"];
    expect(&norm(op("BatchNormalization", &["four", "four", "four", "one"])), &["for 4 channels"]);
    expect(&norm(int(op("BatchNormalization", &inputs), "training_mode", 1)), &["evaluation mode"]);
    expect(&norm(int(op("BatchNormalization", &inputs), "spatial", 0)), &["spatial=0"]);
    let statistics = Node { output: vec!["y".into(), "mean".into()], ..op("BatchNormalization", &inputs) };
    expect(&norm(statistics), &["evaluation mode"]);
}

#[test]
fn integers_between_quantizations() {
    // A ReLU of the integers cuts at 0, not at their zero point.
    let nodes =
        vec![node("Relu", "op", &["q"], "r"), node("DequantizeLinear", "back", &["r", "scale", "zero"], "y")];
    expect(&refusal(&model(&FLAT, nodes)), &["Relu 'op': ", "integers", "put a DequantizeLinear between"]);
    let clip = |bounds: &[&str]| {
        let clip = node("Clip", "op", &[&["q"], bounds].concat(), "c");
        refusal(&model(&FLAT, vec![clip, node("DequantizeLinear", "back", &["c", "scale", "zero"], "y")]))
    };
    expect(&clip(&["", "one"]), &["Clip 'op': ", "its bound 'one' isn't one constant number of that type"]);
    expect(&clip(&["rows"]), &["Clip 'op': ", "its bound 'rows'", "before they are quantized"]);
    expect(&clip(&["seven", "zero"]), &["Clip 'op': its min lies above its max"]);
    let cast = int(node("Cast", "op", &["samples"], "c"), "to", 2);
    let nodes = vec![cast, node("DequantizeLinear", "back", &["q", "scale", "c"], "y")];
    expect(
        &refusal(&model(&FLAT, nodes)),
        &["Cast 'op': it makes -1 a number of ONNX type 2", "from 0 to 255"],
    );
    let other = node("DequantizeLinear", "op", &["q", "one", "zero"], "y");
    expect(&refusal(&model(&FLAT, vec![other])), &["another scale", "give both nodes the same"]);
    let real = node("DequantizeLinear", "op", &["x", "scale", "zero"], "y");
    expect(&refusal(&model(&FLAT, vec![real])), &["DequantizeLinear 'op': ", "isn't quantized"]);
    let computed = node("DequantizeLinear", "op", &["q", "scale", "x"], "y");
    expect(&refusal(&model(&FLAT, vec![computed])), &["its zero point must be a constant"]);
    let quantize = |more: &[&str]| op("QuantizeLinear", more);
    expect(&of(&FLAT, quantize(&["four", "zero"])), &["1 zero points for 4 scales"]);
    expect(&of(&FLAT, quantize(&["column", "zero"])), &["its scale has shape [4, 1]"]);
    expect(&of(&FLAT, quantize(&["nothing", "zero"])), &["must be positive numbers"]);
    expect(&of(&FLAT, int(quantize(&["scale"]), "output_dtype", 5)), &["ONNX type 5", "QuantType.QInt8"]);
    expect(&of(&FLAT, int(quantize(&["scale", "zero"]), "output_dtype", 2)), &["zero point has ONNX type 3"]);
    expect(&of(&FLAT, int(quantize(&["scale"]), "precision", 10)), &["drop the attribute"]);
    expect(&of(&FLAT, int(quantize(&["scale"]), "block_size", 2)), &["block_size", "per_channel=True"]);
    let typed = int(node("DequantizeLinear", "op", &["q", "scale", "zero"], "y"), "output_dtype", 10);
    expect(&refusal(&model(&FLAT, vec![typed])), &["drop its output_dtype"]);
    let weights = |axis: i64| {
        let nodes = vec![
            int(node("DequantizeLinear", "op", &["w", "four"], "dw"), "axis", axis),
            node("MatMul", "product", &["x", "dw"], "y"),
        ];
        refusal(&model(&FLAT, nodes))
    };
    expect(&weights(0), &["DequantizeLinear 'op': ", "4 scales for an axis of length 2"]);
    expect(&weights(5), &["DequantizeLinear 'op': ", "axis 5 doesn't exist"]);
    expect(&weights(-1), &["MatMul 'product': ", "take 2 numbers"]);
}

#[test]
fn a_float_graph_needs_ranges_and_then_is_quantized() {
    let float = |nodes| {
        let mut model = model(&FLAT, nodes);
        model.graph.as_mut().expect("made above").node.drain(..2);
        model
    };
    let model = float(vec![
        int(node("Gemm", "dense", &["input", "w_real"], "p"), "transB", 1),
        node("Relu", "activation", &["p"], "y"),
    ]);
    let message = refusal(&model);
    assert!(message.contains("give calibration samples"), "{message}");

    let mut ranges = Ranges::default();
    ranges.observe("input", &[-1.0, 1.0]);
    ranges.observe("y", &[0.0, 3.0]);
    let imported =
        import(&model, Options { arg_max: false, ranges: Some(&ranges) }).expect("ranges of all tensors");
    // 0.5 + 0.5 + 0.0625 = 1.0625 and 1 − 0.5 − 0.25 + 0.075 = 0.325
    gives(&imported, &[1.0625, 0.325], 0.03);
}

/// What calibration couldn't run is a fault of the file, in the same words.
#[test]
fn a_float_graph_is_checked_for_what_calibration_runs() {
    let mut model = model(
        &FLAT,
        vec![
            int(node("Gemm", "dense", &["input", "w_real"], "p"), "transB", 1),
            float(node("Celu", "op", &["p"], "y"), "alpha", -1.0),
        ],
    );
    model.graph.as_mut().expect("made above").node.drain(..2);
    let samples = Array { shape: vec![1, 4], numbers: Numbers::Real(vec![1.0; 4]) };
    let error =
        Ranges::calibrate_model(&model, &samples, Calibration::MinMax).expect_err("alpha").to_string();
    expect(&error, &["Celu 'op': its alpha -1 isn't positive", "QuantFormat.QDQ"]);
    let listed: Vec<String> = check(&model, false, None).faults.iter().map(ToString::to_string).collect();
    assert_eq!(listed, [error]);
}

/// An export with one sample says 1 where the batch is open.
#[test]
fn a_size_is_that_of_a_sample() {
    let nodes = vec![
        node("Resize", "op", &["input", "", "", "size"], "r"),
        node("Conv", "conv", &["r", "filters"], "y"),
    ];
    let mut model = model(&IMAGE, nodes);
    let graph = model.graph.as_mut().expect("made above");
    graph.node.drain(..2);
    graph.initializer.push(int64("size", &[1, 1, 8, 4]));
    assert!(check(&model, false, None).faults.is_empty());
    let numbers = (0..32u8).map(f64::from).collect();
    let samples = Array { shape: vec![2, 1, 4, 4], numbers: Numbers::Real(numbers) };
    let ranges = Ranges::calibrate_model(&model, &samples, Calibration::MinMax).expect("it can be run");
    import(&model, Options { arg_max: false, ranges: Some(&ranges) }).expect("rows twice");
}

/// What is folded into a product's rescaling: alpha, beta, numbers and batch normalization, one after the other.
#[test]
fn what_follows_a_product_is_folded_into_its_rescaling() {
    let mut model = model(
        &FLAT,
        vec![
            float(
                float(
                    int(node("Gemm", "dense", &["input", "w_real", "pair"], "p"), "transB", 1),
                    "alpha",
                    0.5,
                ),
                "beta",
                2.0,
            ),
            node("Mul", "twice", &["two", "p"], "m"),
            node("BatchNormalization", "norm", &["m", "gamma", "beta", "mean", "variance"], "n"),
            node("Relu", "activation", &["n"], "r"),
            node("Div", "half", &["r", "two"], "y"),
        ],
    );
    let graph = model.graph.as_mut().expect("made above");
    graph.node.drain(..2);
    graph.initializer.extend([
        floats("pair", &[2], &[0.5, -0.25]),
        floats("two", &[1], &[2.0]),
        // The second channel has died: it only has its bias.
        floats("gamma", &[2], &[1.5, 0.0]),
        floats("beta", &[2], &[0.25, 0.75]),
        floats("mean", &[2], &[0.5, 9.0]),
        floats("variance", &[2], &[2.25, 1.0]),
    ]);
    let mut ranges = Ranges::default();
    ranges.observe("input", &[-1.0, 1.0]);
    ranges.observe("y", &[0.0, 2.55]);
    let imported =
        import(&model, Options { arg_max: false, ranges: Some(&ranges) }).expect("everything is folded");
    assert_eq!(imported.model.nodes.len(), 3, "the input, a product and its rescaling");
    // 2·(0.5·1.0625 + 2·0.5) = 3.0625; (3.0625 − 0.5)·1.5/1.5 + 0.25 = 2.8125, half of it; and half of 0.75.
    gives(&imported, &[1.40625, 0.375], 0.02);
}

/// Holds what an imported model gives for one sample, (1, −0.5, 0.25, 0.75), against real numbers.
fn gives(imported: &millrace_importer::Imported, expected: &[f64], tolerance: f64) {
    let model =
        millrace_inference::CheckedModel::from_bytes(&imported.model.to_bytes()).expect("registrable");
    let input = [1.0, -0.5, 0.25, 0.75].map(|x| imported.input.quantize(x).cast_unsigned());
    let output = millrace_inference::execute(&model, &input).expect("one sample").output;
    let millrace_inference::Values::I8(values) = output else { panic!("i8") };
    let quantization = imported.output.expect("numbers");
    assert_eq!(values.len(), expected.len());
    for (value, expected) in values.iter().zip(expected) {
        assert!((quantization.real(*value) - expected).abs() < tolerance, "{value}");
    }
}
